function Write-EngineMessage {
    param([hashtable] $Engine, [hashtable] $Message)
    $text = ConvertTo-WireJson -Message $Message
    if ($DebugPreference -ne 'SilentlyContinue') { Write-Debug -Message ('-> ' + (Protect-WireText -Text $text)) }
    $utf8 = [System.Text.Encoding]::UTF8
    # One buffer and one write: two would cost a second wake-up of the engine.
    $frame = $utf8.GetBytes('Content-Length: ' + $utf8.GetByteCount($text) + "`r`n`r`n" + $text)

    Wait-EngineWrite -Engine $Engine
    if ($Engine.Lost) { return }
    $Engine.Busy = $true
    try {
        $Engine.Writing = $Engine.Input.WriteAsync($frame, 0, $frame.Length)
    } catch {
        $Engine.Lost = Get-EngineEnd -Engine $Engine
    }
    $Engine.Busy = $false
    Wait-EngineWrite -Engine $Engine
    if ($Engine.Lost) { return }
    # .NET Framework keeps small writes in a buffer of the stream.
    $Engine.Busy = $true
    try {
        $Engine.Writing = $Engine.Input.FlushAsync()
    } catch {
        $Engine.Lost = Get-EngineEnd -Engine $Engine
    }
    $Engine.Busy = $false
}
