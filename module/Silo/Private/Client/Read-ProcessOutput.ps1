function Read-ProcessOutput {
    # Has the engine's output read into its buffer. Answers how many bytes came, 0 after the last, and nothing where none came in time;
    # the read goes on then.
    param([hashtable] $Engine, [int] $WaitMilliseconds)
    if ($null -eq $Engine.Reading) {
        $Engine.Busy = $true
        Expand-EngineBuffer -Engine $Engine
        $Engine.Reading = $Engine.Output.ReadAsync($Engine.Buffer, $Engine.End, $Engine.Buffer.Length - $Engine.End)
        $Engine.Busy = $false
    }
    if (-not $Engine.Reading.IsCompleted -and [System.Threading.Tasks.Task]::WaitAny(@($Engine.Reading), $WaitMilliseconds) -lt 0) { return }

    $Engine.Busy = $true
    $count = if ($Engine.Reading.IsFaulted) { 0 } else { $Engine.Reading.Result }
    $Engine.Reading = $null
    $Engine.End += $count
    $Engine.Busy = $false
    $count
}
