function Send-PageAnswer {
    param([hashtable] $Request, [string] $Status, [string] $Kind = 'text/plain', [string] $Text = '', [string] $Field = '')
    $body = [System.Text.Encoding]::UTF8.GetBytes($Text)
    $head = "HTTP/1.1 $Status`r`nContent-Type: $Kind; charset=utf-8`r`nContent-Length: $($body.Length)`r`nCache-Control: no-store`r`nX-Content-Type-Options: nosniff`r`n" +
    "Referrer-Policy: no-referrer`r`nCross-Origin-Resource-Policy: same-origin`r`nConnection: close`r`n$Field`r`n"
    try {
        foreach ($bytes in [System.Text.Encoding]::ASCII.GetBytes($head), $body) { $Request.Stream.Write($bytes, 0, $bytes.Length) }
    } catch [System.IO.IOException] {
        Write-Debug -Message "A browser has gone before it was answered: $($_.Exception.Message)"
    } finally {
        $Request.Connection.Close()
    }
}
