function Show-EngineProgress {
    # At most four updates a second; one bar for each activity, for example a layer.
    param([hashtable] $Request, [switch] $Completed)
    if (-not $Request.ContainsKey('Shown')) { $Request.Shown = @{}; $Request.ShownAt = [datetime]::MinValue }
    if ($Completed) {
        foreach ($activity in @($Request.Shown.Keys)) { Write-Progress -Id $Request.Shown[$activity] -Activity $activity -Completed }
        return
    }
    $now = [datetime]::UtcNow
    if (($now - $Request.ShownAt).TotalMilliseconds -lt 250) { return }
    $Request.ShownAt = $now
    foreach ($activity in @($Request.Progress.Keys)) {
        $value = $Request.Progress[$activity]
        $Request.Progress.Remove($activity)
        if (-not $Request.Shown.ContainsKey($activity)) { $Request.Shown[$activity] = 100 * $Request.Id + $Request.Shown.Count + 1 }
        $bar = @{ Id = $Request.Shown[$activity]; Activity = $activity; Status = $value.status; PercentComplete = -1 }
        $total = $value.PSObject.Properties['totalBytes']
        if ($null -ne $total -and $total.Value -gt 0) { $bar.PercentComplete = [int] [Math]::Min(100, 100 * $value.currentBytes / $total.Value) }
        Write-Progress @bar
    }
}
