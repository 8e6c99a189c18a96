<#
.SYNOPSIS
Tells what runs on this host: the host, then every container, as flat objects.
.DESCRIPTION
A runbook for a Hybrid Runbook Worker; it changes nothing. Objects are small: the job's output keeps them for thirty days.
.PARAMETER Path
CSV file to which the containers are written as well.
#>
param(
    [string] $Path
)
$ErrorActionPreference = 'Stop'
$facts = Get-ContainerHost
[pscustomobject] @{
    Kind = 'Host'; Name = $facts.Name; State = $facts.OperatingSystem; Image = $facts.EngineVersion; Health = ''; IPAddress = ''; Ports = ''
    MemoryBytes = $facts.MemoryBytes; CpuPercent = $null; StartedAt = $null; Detail = '{0} of {1} containers run, {2} images' -f $facts.RunningCount, $facts.ContainerCount, $facts.ImageCount
}
$running = @(Get-Container -State Running)
$figures = @{}
if ($running.Count -gt 0) { foreach ($sample in Measure-Container -Id $running.Id -ErrorAction SilentlyContinue) { $figures[$sample.ContainerId] = $sample } }
$lines = foreach ($container in Get-Container | Sort-Object -Property Name) {
    $sample = $figures[$container.Id]
    [pscustomobject] @{
        Kind = 'Container'; Name = $container.Name; State = $container.State; Image = $container.Image; Health = $container.Health; IPAddress = $container.IPAddress; Ports = $container.Ports -join ', '
        MemoryBytes = $(if ($sample) { $sample.MemoryBytes }); CpuPercent = $(if ($sample) { $sample.CpuPercent }); StartedAt = $container.StartedAt; Detail = $(if ($container.State -eq 'Exited') { "exit code $($container.ExitCode)" } else { '' })
    }
}
if ($Path) { $lines | Export-Csv -LiteralPath $Path -NoTypeInformation -Encoding UTF8 }
$lines
