function Send-EngineRequest {
    param([hashtable] $Engine, [hashtable] $Request)
    if ($Request.TakesLogin -and -not $Engine.LoggedIn -and (Get-HostMemory).Credential.Count -gt 0) { Restore-RegistryLogin -Engine $Engine }
    $id = $Engine.NextId
    $Engine.NextId = $id + 1
    $Request.Engine = $Engine
    $Request.Id = $id
    $sent = @{} + $Request.Parameter
    if ($Request.Streams) {
        $Request.Token = "s$id"
        $sent.stream = $Request.Token
        $Engine.Streams[$Request.Token] = $Request
    }
    if ($Request.ShowsProgress) { $sent.progressToken = $id }
    $Engine.Open[$id] = $Request
    Write-EngineMessage -Engine $Engine -Message @{ jsonrpc = '2.0'; id = $id; method = $Request.Method; params = $sent }
}
