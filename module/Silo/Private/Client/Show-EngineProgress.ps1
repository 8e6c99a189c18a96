function Show-EngineProgress {
    # At most four updates a second; one bar for each activity, for example the download of a layer.
    param([hashtable] $Request, [switch] $Completed)
    if (-not $Request.ContainsKey('Shown')) { $Request.Shown = @{}; $Request.ShownAt = [datetime]::MinValue; $Request.BarCount = 0 }
    if ($Completed) {
        foreach ($activity in @($Request.Shown.Keys)) { Write-Progress -Id $Request.Shown[$activity].Id -Activity $activity -Completed }
        $Request.Shown.Clear()
        return
    }
    $now = [datetime]::UtcNow
    if (($now - $Request.ShownAt).TotalMilliseconds -lt 250) { return }
    $Request.ShownAt = $now
    foreach ($activity in @($Request.Progress.Keys)) {
        $value = $Request.Progress[$activity]
        $Request.Progress.Remove($activity)
        $bar = $Request.Shown[$activity]
        if ($null -ne $value.PSObject.Properties['completed'] -and $value.completed) {
            # A finished layer makes room for the next; one that was never seen needs no bar.
            if ($null -ne $bar) { Write-Progress -Id $bar.Id -Activity $activity -Completed; $Request.Shown.Remove($activity) }
            continue
        }
        if ($null -eq $bar) {
            $Request.BarCount++
            $bar = @{ Id = 100 * $Request.Id + $Request.BarCount; Since = $now; SinceBytes = $value.currentBytes }
            $Request.Shown[$activity] = $bar
        }
        $shown = Get-ProgressView -Value $value -Bar $bar -Now $now -Method $Request.Method
        Write-Progress -Id $bar.Id -Activity $activity @shown
    }
}
