function Protect-WireText {
    # For -Debug: secrets, standard input, and values of environments and build arguments are nobody else's
    # business.
    param([string] $Text)
    $jsonText = '"(?:[^"\\]|\\.)*"'
    $Text = [regex]::Replace($Text, ('(?i)("(?:input|secret)":)' + $jsonText), '$1"***"')
    $block = '(?i)"(?:environment|buildArguments)":\[(?:[^\]"]|' + $jsonText + ')*\]'
    foreach ($found in @([regex]::Matches($Text, $block) | Sort-Object -Property Index -Descending)) {
        $hidden = [regex]::Replace($found.Value, ('(?i)("value":)' + $jsonText), '$1"***"')
        $Text = $Text.Remove($found.Index, $found.Length).Insert($found.Index, $hidden)
    }
    if ($Text.Length -gt 4096) { $Text = $Text.Substring(0, 4096) + '...' }
    $Text
}
