function Import-CallerPreference {
    # A script module does not see the preference variables of its caller. Every exported function
    # dot-sources this one first, so that the assignments land in its own scope.
    $siloBound = $PSCmdlet.MyInvocation.BoundParameters
    $siloCaller = $PSCmdlet.SessionState.PSVariable
    # Which host the command asks; what it calls finds the name by looking up the scopes.
    Set-Variable -WhatIf:$false -Confirm:$false -Name siloHost -Value $(foreach ($siloConnection in Resolve-HostConnection -Cmdlet $PSCmdlet) { $siloConnection.Name })
    if (-not $siloBound.ContainsKey('ErrorAction')) { $ErrorActionPreference = $siloCaller.GetValue('ErrorActionPreference') }
    if (-not $siloBound.ContainsKey('WarningAction')) { $WarningPreference = $siloCaller.GetValue('WarningPreference') }
    if (-not $siloBound.ContainsKey('InformationAction')) { $InformationPreference = $siloCaller.GetValue('InformationPreference') }
    if (-not $siloBound.ContainsKey('Verbose')) { $VerbosePreference = $siloCaller.GetValue('VerbosePreference') }
    if (-not $siloBound.ContainsKey('Debug')) { $DebugPreference = $siloCaller.GetValue('DebugPreference') }
    if (-not $siloBound.ContainsKey('Confirm')) { $ConfirmPreference = $siloCaller.GetValue('ConfirmPreference') }
    if (-not $siloBound.ContainsKey('WhatIf')) { $WhatIfPreference = $siloCaller.GetValue('WhatIfPreference') }
    if (-not $siloBound.ContainsKey('ProgressAction')) { $ProgressPreference = $siloCaller.GetValue('ProgressPreference') }
}
