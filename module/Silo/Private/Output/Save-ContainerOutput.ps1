function Save-ContainerOutput {
    # Runs something that writes, and lays its standard output into a file. It has its name only once it is
    # whole: until then it stands beside it, and goes where the command is stopped or fails.
    param($Cmdlet, [string] $Method, [hashtable] $Parameter, [string] $Path, [ref] $ResultVariable, [string] $MissingImage)
    $unfinished = "$Path.$([guid]::NewGuid().ToString('N')).partial"
    $file = $null
    try {
        try {
            $file = [System.IO.File]::Open($unfinished, [System.IO.FileMode]::CreateNew)
        } catch {
            $code = if ($_.Exception.InnerException -is [System.UnauthorizedAccessException]) { 'PathAccessDenied' } else { 'PathNotFound' }
            Exit-SiloCommand -Cmdlet $Cmdlet -Code $code -Argument @{ path = Split-Path -Path $Path } -Target $Path
        }
        Receive-ContainerOutput -Cmdlet $Cmdlet -Method $Method -Parameter $Parameter -File $file -ResultVariable $ResultVariable -MissingImage $MissingImage
        $file.Dispose()
        if ($null -ne $ResultVariable.Value) { Move-Item -LiteralPath $unfinished -Destination $Path -Force -Confirm:$false -ErrorAction Stop }
    } finally {
        if ($null -ne $file) { $file.Dispose() }
        Remove-Item -LiteralPath $unfinished -Force -Confirm:$false -ErrorAction Ignore
    }
}
