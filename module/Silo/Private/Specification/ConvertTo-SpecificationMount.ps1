function ConvertTo-SpecificationMount {
    # A mount as the text that -Mount takes, or with its properties where a path would be read as something else.
    param($Mount)
    if ("$($Mount.Source)$($Mount.Target)" -notmatch '[,*?\[\]`]' -and "$($Mount.Source)" -notmatch '^\s|\s$') { return Format-MountText -Mount $Mount }
    $properties = [ordered] @{}
    foreach ($property in $Mount.PSObject.Properties) { if ($null -ne $property.Value) { $properties[$property.Name] = $property.Value } }
    $properties
}
