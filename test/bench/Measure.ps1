# Times cmdlets in one warm session and writes the medians as one line of JSON.
param(
    [Parameter(Mandatory)][string] $Name,
    [int] $Rounds = 30,
    [int] $ListRounds = 0
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module (Join-Path $PSScriptRoot '../../module/Silo/Silo.psd1')

function Measure-Median([int] $Count, [int] $WarmUp, [scriptblock] $Body) {
    $times = [System.Collections.Generic.List[double]]::new()
    for ($round = -$WarmUp; $round -lt $Count; $round++) {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $null = & $Body
        $watch.Stop()
        if ($round -ge 0) { $times.Add($watch.Elapsed.TotalMilliseconds) }
    }
    $times.Sort()
    $times[[int][math]::Floor($times.Count / 2)]
}

$result = [ordered]@{ version = "$($PSVersionTable.PSVersion)" }
if ($ListRounds -gt 0) {
    $null = Get-Container -Name $Name
    $result.listMs = Measure-Median $ListRounds 1 { $all = @(Get-Container); if ($all.Count -lt 10000) { throw "only $($all.Count) containers came" } }
    $result.firstMs = Measure-Median $ListRounds 1 { Get-Container | Select-Object -First 1 }
} else {
    $result.cmdletMs = Measure-Median $Rounds 10 { Get-Container -Name $Name }
}
Remove-Module Silo
[Console]::Out.WriteLine((ConvertTo-Json -InputObject $result -Compress))
