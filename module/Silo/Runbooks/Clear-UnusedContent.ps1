<#
.SYNOPSIS
Removes containers that ended long ago, and images, layers and build cache that nothing needs.
.DESCRIPTION
A runbook for a Hybrid Runbook Worker; it asks nothing. What it removes is told, one object an item. Volumes are kept
unless they are asked for. Running it again removes what has become old since.
.PARAMETER OlderThanDays
Age from which on a container that ended, and an image that no container uses, is removed.
.PARAMETER IncludeVolume
Removes volumes that no container mounts as well.
.PARAMETER ReportOnly
Tells what would be removed.
#>
param(
    [double] $OlderThanDays = 7,
    [bool] $IncludeVolume = $false,
    [bool] $ReportOnly = $false
)
$ErrorActionPreference = 'Stop'
$limit = [datetime]::UtcNow.AddDays(-$OlderThanDays)
foreach ($container in Get-Container -State Exited, Created) {
    # A container with a restart policy is meant to run, and one of an application is its own affair.
    $ended = if ($null -ne $container.FinishedAt) { $container.FinishedAt } else { $container.CreatedAt }
    if ($ended -gt $limit -or $container.RestartPolicy -ne 'No' -or $container.Labels.Name -contains 'silo.application') { continue }
    if (-not $ReportOnly) { Remove-Container -Id $container.Id -Confirm:$false }
    [pscustomobject] @{ Kind = 'Container'; Id = $container.Name; SizeBytes = 0; Action = $(if ($ReportOnly) { 'WouldRemove' } else { 'Removed' }); Reason = 'it ended before {0:u}' -f $limit }
}
$what = @{ UnusedImage = $true; BuildCache = $true; OlderThan = $limit }
if ($IncludeVolume) { $what.UnusedVolume = $true }
Optimize-ContainerStore @what -WhatIf:$ReportOnly -Confirm:$false | Select-Object -Property Kind, Id, SizeBytes, Action, Reason
