function Resolve-ApplicationTarget {
    # Names of applications for the wire: only a wildcard needs to look at the list.
    param($Cmdlet, [string[]] $Name, [object[]] $InputObject)
    if (Test-RowName -Cmdlet $Cmdlet -Name $Name) { return }
    foreach ($item in $InputObject) { if ($null -ne $item -and (Test-SameHost -Cmdlet $Cmdlet -InputObject $item)) { $item.Name } }
    $pattern = @()
    foreach ($item in $Name) {
        if (-not $item) { continue }
        if ([WildcardPattern]::ContainsWildcardCharacters($item)) { $pattern += $item } else { $item }
    }
    if ($pattern.Count -eq 0) { return }
    $result = Invoke-Engine -Cmdlet $Cmdlet -Method 'application/list'
    if ($null -ne $result) { foreach ($application in $result.Items) { if (Test-NameMatch -Name $application.Name -Pattern $pattern) { $application.Name } } }
}
