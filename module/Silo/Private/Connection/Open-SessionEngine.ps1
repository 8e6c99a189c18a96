function Open-SessionEngine {
    # Starts the engine of the host at the other end of a PSSession. Answers what has the form of a process with three streams; what it
    # writes comes as objects, which Read-SessionOutput takes.
    param($Cmdlet, $Connection)
    $runspace = Get-SessionRunspace -Cmdlet $Cmdlet -Connection $Connection
    $command = New-Object -TypeName System.Management.Automation.Runspaces.Command -ArgumentList ${function:Invoke-SessionEngine}.ToString(), $true
    $command.Parameters.Add('Version', "$($MyInvocation.MyCommand.Module.Version)")
    $command.Parameters.Add('EnginePath', $Connection.EnginePath)
    $command.Parameters.Add('StateRoot', $Connection.StateRoot)
    $pipeline = $runspace.CreatePipeline()
    $pipeline.Commands.Add($command)
    try {
        $pipeline.InvokeAsync()
    } catch {
        $pipeline.Dispose()
        Exit-SiloCommand -Cmdlet $Cmdlet -Code 'HostSessionBusy' -Argument @{ host = $Connection.HostName } -Target $Connection.Name
    }

    $inward = [pscustomobject] @{ Pipeline = $pipeline }
    $inward | Add-Member -MemberType ScriptMethod -Name WriteAsync -Value {
        param([byte[]] $Buffer)
        # Writing to a session that broke may end PowerShell itself.
        if ($this.Pipeline.PipelineStateInfo.State -ne 'Running') { throw 'the session is closed' }
        [void] $this.Pipeline.Input.Write($Buffer)
        [System.Threading.Tasks.Task]::FromResult($true)
    }
    $inward | Add-Member -MemberType ScriptMethod -Name FlushAsync -Value { [System.Threading.Tasks.Task]::FromResult($true) }
    $inward | Add-Member -MemberType ScriptMethod -Name Dispose -Value { if ($this.Pipeline.PipelineStateInfo.State -eq 'Running') { $this.Pipeline.Input.Close() } }
    $carrier = [pscustomobject] @{
        Runspace       = $runspace
        Pipeline       = $pipeline
        Stop           = Add-SessionStop -Runspace $runspace -Pipeline $pipeline
        StandardInput  = @{ BaseStream = $inward }
        StandardOutput = @{ BaseStream = $null }
        # What it writes there is told at its end.
        StandardError  = @{ BaseStream = [System.IO.Stream]::Null }
        Chunks         = New-Object -TypeName System.Collections.Queue
        ChunkStart     = 0
        # How it ended, as Invoke-SessionEngine says; nothing where the session broke before.
        End            = $null
    }
    $carrier | Add-Member -MemberType ScriptProperty -Name HasExited -Value { $this.Pipeline.PipelineStateInfo.State -in 'Completed', 'Failed', 'Stopped', 'Disconnected' }
    # 255 is ssh's own code too, of a connection that was lost.
    $carrier | Add-Member -MemberType ScriptProperty -Name ExitCode -Value { if ($null -ne $this.End) { $this.End.ExitCode } elseif ($this.Runspace.RunspaceStateInfo.State -ne 'Opened') { 255 } else { -1 } }
    $carrier | Add-Member -MemberType ScriptMethod -Name WaitForExit -Value {
        param([int] $Milliseconds)
        $until = [datetime]::UtcNow.AddMilliseconds($Milliseconds)
        while (-not $this.HasExited -and [datetime]::UtcNow -lt $until) { Start-Sleep -Milliseconds 20 }
        $this.HasExited
    }
    $carrier | Add-Member -MemberType ScriptMethod -Name Kill -Value { $this.Pipeline.StopAsync() }
    # That of one which still runs waits for its end.
    $carrier | Add-Member -MemberType ScriptMethod -Name Dispose -Value {
        if (-not $this.HasExited) { return }
        $this.Runspace.remove_StateChanged($this.Stop)
        $this.Pipeline.Dispose()
    }
    $carrier
}
