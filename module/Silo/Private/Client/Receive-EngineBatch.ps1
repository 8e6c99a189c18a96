function Receive-EngineBatch {
    # Answers the next items of a stream as one array, and nothing once there are no more. The batch
    # before has been used up when the next is asked for; only then does the engine get its credit back.
    param([hashtable] $Request)
    if ($Request.Owed -gt 0) {
        $owed = $Request.Owed
        $Request.Owed = 0
        if (-not $Request.Answered) { Write-EngineMessage -Engine $Request.Engine -Message @{ jsonrpc = '2.0'; method = 'stream/credit'; params = @{ stream = $Request.Token; bytes = $owed } } }
    }
    while ($true) {
        if ($Request.Batches.Count -gt 0) {
            $batch = $Request.Batches.Dequeue()
            $Request.Owed = $batch.bytes
            $Request.Delivered = $true
            return , $batch.items
        }
        if ($Request.Answered) {
            if (Restore-MissingImage -Request $Request) { continue }
            return
        }
        if ($Request.Engine.Lost) { Restore-EngineRequest -Request $Request } else { [void] (Read-EngineMessage -Engine $Request.Engine) }
        if ($Request.Progress.Count -gt 0) { Show-EngineProgress -Request $Request }
    }
}
