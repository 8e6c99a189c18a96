function ConvertTo-CredentialSpec {
    # The JSON of a credential specification that is given as a path, as JSON, as a hashtable or as an object made from JSON.
    param($Cmdlet, $Value)
    if ($Value -is [System.Management.Automation.PSObject] -and $Value.PSObject.BaseObject -isnot [System.Management.Automation.PSCustomObject]) { $Value = $Value.PSObject.BaseObject }
    $source = if ($Value -is [System.IO.FileInfo]) { @{ Path = $Value.FullName } }
    elseif ($Value -is [string] -and -not $Value.TrimStart().StartsWith('{')) { @{ Path = $Value } }
    else { @{ InputObject = $Value } }
    $read = Read-CredentialSpec -Cmdlet $Cmdlet @source
    if ($read.Problem -eq 'Missing') { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'PathNotFound' -Argument @{ path = $read.Path } -Target $read.Path }
    if ($read.Problem -or $read.Spec -isnot [System.Management.Automation.PSCustomObject]) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'CredentialSpec'; reason = $script:Strings.SpecNoJson } }
    if ($read.Text) { $read.Text } else { ConvertTo-Json -InputObject $read.Spec -Depth 16 -Compress }
}
