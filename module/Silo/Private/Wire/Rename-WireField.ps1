function Rename-WireField {
    # Field names become PowerShell's before the text is parsed: thirty replacements in a page of 1,000
    # containers cost 40 ms, building the 1,000 objects anew 110 ms. User text cannot match, because a
    # quotation mark within JSON text always stands behind a backslash, and only a field name is
    # followed by `":`.
    param([string] $Text, [string] $Method)
    $pairs = $script:Renames[$Method]
    if ($null -eq $pairs) {
        $pairs = @(foreach ($field in (Get-SiloContract).Methods[$Method].Fields) {
                $name = if ($field -eq 'ipAddress') { 'IPAddress' } else { $field.Substring(0, 1).ToUpperInvariant() + $field.Substring(1) }
                , @(('"' + $field + '":'), ('"' + $name + '":'))
            })
        $script:Renames[$Method] = $pairs
    }
    foreach ($pair in $pairs) { $Text = $Text.Replace($pair[0], $pair[1]) }
    $Text
}
