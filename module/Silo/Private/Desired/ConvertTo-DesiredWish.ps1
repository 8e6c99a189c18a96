function ConvertTo-DesiredWish {
    # A DSC resource in the words of desired/*. A property that has no value is not managed.
    param($Cmdlet, $Resource)
    $kind = Get-DesiredKind -Name $Resource.GetType().Name
    $wish = @{}
    foreach ($part in 'Key', 'Value', 'List', 'Map', 'Mount', 'Credential', 'Item') {
        if (-not $kind.ContainsKey($part)) { continue }
        foreach ($name in $kind[$part].Keys) {
            $value = $Resource.$name
            if ($null -eq $value -or ($value -is [string] -and $value -eq '')) { continue }
            $wish[$kind[$part][$name]] = switch ($part) {
                'List' { , [string[]] @($value) }
                'Map' { , @(ConvertTo-NameValue -Dictionary $value) }
                'Mount' { , @(foreach ($mount in $value) { ConvertTo-WireMount -Cmdlet $Cmdlet -Mount $mount }) }
                'Credential' { ConvertTo-WireCredential -Credential $value }
                'Item' { , @(foreach ($item in $value) { ConvertTo-DesiredWish -Cmdlet $Cmdlet -Resource $item }) }
                default { $value }
            }
        }
    }
    if ($null -ne $Resource.PSObject.Properties['Ensure'] -and "$($Resource.Ensure)" -eq 'Absent') { $wish.exist = $false }
    $wish
}
