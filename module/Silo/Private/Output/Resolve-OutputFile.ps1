function Resolve-OutputFile {
    # The file for -OutFile, before anything has been run for it. It is of this host, whichever host runs the command.
    param($Cmdlet, [string] $Path, [switch] $Force)
    $file = $Cmdlet.GetUnresolvedProviderPathFromPSPath($Path)
    if ((Test-Path -LiteralPath $file -PathType Container) -or (-not $Force -and (Test-Path -LiteralPath $file))) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'PathExists' -Argument @{ path = $file } -Target $file }
    $file
}
