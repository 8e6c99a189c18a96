function Read-KnownName {
    param([hashtable] $Engine, [string] $Kind)
    $method = @{ Container = 'container/list'; Image = 'image/list'; Network = 'network/list'; Volume = 'volume/list'; Application = 'application/list' }[$Kind]
    $request = Get-RequestRecord -Caller $MyInvocation -Method $method
    try {
        Send-EngineRequest -Engine $Engine -Request $request
        $until = [datetime]::UtcNow.AddMilliseconds(200)
        while (-not $request.Answered -and -not $Engine.Lost -and [datetime]::UtcNow -lt $until) { [void] (Read-EngineMessage -Engine $Engine -WaitMilliseconds 20) }
        if ($null -eq $request.Result) { return }
        Save-KnownName -Kind $Kind -Item $request.Result.Items -Whole
    } finally {
        Close-EngineRequest -Request $request
    }
}
