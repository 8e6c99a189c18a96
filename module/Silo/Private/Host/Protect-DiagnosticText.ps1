function Protect-DiagnosticText {
    # Takes out of a text what looks like a secret: users of addresses, what follows a word for a secret, and tokens of requests.
    param([string] $Text)
    $Text = $Text -replace '(?<=://)[^/@\s"'']+@', '***@'
    $Text = $Text -replace '(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+', '$1 ***'
    $word = '(?i)([\w.-]*(?:passw(?:or)?d|passphrase|secret|token|credential|api[-_]?key|private[-_]?key|auth)[\w.-]*)'
    $Text = $Text -replace ($word + '(\\*")(\s*:\s*)\\*"(?:[^"\\]|\\[^"])*\\*"'), '$1$2$3"***"'
    $Text -replace ($word + '(\s*[=:]\s*|\s+)(?![*"\s])[^\s"'',;]+'), '$1$2***'
}
