function Get-EngineEnd {
    # Says how the engine ended. Its output closes a moment before its process is gone.
    param([hashtable] $Engine)
    if ($Engine.Process.WaitForExit(2000)) {
        $Engine.ExitCode = $Engine.Process.ExitCode
        # ssh's own code, and that of a session that broke: what ran there may run on.
        if ($null -ne $Engine.Connection -and $Engine.ExitCode -eq 255) { return $script:Strings.ConnectionLost -f $Engine.Connection.HostName }
        if ($Engine.BySession -and $null -eq $Engine.Process.End) { return "$($Engine.Process.Pipeline.PipelineStateInfo.Reason.Message)" }
        return 'exit code {0}' -f $Engine.ExitCode
    }
    'it closed its output'
}
