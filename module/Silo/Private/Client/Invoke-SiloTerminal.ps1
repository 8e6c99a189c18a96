function Invoke-SiloTerminal {
    # Runs the command silo with this terminal: nothing is redirected, so the keys are its own. Answers the exit code.
    param($Cmdlet, [string[]] $Argument)
    $connection = Resolve-HostConnection -Cmdlet $Cmdlet
    if ($null -ne $connection) {
        $start = Get-SshStart -Cmdlet $Cmdlet -Connection $connection -Argument $Argument -Terminal
    } else {
        $start = Get-TerminalStart -Cmdlet $Cmdlet -Argument $Argument
    }
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        while (-not $process.WaitForExit(200)) { continue }
        $process.ExitCode
    } finally {
        if (-not $process.HasExited) { $process.Kill() }
        $process.Dispose()
    }
}
