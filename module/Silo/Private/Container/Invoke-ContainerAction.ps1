function Invoke-ContainerAction {
    # What the cmdlets that act on containers have in common: find the targets, ask, hand over to a job
    # or send, and answer the results. `$Job` collects the targets of an -AsJob call.
    param($Cmdlet, [string] $Method, [string] $Action, [hashtable] $Parameter = @{}, $Job)
    $bound = $Cmdlet.MyInvocation.BoundParameters
    $target = @(Resolve-ContainerTarget -Cmdlet $Cmdlet -Name $bound['Name'] -Id $bound['Id'] -InputObject $bound['InputObject'])
    if ($Action) { $target = @(foreach ($item in $target) { if ($Cmdlet.ShouldProcess($item.Label, $Action)) { $item } }) }
    if ($target.Count -eq 0) { return }
    if ($null -ne $Job) {
        foreach ($item in $target) { [void] $Job.Add($item.Reference) }
        return
    }
    Invoke-EngineItem -Cmdlet $Cmdlet -Method $Method -Target $target -Parameter $Parameter
}
