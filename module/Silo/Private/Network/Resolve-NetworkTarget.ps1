function Resolve-NetworkTarget {
    # As Resolve-ContainerTarget.
    param($Cmdlet, [string[]] $Name, [string[]] $Id, [object[]] $InputObject)
    if (Test-RowName -Cmdlet $Cmdlet -Name $Name) { return }
    foreach ($item in $InputObject) { if ($null -ne $item -and (Test-SameHost -Cmdlet $Cmdlet -InputObject $item)) { @{ Reference = $item.Id; Label = $item.Name } } }
    foreach ($item in @($Id) + @($Name)) {
        if ($item -and -not [WildcardPattern]::ContainsWildcardCharacters($item)) { @{ Reference = $item; Label = $item } }
    }
    $pattern = @($Name | Where-Object { $_ -and [WildcardPattern]::ContainsWildcardCharacters($_) })
    if ($pattern.Count -eq 0) { return }
    foreach ($network in @(Read-NetworkList -Cmdlet $Cmdlet -Pattern $pattern)) { @{ Reference = $network.Id; Label = $network.Name } }
}
