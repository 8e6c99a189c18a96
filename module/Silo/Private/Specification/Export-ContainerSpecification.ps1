function Export-ContainerSpecification {
    # Writes what the engine says of one container to a file, and tells what it does not say there.
    param($Cmdlet, [string] $Reference, [string] $Path, [switch] $Force, [switch] $PassThru)
    if ($Path -notmatch '\.(json|psd1)$') { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'SpecificationPath'; reason = $script:Strings.SpecificationFormatUnknown } -Target $Path }
    if (-not $Force -and (Test-Path -LiteralPath $Path)) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'PathExists' -Argument @{ path = $Path } -Target $Path }
    $result = Invoke-Engine -Cmdlet $Cmdlet -Method 'container/specification' -Parameter @{ container = $Reference }
    if ($null -eq $result) { return }
    $unsaid = New-Object -TypeName 'System.Collections.Generic.List[string]'
    $specification = ConvertTo-Specification -Wire $result.Specification -Unsaid $unsaid
    Save-Specification -Cmdlet $Cmdlet -Path $Path -Specification $specification -Force:$Force
    $secret = @(foreach ($one in $result.Omitted) { switch ($one.Kind) { 'CredentialSpec' { 'CredentialSpec' } 'Variable' { "Environment $($one.Name)" } 'Share' { "ShareCredential $($one.Name)" } default { "Mount $($one.Name)" } } })
    if ($secret.Count -gt 0) { Write-Warning -Message ($script:Strings.SpecificationOmits -f $Path, ($secret -join ', ')) }
    if ($unsaid.Count -gt 0) { Write-Warning -Message ($script:Strings.SpecificationUnsaid -f $Path, ($unsaid -join ', ')) }
    if ($PassThru) { Get-Item -LiteralPath $Path -Force }
}
