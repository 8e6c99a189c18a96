function Get-SessionRunspace {
    # The runspace that a connection goes through, open and with nothing running in it.
    param($Cmdlet, $Connection)
    $runspace = $script:HostSession[$Connection.Id].Runspace
    if ($runspace.RunspaceStateInfo.State -eq 'BeforeOpen') {
        # A job has one of its own.
        $runspace.OpenAsync()
        while ($runspace.RunspaceStateInfo.State -in 'BeforeOpen', 'Opening') { Start-Sleep -Milliseconds 50 }
        if ($runspace.RunspaceStateInfo.State -ne 'Opened') { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'HostUnreachable' -Argument @{ host = $Connection.HostName; reason = "$($runspace.RunspaceStateInfo.Reason.Message)".TrimEnd('.') } -Target $Connection.Name }
    }
    # An engine that was given up may still be cancelling what it did, and has the session until it ends.
    $graceSeconds = 30
    $until = [datetime]::UtcNow.AddSeconds($graceSeconds)
    foreach ($engine in @($script:Discarded | Where-Object { $null -ne $_.Connection -and $_.Connection.Id -eq $Connection.Id })) {
        while (-not $engine.Process.HasExited -and [datetime]::UtcNow -lt $until) { Start-Sleep -Milliseconds 20 }
        if (-not $engine.Process.HasExited) { $engine.Process.Kill() }
    }
    $state = "$($runspace.RunspaceStateInfo.State)"
    if ($state -ne 'Opened') { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'HostSessionClosed' -Argument @{ host = $Connection.HostName; name = $Connection.Name; state = $state } -Target $Connection.Name }
    # It is free a moment after what ran in it has ended.
    $until = [datetime]::UtcNow.AddSeconds(2)
    while ("$($runspace.RunspaceAvailability)" -ne 'Available' -and [datetime]::UtcNow -lt $until) { Start-Sleep -Milliseconds 20 }
    if ("$($runspace.RunspaceAvailability)" -ne 'Available') { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'HostSessionBusy' -Argument @{ host = $Connection.HostName } -Target $Connection.Name }
    $runspace
}
