function Get-CredentialSpecProblem {
    # What is wrong with the document itself: the check and a text for each thing. The fields are those that Windows reads, as the module
    # CredentialSpec writes them.
    param($Spec)
    $read = {
        param($from, $name)
        if ($from -is [System.Management.Automation.PSCustomObject] -and $null -ne $from.PSObject.Properties[$name]) { $from.$name }
    }
    if (@(& $read $Spec 'CmsPlugins') -cnotcontains 'ActiveDirectory') { @{ Check = 'Shape'; Text = $script:Strings.SpecPlugin } }
    $domain = & $read $Spec 'DomainJoinConfig'
    $form = [ordered] @{ Sid = '^S-1-5-21-\d{1,10}-\d{1,10}-\d{1,10}$'; Guid = '^\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?$'; MachineAccountName = '^[^\s"/\\\[\]:;|=,+*?<>@$]{1,15}$'; DnsName = '^[\w-]+(\.[\w-]+)*$'; DnsTreeName = '^[\w-]+(\.[\w-]+)*$'; NetBiosName = '^[^\s\\/:*?"<>|]{1,15}$' }
    foreach ($name in $form.Keys) {
        $value = & $read $domain $name
        if ("$value" -notmatch $form[$name]) { @{ Check = $(if ($name -eq 'Sid') { 'DomainSid' } else { 'Shape' }); Text = $script:Strings.SpecField -f "DomainJoinConfig.$name", "$value" } }
    }
    $accounts = @(& $read (& $read $Spec 'ActiveDirectoryConfig') 'GroupManagedServiceAccounts' | Where-Object -FilterScript { $null -ne $_ })
    if ($accounts.Count -eq 0) { @{ Check = 'Shape'; Text = $script:Strings.SpecField -f 'ActiveDirectoryConfig.GroupManagedServiceAccounts', '' } }
    else {
        foreach ($name in 'DnsName', 'NetBiosName') {
            $scope = & $read $domain $name
            $found = @($accounts | Where-Object -FilterScript { "$(& $read $_ 'Scope')" -eq "$scope" -and "$(& $read $_ 'Name')" -eq "$(& $read $domain 'MachineAccountName')" })
            if ($scope -and $found.Count -eq 0) { @{ Check = 'Scope'; Text = $script:Strings.SpecScope -f "$(& $read $domain 'MachineAccountName')", $scope } }
        }
    }
}
