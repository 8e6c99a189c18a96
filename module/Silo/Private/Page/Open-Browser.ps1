function Open-Browser {
    # Whether a browser was asked to open the address.
    param([string] $Uri)
    try {
        if ($script:OnWindows) { Start-Process -FilePath $Uri; return $true }
        if (-not $env:DISPLAY -and -not $env:WAYLAND_DISPLAY) { return $false }
        if (-not (Microsoft.PowerShell.Core\Get-Command -Name 'xdg-open' -CommandType Application -ErrorAction Ignore)) { return $false }
        Start-Process -FilePath 'xdg-open' -ArgumentList $Uri
        $true
    } catch [System.InvalidOperationException] {
        Write-Debug -Message "No browser could be opened: $($_.Exception.Message)"
        $false
    }
}
