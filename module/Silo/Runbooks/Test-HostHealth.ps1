<#
.SYNOPSIS
Finds what is not well on this host, mends what a restart can mend, and fails where something is left.
.DESCRIPTION
A runbook for a Hybrid Runbook Worker; it asks nothing. It looks at what the host needs, at containers that should run and do not,
at those whose health checks fail, and at those that are started again and again. One object a finding.
.PARAMETER Repair
Starts what should run, restarts what is unhealthy, and repairs networks that the host has lost.
.PARAMETER MaximumRestart
Starts in a row by a restart policy that count as a finding.
#>
param(
    [bool] $Repair = $false,
    [int] $MaximumRestart = 5
)
$ErrorActionPreference = 'Stop'
function Write-Finding {
    param([string] $Kind, [string] $Name, [string] $Problem, [scriptblock] $Remedy)
    $action = 'None'
    if ($Repair -and $null -ne $Remedy) {
        try {
            & $Remedy
            $action = 'Repaired'
        } catch {
            $action = 'Failed'
            $Problem += '; ' + $_
        }
    }
    [pscustomobject] @{ Kind = $Kind; Name = $Name; Problem = $Problem; Action = $action }
}
$findings = @(
    foreach ($requirement in Test-ContainerHost | Where-Object { -not $_.Satisfied -and $_.NeededFor -eq 'Everything' }) { Write-Finding -Kind 'Host' -Name $requirement.Name -Problem $requirement.Detail }
    foreach ($container in Get-Container | Sort-Object -Property Name) {
        $id = $container.Id
        if ($container.State -eq 'Exited' -and $container.RestartPolicy -in 'Always', 'UnlessStopped' -and $container.ExitCode -ne 0) {
            Write-Finding -Kind 'Container' -Name $container.Name -Problem "it should run, and ended with exit code $($container.ExitCode)" -Remedy { Start-Container -Id $id -Confirm:$false }
        } elseif ($container.Health -eq 'Unhealthy') {
            Write-Finding -Kind 'Container' -Name $container.Name -Problem "its health check fails: $($container.HealthOutput)" -Remedy { Restart-Container -Id $id -Confirm:$false }
        } elseif ($container.RestartCount -ge $MaximumRestart) {
            Write-Finding -Kind 'Container' -Name $container.Name -Problem "it was started $($container.RestartCount) times in a row"
        }
    }
    if ($Repair) { foreach ($item in Repair-ContainerNetwork -Confirm:$false) { [pscustomobject] @{ Kind = 'Network'; Name = $item.Name; Problem = $item.Problem; Action = $item.Action } } }
)
$findings
$left = @($findings | Where-Object { $_.Action -in 'None', 'Failed' })
# The job counts as failed: alerts of the Automation account look at that.
if ($left.Count -gt 0) { throw "Not well: $(($left | ForEach-Object { $_.Name }) -join ', ')" }
