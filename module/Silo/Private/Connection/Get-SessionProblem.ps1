function Get-SessionProblem {
    # Why the engine at the other end of a session did not come up.
    param([hashtable] $Engine)
    $connection = $Engine.Connection
    $end = $Engine.Process.End
    if ($null -ne $end -and $end.Problem) {
        $argument = @{ host = $connection.HostName; mode = ''; path = '' }
        foreach ($name in 'Mode', 'Path') { if ($null -ne $end.PSObject.Properties[$name]) { $argument[$name.ToLowerInvariant()] = $end.$name } }
        return @{ Code = $end.Problem; Argument = $argument }
    }
    $reason = $Engine.Process.Pipeline.PipelineStateInfo.Reason
    # An endpoint without any language refuses the text before it runs.
    if ($null -eq $end -and $reason -is [System.Management.Automation.RemoteException] -and $reason.ErrorRecord.FullyQualifiedErrorId -match '^(ScriptsNotAllowed|CommandNotFoundException)') {
        return @{ Code = 'HostSessionConstrained'; Argument = @{ host = $connection.HostName; mode = 'NoLanguage' } }
    }
    $state = "$($Engine.Process.Runspace.RunspaceStateInfo.State)"
    if ($state -ne 'Opened') { return @{ Code = 'HostSessionClosed'; Argument = @{ host = $connection.HostName; name = $connection.Name; state = $state } } }
    @{ Code = 'EngineExited'; Argument = @{ reason = $Engine.Lost } }
}
