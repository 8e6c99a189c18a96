function Clear-DiscardedEngine {
    # An engine that was given up and has not ended by itself is killed after a while.
    $graceSeconds = 30
    foreach ($engine in @($script:Discarded)) {
        if (-not $engine.Process.HasExited) {
            if (((Get-Date) - $engine.DiscardedAt).TotalSeconds -lt $graceSeconds) { continue }
            try { $engine.Process.Kill() } catch { Write-Debug -Message 'It ended in this moment.' }
        }
        $script:Discarded.Remove($engine)
        $engine.Process.Dispose()
    }
}
