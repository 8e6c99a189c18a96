function Read-PageRequest {
    # The next whole request, or nothing within the given time. Browsers open connections that they send nothing through: all are waited
    # for at once, and none can hold up another.
    param([hashtable] $Server, [int] $WaitMilliseconds)
    if ($null -eq $Server.Accepting) { $Server.Accepting = $Server.Listener.AcceptTcpClientAsync() }
    $tasks = [System.Threading.Tasks.Task[]] (@($Server.Accepting) + @($Server.Client | ForEach-Object -Process { $_.Reading }))
    [void] [System.Threading.Tasks.Task]::WaitAny($tasks, $WaitMilliseconds)
    if ($Server.Accepting.IsCompleted) {
        $accepted = $Server.Accepting
        $Server.Accepting = $null
        # A connection that was broken off before it was taken is nobody's error.
        if ($accepted.IsFaulted) { [void] $accepted.Exception }
        else {
            $connection = $accepted.Result
            $connection.SendTimeout = 5000
            $buffer = New-Object -TypeName byte[] -ArgumentList 8192
            [void] $Server.Client.Add(@{ Connection = $connection; Stream = $connection.GetStream(); Buffer = $buffer; Length = 0; Since = [datetime]::UtcNow; Reading = $connection.GetStream().ReadAsync($buffer, 0, $buffer.Length) })
        }
    }
    foreach ($client in @($Server.Client)) {
        $isOver = ([datetime]::UtcNow - $client.Since).TotalSeconds -gt 60
        if ($client.Reading.IsCompleted) {
            $count = if ($client.Reading.Status -eq 'RanToCompletion') { $client.Reading.Result } else { 0 }
            $client.Length += $count
            $text = [System.Text.Encoding]::ASCII.GetString($client.Buffer, 0, $client.Length)
            if ($text.Contains("`r`n`r`n")) {
                [void] $Server.Client.Remove($client)
                $line, $fields = $text.Substring(0, $text.IndexOf("`r`n`r`n")) -split "`r`n"
                $method, $path = $line -split ' '
                $header = @{}
                foreach ($field in $fields) {
                    $name, $value = $field -split ':\s*', 2
                    $header[$name] = $value
                }
                return @{ Method = $method; Path = "$(@($path)[0])"; Header = $header; Connection = $client.Connection; Stream = $client.Stream }
            }
            $isOver = $isOver -or $count -eq 0 -or $client.Length -eq $client.Buffer.Length
            if (-not $isOver) { $client.Reading = $client.Stream.ReadAsync($client.Buffer, $client.Length, $client.Buffer.Length - $client.Length) }
        }
        if ($isOver) {
            $client.Connection.Close()
            $Server.Client.Remove($client)
        }
    }
}
