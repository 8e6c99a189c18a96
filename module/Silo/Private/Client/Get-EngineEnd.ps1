function Get-EngineEnd {
    # Says how the engine ended. Its output closes a moment before its process is gone.
    param([hashtable] $Engine)
    if ($Engine.Process.WaitForExit(2000)) {
        $Engine.ExitCode = $Engine.Process.ExitCode
        return 'exit code {0}' -f $Engine.ExitCode
    }
    'it closed its output'
}
