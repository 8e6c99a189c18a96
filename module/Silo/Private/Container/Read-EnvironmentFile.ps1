function Read-EnvironmentFile {
    # NAME=value lines. Empty lines and lines that begin with # are passed over; a name alone takes its
    # value from this process.
    param($Cmdlet, [string] $Path)
    $file = $Cmdlet.GetUnresolvedProviderPathFromPSPath($Path)
    if (-not (Test-Path -LiteralPath $file -PathType Leaf)) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'PathNotFound' -Argument @{ path = $Path } -Target $Path }
    foreach ($line in [System.IO.File]::ReadAllLines($file)) {
        if ($line.Trim() -eq '' -or $line.TrimStart().StartsWith('#')) { continue }
        $name, $value = $line -split '=', 2
        if ($null -eq $value) { $value = [Environment]::GetEnvironmentVariable($name) }
        if ($null -ne $value) { @{ name = $name; value = $value } }
    }
}
