<#
.SYNOPSIS
Signs a module folder: its PowerShell files, then a catalog of all files, then the catalog.
.DESCRIPTION
package-module.ts calls it for each folder with --sign build/package/sign-module.ps1. The certificate is named by the variable
SILO_SIGNING_THUMBPRINT and looked for in the user's store and the machine's; SILO_TIMESTAMP_SERVER adds a time stamp, without which signatures
end with the certificate. The commands that sign are Windows' own.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string] $Path
)
$ErrorActionPreference = 'Stop'
foreach ($name in 'Set-AuthenticodeSignature', 'New-FileCatalog') {
    if ($null -eq (Get-Command -Name $name -ErrorAction Ignore)) { throw "$name is not there: a module is signed on Windows." }
}
$thumbprint = $env:SILO_SIGNING_THUMBPRINT
if (-not $thumbprint) { throw 'SILO_SIGNING_THUMBPRINT names no certificate.' }
$certificate = Get-ChildItem -Path 'Cert:\CurrentUser\My', 'Cert:\LocalMachine\My' -ErrorAction Ignore | Where-Object { $_.Thumbprint -eq $thumbprint } | Select-Object -First 1
if ($null -eq $certificate) { throw "There is no certificate '$thumbprint'." }
$signing = @{ Certificate = $certificate; HashAlgorithm = 'SHA256' }
if ($env:SILO_TIMESTAMP_SERVER) { $signing.TimestampServer = $env:SILO_TIMESTAMP_SERVER }

function Add-Signature {
    param([string] $File)
    $signature = Set-AuthenticodeSignature -FilePath $File @signing
    if ("$($signature.Status)" -ne 'Valid') { throw "$File could not be signed: $($signature.StatusMessage)" }
}

# Files change when they are signed, so the catalog comes last.
foreach ($file in Get-ChildItem -LiteralPath $Path -Recurse -File | Where-Object { $_.Extension -in '.ps1', '.psm1', '.psd1', '.ps1xml' }) { Add-Signature -File $file.FullName }
$catalog = Join-Path -Path $Path -ChildPath 'Silo.cat'
[void] (New-FileCatalog -Path $Path -CatalogFilePath $catalog -CatalogVersion 2)
Add-Signature -File $catalog
