function ConvertFrom-GuardedText {
    param($Value)
    if ($Value -is [string]) {
        if ($Value.Length -gt 0 -and $Value[0] -eq [char] 1) { return $Value.Substring(1) }
        return $Value
    }
    if ($Value -is [array]) { return , @(foreach ($item in $Value) { ConvertFrom-GuardedText -Value $item }) }
    if ($Value -is [System.Management.Automation.PSCustomObject]) {
        foreach ($property in $Value.PSObject.Properties) { $property.Value = ConvertFrom-GuardedText -Value $property.Value }
    }
    $Value
}
