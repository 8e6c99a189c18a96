<#
.SYNOPSIS
Gets the images of running containers anew, and replaces the containers whose image has changed, one after the other.
.DESCRIPTION
A runbook for a Hybrid Runbook Worker; it asks nothing. A container that is replaced keeps its name, limits, networks,
ports, mounts and settings; where the new one does not run for SettleSeconds the old one is put back, and no further
container of that image is touched. Containers of applications are left to their compose files, and those that were
stopped to whoever stopped them. After a restart of the machine the runbook begins again and goes on with what is left.
.PARAMETER Name
Names of containers, with wildcards.
.PARAMETER SettleSeconds
How long a new container must run before the next one is replaced.
.PARAMETER RegistryLogin
Name of a credential asset of the Automation account, for registries that want a login.
.PARAMETER ReportOnly
Tells what would be replaced.
#>
param(
    [string] $Name = '*',
    [double] $SettleSeconds = 10,
    [string] $RegistryLogin,
    [bool] $ReportOnly = $false
)
$ErrorActionPreference = 'Stop'
$login = if ($RegistryLogin) { Get-AutomationPSCredential -Name $RegistryLogin }
$module = Import-Module -Name Silo -PassThru
$broken = @{}
$failed = @()
foreach ($container in Get-Container -Name $Name -State Running | Sort-Object -Property Name) {
    $line = [pscustomobject] @{ Name = $container.Name; Image = $container.Image; Action = 'Kept'; Reason = '' }
    # The resource of DSC, which stands in the module.
    $wish = & $module { New-Object -TypeName SiloContainer }
    $wish.Name = $container.Name
    $wish.Image = $container.Image
    $wish.Pull = 'Always'
    $wish.State = 'Running'
    $wish.SettleSeconds = $SettleSeconds
    $wish.RegistryCredential = $login
    try {
        if ($container.Labels.Name -contains 'silo.application') {
            $line.Action = 'Skipped'
            $line.Reason = 'it belongs to an application'
        } elseif ($broken.ContainsKey($container.Image)) {
            $line.Action = 'Skipped'
            $line.Reason = 'the new image did not run in {0}' -f $broken[$container.Image]
        } else {
            $reason = $wish.Get().Reasons
            if (@($reason).Count -gt 0) {
                $line.Reason = $reason.Phrase -join ' '
                $line.Action = 'WouldReplace'
                if (-not $ReportOnly) {
                    $wish.Set()
                    $line.Action = 'Replaced'
                }
            }
        }
    } catch {
        # One container that fails is no reason to leave the others old, but for those of the same image.
        $broken[$container.Image] = $container.Name
        $failed += $container.Name
        $line.Action = 'Failed'
        $line.Reason = '{0}: {1}' -f $_.FullyQualifiedErrorId, $_
    }
    $line
}
# The job counts as failed, after all that could be done was done.
if ($failed.Count -gt 0) { throw "These containers were not updated: $($failed -join ', ')" }
