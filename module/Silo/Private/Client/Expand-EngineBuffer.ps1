function Expand-EngineBuffer {
    # Makes room for the rest of the message. Called only with no read pending: a pending read owns the buffer.
    param([hashtable] $Engine)
    $held = $Engine.End - $Engine.Start
    if ($held -eq 0) { $Engine.Start = 0; $Engine.End = 0 }
    $needed = [Math]::Max($Engine.BodyLength, 65536)
    if ($Engine.Buffer.Length - $Engine.Start -ge $needed -and $Engine.Buffer.Length -gt $Engine.End) { return }
    $buffer = $Engine.Buffer
    if ($buffer.Length -lt $needed) { $buffer = New-Object -TypeName 'byte[]' -ArgumentList ($needed + 65536) }
    [System.Buffer]::BlockCopy($Engine.Buffer, $Engine.Start, $buffer, 0, $held)
    $Engine.Buffer = $buffer
    $Engine.Start = 0
    $Engine.End = $held
}
