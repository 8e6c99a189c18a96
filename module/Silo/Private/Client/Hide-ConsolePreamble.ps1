function Hide-ConsolePreamble {
    # .NET Framework writes the byte order mark of the console's encoding (under code page 65001) to the
    # standard input of every child. Answers the encoding to put back, or nothing.
    if ($PSVersionTable.PSEdition -eq 'Core') { return }
    try {
        $encoding = [Console]::InputEncoding
        if ($encoding.GetPreamble().Length -eq 0) { return }
        [Console]::InputEncoding = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
        $encoding
    } catch {
        Write-Debug -Message 'No console: its encoding does not matter.'
    }
}
