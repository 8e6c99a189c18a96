function Close-EngineRequest {
    # Belongs into the finally block of every request: a command that ends early cancels what it asked for.
    param([hashtable] $Request)
    if ($null -eq $Request) { return }
    $engine = $Request.Engine
    if ($Request.ContainsKey('Shown')) { Show-EngineProgress -Request $Request -Completed }
    if ($Request.Streams) { $engine.Streams.Remove($Request.Token) }
    if ($Request.Answered -or -not $engine.Open.ContainsKey($Request.Id)) { return }
    $engine.Open.Remove($Request.Id)
    if ($engine.Lost -or $engine.Busy) { return }
    Write-EngineMessage -Engine $engine -Message @{ jsonrpc = '2.0'; method = '$/cancelRequest'; params = @{ id = $Request.Id } }
}
