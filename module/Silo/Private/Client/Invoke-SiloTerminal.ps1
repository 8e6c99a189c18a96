function Invoke-SiloTerminal {
    # Runs the command silo with this terminal: nothing is redirected, so the keys are its own. Answers the exit code.
    param($Cmdlet, [string[]] $Argument)
    $place = Find-SiloEngine
    if (-not $place.Node) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'EngineNotFound' -Argument @{ path = 'node' } -Target 'node' }
    if (-not (Test-Path -LiteralPath $place.File)) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'EngineNotFound' -Argument @{ path = $place.File } -Target $place.File }
    $start = New-Object -TypeName System.Diagnostics.ProcessStartInfo
    $start.FileName = $place.Node
    $start.Arguments = (@($place.File) + $Argument | ForEach-Object { Format-NativeArgument -Text $_ }) -join ' '
    $start.UseShellExecute = $false
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        while (-not $process.WaitForExit(200)) { continue }
        $process.ExitCode
    } finally {
        if (-not $process.HasExited) { $process.Kill() }
        $process.Dispose()
    }
}
