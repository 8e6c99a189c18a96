function Get-PageAnswer {
    # What a request is answered: a status line's number, a kind and a text, and whether the picture is wanted. Only names of loopback are
    # answered to, so that no page of elsewhere can come in by a name of its own that leads here.
    param([hashtable] $Server, [hashtable] $Request)
    if ($Request.Header['Host'] -notmatch '^(127\.0\.0\.1|localhost)(:\d+)?$') { return @{ Status = '403 Forbidden' } }
    if ($Request.Method -ne 'GET') { return @{ Status = '405 Method Not Allowed' } }
    if ($Server.Ticket -and $Request.Path -ceq "/open/$($Server.Ticket)") {
        $Server.Ticket = $null
        return @{ Status = '303 See Other'; Field = "Location: /`r`nSet-Cookie: silo=$($Server.Cookie); HttpOnly; SameSite=Strict; Path=/`r`n" }
    }
    if (@("$($Request.Header['Cookie'])" -split ';\s*') -cnotcontains "silo=$($Server.Cookie)") { return @{ Status = '403 Forbidden' } }
    switch -CaseSensitive ($Request.Path) {
        '/' { return @{ Status = '200 OK'; Content = 'Page' } }
        '/state.json' { return @{ Status = '200 OK'; Content = 'Picture' } }
    }
    @{ Status = '404 Not Found' }
}
