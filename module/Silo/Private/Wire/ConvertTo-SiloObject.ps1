function ConvertTo-SiloObject {
    # Gives wire records their type name and their times. They are changed in place, and the parsing stands
    # in the loop: copies of 10,000 containers cost a second, and so does calling a function for each time,
    # or writing `$o.PSObject.TypeNames` for `$o.PSTypeNames`.
    # -Item: the records are items of the method's stream, not of its result.
    param([string] $TypeName, [string] $Method, [object[]] $Record, [switch] $Item)
    $culture = [cultureinfo]::InvariantCulture
    $style = [System.Globalization.DateTimeStyles]::AdjustToUniversal
    $known = (Get-SiloContract).Methods[$Method]
    $times = if ($Item) { $known.ItemTimes } else { $known.Times }
    foreach ($one in $Record) {
        $one.PSTypeNames.Insert(0, $TypeName)
        if ($siloHost) { $one.PSObject.Properties.Add((New-Object -TypeName System.Management.Automation.PSNoteProperty -ArgumentList 'ContainerHost', $siloHost)) }
        foreach ($time in $times) {
            $value = $one.$time
            if ($null -eq $value) { continue }
            # Parsers before PowerShell 7.5 make dates of these fields by themselves.
            $one.$time = if ($value -is [datetime]) { $value.ToUniversalTime() } else { [datetime]::Parse($value, $culture, $style) }
        }
        $one
    }
}
