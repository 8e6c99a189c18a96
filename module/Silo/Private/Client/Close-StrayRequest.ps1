function Close-StrayRequest {
    # A second Ctrl+C aborts a finally block, so a request may be left open by a command that is gone.
    # Commands that are alive (upstream in the pipeline, say) are on the call stack.
    param([hashtable] $Engine)
    $alive = @((Get-PSCallStack).InvocationInfo)
    foreach ($id in @($Engine.Open.Keys)) {
        $caller = $Engine.Open[$id].Caller
        $isAlive = $false
        foreach ($invocation in $alive) { if ($null -ne $caller -and [object]::ReferenceEquals($invocation, $caller)) { $isAlive = $true; break } }
        if (-not $isAlive) { Close-EngineRequest -Request $Engine.Open[$id] }
    }
}
