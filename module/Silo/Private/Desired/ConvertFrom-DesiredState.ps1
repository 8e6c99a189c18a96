function ConvertFrom-DesiredState {
    # Fills a new DSC resource with what was found. Secrets are not found, so they stay empty.
    param($Found, $Into)
    $kind = Get-DesiredKind -Name $Into.GetType().Name
    $read = { param($Name) if ($null -ne $Found.PSObject.Properties[$Name]) { $Found.$Name } }
    foreach ($part in 'Key', 'Value', 'List', 'Map', 'Mount', 'Read') {
        if (-not $kind.ContainsKey($part)) { continue }
        foreach ($name in $kind[$part].Keys) {
            $value = & $read $kind[$part][$name]
            if ($null -eq $value -or $null -eq $Into.PSObject.Properties[$name]) { continue }
            $Into.$name = switch ($part) {
                'List' { , [string[]] @($value) }
                'Map' {
                    # A hashtable of DSC has names whatever their case: of Path and PATH it has the last.
                    $map = @{}
                    foreach ($pair in $value) { $map[$pair.Name] = $pair.Value }
                    $map
                }
                'Mount' { , [string[]] @(foreach ($mount in $value) { Format-MountText -Mount $mount }) }
                default { $value }
            }
        }
    }
    if ($null -ne $Into.PSObject.Properties['Ensure']) { $Into.Ensure = if ($Found.Exist) { 'Present' } else { 'Absent' } }
    $Into
}
