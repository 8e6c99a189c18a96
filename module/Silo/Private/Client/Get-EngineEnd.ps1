function Get-EngineEnd {
    # Says how the engine ended. Its output closes a moment before its process is gone.
    param([hashtable] $Engine)
    if ($Engine.Process.WaitForExit(2000)) {
        $Engine.ExitCode = $Engine.Process.ExitCode
        # ssh's own code: what ran there may run on.
        if ($null -ne $Engine.Connection -and $Engine.ExitCode -eq 255) { return $script:Strings.ConnectionLost -f $Engine.Connection.HostName }
        return 'exit code {0}' -f $Engine.ExitCode
    }
    'it closed its output'
}
