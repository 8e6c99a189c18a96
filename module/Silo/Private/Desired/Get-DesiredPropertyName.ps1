function Get-DesiredPropertyName {
    # What a DSC resource calls a property of the wire.
    param([string] $TypeName, [string] $Property)
    if ($Property -eq 'exist') { return 'Ensure' }
    $kind = Get-DesiredKind -Name $TypeName
    foreach ($part in 'Key', 'Value', 'List', 'Map', 'Mount', 'Item') {
        if (-not $kind.ContainsKey($part)) { continue }
        foreach ($name in $kind[$part].Keys) { if ($kind[$part][$name] -eq $Property) { return $name } }
    }
    $Property.Substring(0, 1).ToUpperInvariant() + $Property.Substring(1)
}
