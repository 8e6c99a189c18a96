function Read-HostCheck {
    # What Debug-ContainerHost gives; nothing after an error of the first request, which every engine can answer.
    param($Cmdlet)
    $test = Invoke-Engine -Cmdlet $Cmdlet -Method 'host/test'
    if ($null -eq $test) { return }
    foreach ($requirement in $test.Requirements) {
        $status = if ($requirement.Satisfied) { 'Passed' } elseif ($requirement.NeededFor -eq 'Everything') { 'Failed' } else { 'Warning' }
        New-HostCheck -Name $requirement.Name -Status $status -Detail $requirement.Detail -Remedy $requirement.Remedy
    }

    # Each look: its name, what to ask, what of the answer is wrong, and what mends it.
    $day = ConvertTo-WireTime -Time (Get-Date).AddDays(-1)
    $looks = @(
        @{ Name = $script:Strings.CheckStore; Method = 'store/repair'; Parameter = @{ dryRun = $true }; Remedy = 'Repair-ContainerStore'; Wrong = { $args[0].Items | ForEach-Object { '{0} {1}' -f $_.Kind, $_.Id } } }
        @{ Name = $script:Strings.CheckNetwork; Method = 'network/repair'; Parameter = @{ dryRun = $true }; Remedy = 'Repair-ContainerNetwork'; Wrong = { $args[0].Items | ForEach-Object { '{0}: {1}' -f $_.Name, $_.Problem } } }
        @{ Name = $script:Strings.CheckLayer; Method = 'image/layers'; Parameter = @{ orphaned = $true }; Remedy = 'Optimize-ContainerStore'; Wrong = { $args[0].Items | ForEach-Object { $_.ChainId } } }
        @{ Name = $script:Strings.CheckMonitor; Method = 'container/list'; Remedy = 'Restart-Container'; Wrong = { $args[0].Items | Where-Object { $_.State -eq 'Running' -and -not $_.Monitored } | ForEach-Object { $_.Name } } }
        @{ Name = $script:Strings.CheckHealth; Method = 'container/list'; Remedy = 'Get-Container | Format-List Name, HealthOutput'; Wrong = { $args[0].Items | Where-Object { $_.Health -eq 'Unhealthy' } | ForEach-Object { $_.Name } } }
        @{ Name = $script:Strings.CheckStart; Method = 'container/list'; Remedy = 'Get-Container | Format-List Name, StartError'; Wrong = { $args[0].Items | Where-Object { $_.StartError } | ForEach-Object { $_.Name } } }
        @{ Name = $script:Strings.CheckRestart; Method = 'container/list'; Remedy = 'Get-ContainerLog -Tail 50'; Wrong = { $args[0].Items | Where-Object { $_.RestartCount -ge 5 } | ForEach-Object { $_.Name } } }
        @{ Name = $script:Strings.CheckLog; Method = 'host/log'; Stream = $true; Parameter = @{ level = 'Error'; since = $day }; Remedy = 'Get-ContainerHostLog -Level Error'; Wrong = { $args[0] | Where-Object { $_ } | ForEach-Object { $_.Message } } }
        @{ Name = $script:Strings.CheckVersion; Method = 'host/get'; Remedy = 'Update-Module -Name Silo'; Wrong = { if ($args[0].EngineVersion -ne "$($args[1])") { $args[0].EngineVersion } } }
    )
    $version = $MyInvocation.MyCommand.Module.Version
    $answers = @{}
    foreach ($look in $looks) {
        $parameter = if ($look.ContainsKey('Parameter')) { $look.Parameter } else { @{} }
        if (-not $answers.ContainsKey($look.Method)) { $answers[$look.Method] = Read-EngineResult -Cmdlet $Cmdlet -Method $look.Method -Parameter $parameter -Stream:$look.ContainsKey('Stream') }
        $answer = $answers[$look.Method]
        if ($null -ne $answer.Problem) {
            New-HostCheck -Name $look.Name -Status 'Failed' -Detail $answer.Problem.ErrorDetails.Message -Remedy $answer.Problem.ErrorDetails.RecommendedAction
            continue
        }
        $wrong = @(& $look.Wrong $answer.Result $version)
        if ($wrong.Count -eq 0) { New-HostCheck -Name $look.Name -Status 'Passed' -Detail $script:Strings.CheckPassed; continue }
        $shown = @($wrong | Microsoft.PowerShell.Utility\Select-Object -Unique -First 5) -join ', '
        New-HostCheck -Name $look.Name -Status 'Warning' -Detail ('{0}: {1}' -f $wrong.Count, $shown) -Remedy $look.Remedy
    }
}
