function Read-SessionOutput {
    # Lays what came through a session into the engine's buffer. Answers how many bytes, 0 after the last, and nothing where none
    # came in time.
    param([hashtable] $Engine, [int] $WaitMilliseconds)
    $carrier = $Engine.Process
    $output = $carrier.Pipeline.Output
    if ($carrier.Chunks.Count -eq 0) {
        if (-not $output.WaitHandle.WaitOne($WaitMilliseconds)) { return }
        $Engine.Busy = $true
        foreach ($item in $output.NonBlockingRead()) {
            if ($item.PSObject.BaseObject -is [byte[]]) { $carrier.Chunks.Enqueue($item.PSObject.BaseObject) } elseif ($null -ne $item.PSObject.Properties['Problem']) { $carrier.End = $item }
        }
        $Engine.Busy = $false
    }
    if ($carrier.Chunks.Count -eq 0) {
        if ($output.EndOfPipeline) { return 0 }
        return
    }
    $Engine.Busy = $true
    Expand-EngineBuffer -Engine $Engine
    $chunk = $carrier.Chunks.Peek()
    $count = [Math]::Min($chunk.Length - $carrier.ChunkStart, $Engine.Buffer.Length - $Engine.End)
    [System.Buffer]::BlockCopy($chunk, $carrier.ChunkStart, $Engine.Buffer, $Engine.End, $count)
    $carrier.ChunkStart += $count
    if ($carrier.ChunkStart -eq $chunk.Length) { [void] $carrier.Chunks.Dequeue(); $carrier.ChunkStart = 0 }
    $Engine.End += $count
    $Engine.Busy = $false
    $count
}
