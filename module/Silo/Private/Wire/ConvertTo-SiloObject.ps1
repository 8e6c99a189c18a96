function ConvertTo-SiloObject {
    # Gives wire records their type name and their times. They are changed in place, and the parsing stands
    # in the loop: copies of 10,000 containers cost a second, and so does calling a function for each time,
    # or writing `$o.PSObject.TypeNames` for `$o.PSTypeNames`.
    param([string] $TypeName, [string] $Method, [object[]] $Record)
    $culture = [cultureinfo]::InvariantCulture
    $style = [System.Globalization.DateTimeStyles]::AdjustToUniversal
    $times = (Get-SiloContract).Methods[$Method].Times
    foreach ($item in $Record) {
        $item.PSTypeNames.Insert(0, $TypeName)
        foreach ($time in $times) {
            $value = $item.$time
            if ($null -eq $value) { continue }
            # Parsers before PowerShell 7.5 make dates of these fields by themselves.
            $item.$time = if ($value -is [datetime]) { $value.ToUniversalTime() } else { [datetime]::Parse($value, $culture, $style) }
        }
        $item
    }
}
