function Wait-EngineWrite {
    param([hashtable] $Engine)
    $task = $Engine.Writing
    if ($null -eq $task) { return }
    while (-not $task.IsCompleted) {
        if ($Engine.Lost) { return }
        # Reading goes on: an engine that waits for its own output to be read takes no input.
        if (-not (Read-EngineMessage -Engine $Engine -WaitMilliseconds 1)) { [void] [System.Threading.Tasks.Task]::WaitAny(@($task), 10) }
    }
    if ($task.IsFaulted) { $Engine.Lost = Get-EngineEnd -Engine $Engine }
    $Engine.Writing = $null
}
