function Save-HostPage {
    # Five looks give the lines of a page that gets no more of them.
    param($Cmdlet, [string] $Path, [switch] $Force, [switch] $PassThru)
    if (-not $Force -and (Test-Path -LiteralPath $Path)) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'PathExists' -Argument @{ path = $Path } -Target $Path }
    $picture = Get-HostPicture -Cmdlet $Cmdlet -SampleCount 5 -IntervalSeconds $null
    if ($null -eq $picture) { return }
    $page = Format-HostPage -Picture $picture
    try {
        [System.IO.File]::WriteAllText($Path, $page.Text, (New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false))
    } catch [System.IO.DirectoryNotFoundException] {
        Exit-SiloCommand -Cmdlet $Cmdlet -Code 'PathNotFound' -Argument @{ path = $Path } -Target $Path
    } catch [System.UnauthorizedAccessException] {
        Exit-SiloCommand -Cmdlet $Cmdlet -Code 'PathAccessDenied' -Argument @{ path = $Path } -Target $Path
    }
    if ($PassThru) { [pscustomobject] @{ PSTypeName = 'Silo.ContainerHostPage'; Uri = $null; Path = $Path; SizeBytes = (Get-Item -LiteralPath $Path -Force).Length } }
}
