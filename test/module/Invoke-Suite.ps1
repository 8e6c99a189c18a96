<#
.SYNOPSIS
Runs the module's tests once, and writes what came of it to a file.
.DESCRIPTION
build/pester.ts calls it three times: as it is, under strict mode, and under Korean culture. By hand:
pwsh test/module/Invoke-Suite.ps1 -Path test/module/Client.Tests.ps1
#>
[CmdletBinding()]
param(
    [string[]] $Path = $PSScriptRoot,
    [string[]] $Tag,
    [string[]] $ExcludeTag,
    [switch] $Strict,
    [string] $Culture,
    [string] $ResultPath
)
# Containers of tests that are not about networks have none: faster, and nothing is made on the host.
$env:SILO_DEFAULT_NETWORK = 'none'
$env:SILO_TEST_STRICT = if ($Strict) { '1' } else { $null }
if ($Culture) {
    [System.Threading.Thread]::CurrentThread.CurrentCulture = $Culture
    [System.Threading.Thread]::CurrentThread.CurrentUICulture = $Culture
}
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name Pester -MinimumVersion 5.3
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
if ($Tag) { $configuration.Filter.Tag = $Tag }
if ($ExcludeTag) { $configuration.Filter.ExcludeTag = $ExcludeTag }
$result = Invoke-Pester -Configuration $configuration
if ($ResultPath) {
    @{
        passed   = $result.PassedCount
        failed   = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
        skipped  = $result.SkippedCount + $result.InconclusiveCount
        failures = @(@($result.Failed) + @($result.FailedBlocks) + @($result.FailedContainers) | Where-Object { $_ -and $_.ErrorRecord } | ForEach-Object { @{ name = "$(if ($_.PSObject.Properties['ExpandedPath']) { $_.ExpandedPath } else { $_ })"; message = "$($_.ErrorRecord | Select-Object -First 1)" } })
    } | ConvertTo-Json -Depth 4 | Set-Content -LiteralPath $ResultPath -Encoding utf8
}
