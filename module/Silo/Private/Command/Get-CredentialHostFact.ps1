function Get-CredentialHostFact {
    # What Windows says of domain and account: Satisfied is $null for what cannot be asked here.
    param($Spec)
    if (-not $script:OnWindows) {
        foreach ($name in 'Joined', 'SidOfDomain', 'Retrievable') { @{ Check = $name; Satisfied = $null; Detail = $script:Strings.SpecNotWindows; Remedy = $script:Strings.SpecAskOnWindows } }
        return
    }
    $domain = $Spec.DomainJoinConfig
    # With a plug-in of its own for the account's password the host need not belong to the domain.
    $hasPlugin = $null -ne $Spec.ActiveDirectoryConfig.PSObject.Properties['HostAccountConfig']
    $system = & (Microsoft.PowerShell.Core\Get-Command -Name 'Get-CimInstance' -Module 'CimCmdlets') -ClassName Win32_ComputerSystem -Verbose:$false
    $joined = $system.PartOfDomain -and $system.Domain -in $domain.DnsName, $domain.DnsTreeName
    $detail = if ($system.PartOfDomain) { $script:Strings.SpecJoined -f $system.Domain } else { $script:Strings.SpecNotJoined }
    @{ Check = 'Joined'; Satisfied = $joined -or $hasPlugin; Detail = $(if ($hasPlugin) { "$detail $($script:Strings.SpecPluginInstead)" } else { $detail }); Remedy = "Add-Computer -DomainName $($domain.DnsName)" }
    $sid = Get-AccountSid -Domain $domain.NetBiosName -Account "$($domain.MachineAccountName)$"
    $remedy = "New-CredentialSpec -AccountName $($domain.MachineAccountName) -Domain (Get-ADDomain -Identity $($domain.DnsName))"
    if ($sid) { @{ Check = 'SidOfDomain'; Satisfied = $sid -like "$($domain.Sid)-*"; Detail = $script:Strings.SpecAccountSid -f $sid; Remedy = $remedy } }
    else { @{ Check = 'SidOfDomain'; Satisfied = $(if ($joined) { $false }); Detail = $script:Strings.SpecAccountUnknown -f "$($domain.NetBiosName)\$($domain.MachineAccountName)"; Remedy = $remedy } }
    $ask = Microsoft.PowerShell.Core\Get-Command -Name 'Test-ADServiceAccount' -ErrorAction Ignore
    if ($null -eq $ask) { @{ Check = 'Retrievable'; Satisfied = $null; Detail = $script:Strings.SpecNoDirectory; Remedy = 'Install-WindowsFeature -Name RSAT-AD-PowerShell' } }
    else {
        $works = try { & $ask -Identity $domain.MachineAccountName -WarningAction SilentlyContinue } catch { $false }
        @{ Check = 'Retrievable'; Satisfied = [bool] $works; Detail = $(if ($works) { $script:Strings.SpecRetrieved } else { $script:Strings.SpecNotRetrieved }); Remedy = "Set-ADServiceAccount -Identity $($domain.MachineAccountName) -PrincipalsAllowedToRetrieveManagedPassword <group with this host>; Install-ADServiceAccount -Identity $($domain.MachineAccountName)" }
    }
}
