function Save-Specification {
    # Writes a specification to a file, in the format that its name ends with. Windows PowerShell reads text beyond ASCII in a data file only behind a byte order mark.
    param($Cmdlet, [string] $Path, [System.Collections.IDictionary] $Specification, [switch] $Force)
    $document = [ordered] @{ SpecificationVersion = 1; Container = $Specification }
    $isJson = $Path -like '*.json'
    $text = if ($isJson) { (ConvertTo-Json -InputObject $document -Depth 8).Replace("`r`n", "`n") } else { ConvertTo-DataFileText -Value $document }
    $encoding = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList (-not $isJson -and $text -match '[^\x00-\x7F]')
    if (-not $Force -and (Test-Path -LiteralPath $Path)) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'PathExists' -Argument @{ path = $Path } -Target $Path }
    try {
        [System.IO.File]::WriteAllText($Path, $text + "`n", $encoding)
    } catch [System.IO.DirectoryNotFoundException] {
        Exit-SiloCommand -Cmdlet $Cmdlet -Code 'PathNotFound' -Argument @{ path = $Path } -Target $Path
    } catch [System.UnauthorizedAccessException] {
        Exit-SiloCommand -Cmdlet $Cmdlet -Code 'PathAccessDenied' -Argument @{ path = $Path } -Target $Path
    }
}
