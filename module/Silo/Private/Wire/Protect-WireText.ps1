function Protect-WireText {
    # For -Debug: values of environments and standard input are nobody else's business.
    param([string] $Text)
    $jsonText = '"(?:[^"\\]|\\.)*"'
    $Text = [regex]::Replace($Text, ('(?i)("input":)' + $jsonText), '$1"***"')
    $block = '(?i)"environment":\[(?:[^\]"]|' + $jsonText + ')*\]'
    foreach ($found in @([regex]::Matches($Text, $block) | Sort-Object -Property Index -Descending)) {
        $hidden = [regex]::Replace($found.Value, ('(?i)("value":)' + $jsonText), '$1"***"')
        $Text = $Text.Remove($found.Index, $found.Length).Insert($found.Index, $hidden)
    }
    if ($Text.Length -gt 4096) { $Text = $Text.Substring(0, 4096) + '...' }
    $Text
}
