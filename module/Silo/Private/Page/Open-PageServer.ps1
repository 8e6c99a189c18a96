function Open-PageServer {
    # A server on a free port of loopback. The ticket in its address works once, and is changed for a cookie: an address that another user
    # of the machine reads in a list of processes is worth nothing any more.
    $listener = New-Object -TypeName System.Net.Sockets.TcpListener -ArgumentList ([System.Net.IPAddress]::Loopback), 0
    $listener.Start()
    $ticket = Get-PageSecret
    @{
        Listener = $listener
        Ticket = $ticket
        Cookie = Get-PageSecret
        Uri = 'http://127.0.0.1:{0}/open/{1}' -f $listener.LocalEndpoint.Port, $ticket
        Accepting = $null
        Client = New-Object -TypeName System.Collections.ArrayList
    }
}
