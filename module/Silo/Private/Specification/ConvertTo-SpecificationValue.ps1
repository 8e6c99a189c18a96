function ConvertTo-SpecificationValue {
    # A value of a file as the parameter of that type takes it; throws where it is none.
    param($Value, [type] $Type)
    if ($Type -eq [System.Collections.IDictionary]) {
        if ($Value -is [System.Collections.IDictionary]) { return $Value }
        $map = New-Object -TypeName System.Collections.Specialized.OrderedDictionary -ArgumentList ([System.StringComparer]::Ordinal)
        foreach ($entry in $Value) {
            if ($entry -isnot [System.Collections.IDictionary] -or -not $entry.Contains('Name') -or -not $entry.Contains('Value')) { throw $script:Strings.SpecificationMapInvalid }
            $map["$($entry['Name'])"] = $entry['Value']
        }
        return $map
    }
    if ($Type -eq [System.Collections.IDictionary[]] -or $Type -eq [object[]] -or $Type -eq [psobject]) { return , $Value }
    $isPlain = { param($One) $One -is [string] -or $One -is [System.ValueType] }
    if ($Type -eq [switch]) { if ($Value -is [bool]) { return $Value } }
    elseif ($Type.IsArray) { if (@($Value | Where-Object { -not (& $isPlain $_) }).Count -eq 0) { return , [string[]] @($Value) } }
    elseif (& $isPlain $Value) { return [System.Management.Automation.LanguagePrimitives]::ConvertTo($Value, $Type, [cultureinfo]::InvariantCulture) }
    throw ($script:Strings.SpecificationValueInvalid -f $Type.Name)
}
