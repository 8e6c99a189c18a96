function ConvertFrom-WireTime {
    param($Value)
    # Parsers before PowerShell 7.5 make dates of these fields by themselves.
    if ($Value -is [datetime]) { return $Value.ToUniversalTime() }
    [datetime]::Parse($Value, [cultureinfo]::InvariantCulture, [System.Globalization.DateTimeStyles]::AdjustToUniversal)
}
