<#
.SYNOPSIS
Installs Silo for all users of a machine from its archive, and has the system run its supervisor.
.DESCRIPTION
What install-silo.template.json runs on the virtual machine, as Local System and without prompts. It may be repeated: what is
installed already is not installed again.
.PARAMETER ArchivePath
Silo.zip, which holds the folder Silo.
.PARAMETER ModulePath
Folders of modules for all users: those of PowerShell 7 and of Windows PowerShell where left out.
.PARAMETER Feature
Optional features of Windows to enable, for example Containers, HyperV.
.PARAMETER SkipHost
Installs the module alone.
#>
param(
    [Parameter(Mandatory = $true)] [string] $ArchivePath,
    [string[]] $ModulePath,
    [string] $Feature,
    [switch] $SkipHost
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
if (-not $ModulePath) { $ModulePath = foreach ($folder in 'PowerShell', 'WindowsPowerShell') { Join-Path -Path (Join-Path -Path $env:ProgramFiles -ChildPath $folder) -ChildPath 'Modules' } }
$unpacked = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath "silo-$([guid]::NewGuid().ToString('N'))"
try {
    Expand-Archive -LiteralPath $ArchivePath -DestinationPath $unpacked
    $source = Join-Path -Path $unpacked -ChildPath 'Silo'
    $version = (Import-PowerShellDataFile -LiteralPath (Join-Path -Path $source -ChildPath 'Silo.psd1')).ModuleVersion
    foreach ($folder in $ModulePath) {
        # A folder a version: engines that run keep theirs.
        $target = Join-Path -Path (Join-Path -Path $folder -ChildPath 'Silo') -ChildPath $version
        if (Test-Path -LiteralPath (Join-Path -Path $target -ChildPath 'Silo.psd1')) { continue }
        $making = "$target.new"
        if (Test-Path -LiteralPath $making) { Remove-Item -LiteralPath $making -Recurse -Force }
        [void] (New-Item -Path (Split-Path -Path $target -Parent) -ItemType Directory -Force)
        Copy-Item -LiteralPath $source -Destination $making -Recurse
        if (Test-Path -LiteralPath $target) { Remove-Item -LiteralPath $target -Recurse -Force }
        Move-Item -LiteralPath $making -Destination $target
    }
} finally {
    if (Test-Path -LiteralPath $unpacked) { Remove-Item -LiteralPath $unpacked -Recurse -Force }
}
if ($SkipHost) { return }
Import-Module -Name (Join-Path -Path (Join-Path -Path (Join-Path -Path $ModulePath[0] -ChildPath 'Silo') -ChildPath $version) -ChildPath 'Silo.psd1')
$what = @{}
if ($Feature) { $what.Feature = @($Feature -split '[,;\s]+' | Where-Object { $_ }) }
Install-ContainerHost @what -Confirm:$false
