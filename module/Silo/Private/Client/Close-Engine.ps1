function Close-Engine {
    # Closing its standard input tells an engine to cancel what it does and to end; killing it at once
    # would leave a half-cancelled container running.
    param([hashtable] $Engine)
    if ([object]::ReferenceEquals($script:Engine, $Engine)) { $script:Engine = $null }
    if ($null -ne $Engine.Connection -and [object]::ReferenceEquals($script:RemoteEngine[$Engine.Connection.Id], $Engine)) { $script:RemoteEngine.Remove($Engine.Connection.Id) }
    if (-not $Engine.Lost) { $Engine.Lost = 'it was given up' }
    try { $Engine.Input.Dispose() } catch { Write-Debug -Message 'Its standard input was closed already.' }
    $Engine.DiscardedAt = Get-Date
    [void] $script:Discarded.Add($Engine)
}
