function Resolve-ImageTarget {
    # As Resolve-ContainerTarget; an object stands for its name, not for everything that shares its id.
    param($Cmdlet, [string[]] $Name, [string[]] $Id, [object[]] $InputObject)
    if (Test-RowName -Cmdlet $Cmdlet -Name $Name) { return }
    foreach ($item in $InputObject) { if ($null -ne $item -and (Test-SameHost -Cmdlet $Cmdlet -InputObject $item)) { @{ Reference = $item.Reference; Label = $item.Name } } }
    foreach ($item in @($Id) + @($Name)) {
        if ($item -and -not [WildcardPattern]::ContainsWildcardCharacters($item)) { @{ Reference = $item; Label = $item } }
    }
    $pattern = @($Name | Where-Object { $_ -and [WildcardPattern]::ContainsWildcardCharacters($_) })
    if ($pattern.Count -eq 0) { return }
    foreach ($image in @(Read-ImageList -Cmdlet $Cmdlet -Pattern $pattern)) { @{ Reference = $image.Reference; Label = $image.Name } }
}
