function Get-ProgressView {
    # Status, share and time left of one bar. The time left is told once a second has shown how fast it goes.
    # A build counts steps where everything else counts bytes.
    param($Value, [hashtable] $Bar, [datetime] $Now, [string] $Method)
    $view = @{ Status = $Value.status; PercentComplete = -1 }
    $current = $Value.currentBytes
    $total = $Value.PSObject.Properties['totalBytes']
    $known = $null -ne $total -and $total.Value -gt 0
    if ($known) {
        $view.PercentComplete = [int] [Math]::Min(100, 100 * $current / $total.Value)
        $view.Status = '{0} ({1} / {2})' -f $Value.status, (Format-ByteCount -Byte $current), (Format-ByteCount -Byte $total.Value)
    } elseif ($current -gt 0 -and $Method -ne 'image/build') {
        $view.Status = '{0} ({1})' -f $Value.status, (Format-ByteCount -Byte $current)
    }
    $elapsed = ($Now - $Bar.Since).TotalSeconds
    $done = $current - $Bar.SinceBytes
    if ($known -and $elapsed -ge 1 -and $done -gt 0 -and $total.Value -ge $current) {
        $view.SecondsRemaining = [int] [Math]::Min([int]::MaxValue, ($total.Value - $current) * $elapsed / $done)
    }
    $view
}
