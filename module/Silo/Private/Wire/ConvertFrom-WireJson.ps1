function ConvertFrom-WireJson {
    param([string] $Text)
    if ($script:KeepsDateText) { return ConvertFrom-Json -InputObject $Text -DateKind String }
    $message = ConvertFrom-Json -InputObject $Text
    # The engine was asked to put U+0001 before text that this parser would turn into a date.
    if ($Text.Contains('\u0001')) { $message = ConvertFrom-GuardedText -Value $message }
    $message
}
