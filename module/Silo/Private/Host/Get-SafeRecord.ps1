function Get-SafeRecord {
    # What of a record may leave the host: the fields that are named, and of environments and commands as much as is harmless.
    param([object[]] $Record, [string[]] $Field)
    foreach ($one in $Record) {
        if ($null -eq $one) { continue }
        $safe = [ordered] @{}
        foreach ($name in $Field) {
            $property = $one.PSObject.Properties[$name]
            if ($null -eq $property) { continue }
            $safe[$name] = switch ($name) {
                'Environment' { @($property.Value | ForEach-Object { $_.Name }); break }
                'Labels' { @($property.Value | ForEach-Object { $_.Name }); break }
                'Command' { '{0} (+{1})' -f @($property.Value)[0], ([Math]::Max(0, @($property.Value).Count - 1)); break }
                default { $property.Value }
            }
        }
        [pscustomobject] $safe
    }
}
