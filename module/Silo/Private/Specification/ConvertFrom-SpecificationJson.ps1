function ConvertFrom-SpecificationJson {
    # JSON as a data file of PowerShell would give it. A mark before each text keeps the parser from making dates of some, and from failing at empty names.
    param([string] $Text)
    $toTable = {
        param($Value)
        if ($Value -is [string]) { return $Value.Substring(1) }
        if ($Value -is [array]) { return , @(foreach ($item in $Value) { & $toTable $item }) }
        if ($Value -isnot [System.Management.Automation.PSCustomObject]) { return $Value }
        $table = @{}
        foreach ($property in $Value.PSObject.Properties) { $table[$property.Name.Substring(1)] = & $toTable $property.Value }
        $table
    }
    & $toTable (ConvertFrom-Json -InputObject ([regex]::Replace($Text, '"((?:[^"\\]|\\.)*)"', '"\u0001$1"')))
}
