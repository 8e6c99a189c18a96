function Read-EngineMessage {
    # Takes one message from the engine and lays it where its command looks for it, whichever command
    # called: a command downstream of Get-ContainerLog -Follow may itself call the engine. Answers
    # whether there was one.
    param([hashtable] $Engine, [int] $WaitMilliseconds = 50)
    $text = Read-EngineFrame -Engine $Engine -WaitMilliseconds $WaitMilliseconds
    if ($null -eq $text) { return $false }
    if ($DebugPreference -ne 'SilentlyContinue') { Write-Debug -Message ('<- ' + (Protect-WireText -Text $text)) }

    $message = ConvertFrom-WireJson -Text (Convert-WireFieldName -Text $text -Engine $Engine)
    $fields = $message.PSObject.Properties
    if ($null -ne $fields['method']) {
        switch ($message.method) {
            'stream/data' {
                $request = $Engine.Streams[$message.params.stream]
                # What an abandoned stream still sends needs no credit: its request is cancelled.
                if ($null -ne $request) { $request.Batches.Enqueue($message.params) }
            }
            '$/progress' {
                $request = $Engine.Open[[int] $message.params.token]
                if ($null -ne $request) { $request.Progress[$message.params.value.activity] = $message.params.value }
            }
        }
        return $true
    }
    if ($null -eq $fields['id'] -or $null -eq $message.id) { return $true }
    $request = $Engine.Open[[int] $message.id]
    if ($null -ne $request) {
        if ($null -ne $fields['error']) { $request.Error = $message.error } else { $request.Result = $message.result }
        $request.Answered = $true
        $Engine.Open.Remove([int] $message.id)
    }
    $true
}
