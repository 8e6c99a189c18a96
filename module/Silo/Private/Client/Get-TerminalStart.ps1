function Get-TerminalStart {
    # How the command silo is started on this host.
    param($Cmdlet, [string[]] $Argument)
    $place = Find-SiloEngine
    if (-not $place.Node) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'EngineNodeNotFound' -Target 'node' }
    if (-not (Test-Path -LiteralPath $place.File)) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'EngineNotFound' -Argument @{ path = $place.File } -Target $place.File }
    $start = New-Object -TypeName System.Diagnostics.ProcessStartInfo
    $start.FileName = $place.Node
    $start.Arguments = (@($place.File) + $Argument | ForEach-Object { Format-NativeArgument -Text $_ }) -join ' '
    $start.UseShellExecute = $false
    $start
}
