function Close-PageServer {
    param([hashtable] $Server)
    $Server.Listener.Stop()
    foreach ($client in @($Server.Client)) { $client.Connection.Close() }
    $Server.Client.Clear()
}
