function ConvertTo-CommandJob {
    # Runs the command once more, in a job: a thread job where there are such, else a process. The caller
    # has asked for confirmation already. Stop-Job stops the pipeline, and thereby cancels the request.
    param($Cmdlet, [System.Collections.IEnumerable] $Id, [hashtable] $Replace = @{}, [string[]] $Without = @())
    $parameter = @{} + $Cmdlet.MyInvocation.BoundParameters
    foreach ($key in @('AsJob', 'WhatIf', 'Confirm') + $Without) { $parameter.Remove($key) }
    if ($null -ne $Id) {
        foreach ($key in 'Name', 'Id', 'InputObject') { $parameter.Remove($key) }
        $parameter.Id = [string[]] @($Id)
        if ($parameter.Id.Count -eq 0) { return }
    }
    # In the job there is this connection alone, and nothing has been entered.
    $connection = Resolve-HostConnection -Cmdlet $Cmdlet
    $parameter.HostConnection = if ($null -ne $connection) { $connection.Name } else { '.' }
    # One pipeline runs in a session at a time, and the engine of this connection is in it: the job has a session of its own, to the same host in the same way.
    $session = $null
    if ($null -ne $connection -and $connection.Carrier -eq 'Session') {
        if ($null -eq (Microsoft.PowerShell.Core\Get-Command -Name Start-ThreadJob -ErrorAction Ignore)) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'AsJob'; reason = $script:Strings.SessionWithoutThreadJob } -Target $connection.Name }
        $session = @{ Runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($script:HostSession[$connection.Id].Runspace.ConnectionInfo); Own = $true }
    }
    foreach ($key in $Replace.Keys) { $parameter[$key] = $Replace[$key] }
    # Under -Prefix the command has another name here than in the job.
    $command = $Cmdlet.MyInvocation.MyCommand.ScriptBlock.Ast.Name
    $body = {
        param($Manifest, $Command, $Parameter, $Login, $Memory, $Connection, $Session)
        Import-Module -Name $Manifest
        # Its own engine knows none of the logins of this one.
        & (Get-Module -Name Silo) {
            $script:KnownCredential, $script:HostMemory = $args[0], $args[1]
            if ($null -ne $args[2]) { [void] $script:Connection.Add($args[2]) }
            if ($null -ne $args[3]) { $script:HostSession[$args[2].Id] = $args[3] }
        } $Login $Memory $Connection $Session
        $parameterWithoutPrompt = @{} + $Parameter
        if ((Get-Command -Name $Command).Parameters.ContainsKey('Confirm')) { $parameterWithoutPrompt.Confirm = $false }
        try { & $Command @parameterWithoutPrompt } finally { Remove-Module -Name Silo }
    }
    $job = @{ Name = "Silo: $command"; ScriptBlock = $body; ArgumentList = (Join-Path -Path $script:ModuleRoot -ChildPath 'Silo.psd1'), $command, $parameter, $script:KnownCredential, $script:HostMemory, $connection, $session }
    if (Microsoft.PowerShell.Core\Get-Command -Name Start-ThreadJob -ErrorAction Ignore) { Start-ThreadJob @job } else { Start-Job @job }
}
