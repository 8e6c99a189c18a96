function ConvertTo-DataFileText {
    # A value as a data file of PowerShell writes it: dictionaries, arrays, texts, numbers and truth values.
    param($Value, [int] $Depth = 0)
    $indent = '    ' * $Depth
    if ($Value -is [System.Collections.IDictionary]) {
        if ($Value.Count -eq 0) { return '@{}' }
        $line = foreach ($entry in $Value.GetEnumerator()) {
            $key = "$($entry.Key)"
            if ($key -notmatch '^[A-Za-z_][A-Za-z0-9_]*$') { $key = ConvertTo-DataFileText -Value $key }
            "$indent    $key = $(ConvertTo-DataFileText -Value $entry.Value -Depth ($Depth + 1))"
        }
        return "@{`n$($line -join "`n")`n$indent}"
    }
    if ($Value -is [array]) {
        $item = @(foreach ($one in $Value) { ConvertTo-DataFileText -Value $one -Depth ($Depth + 1) })
        if (@($Value | Where-Object { $_ -is [System.Collections.IDictionary] -or $_ -is [array] }).Count -eq 0) { return "@($($item -join ', '))" }
        return "@(`n$(($item | ForEach-Object { "$indent    $_" }) -join "`n")`n$indent)"
    }
    if ($Value -is [bool]) { return $(if ($Value) { '$true' } else { '$false' }) }
    if ($Value -is [double] -or $Value -is [single]) { return $Value.ToString('R', [cultureinfo]::InvariantCulture) }
    if ($Value -is [System.ValueType] -and $Value -isnot [char]) { return $Value.ToString([cultureinfo]::InvariantCulture) }
    # PowerShell takes typographic quotation marks for the plain one.
    "'" + ("$Value" -replace "(['\u2018\u2019\u201A\u201B])", '$1$1') + "'"
}
