# All containers of a scope: with Purge those that are not listed go, but none that has another scope or none.
# The class of a container stands in the module, so the script uses it.
using module Silo

$worker = [SiloContainerEntry]::new()
$worker.Name = 'worker'
$worker.Image = 'busybox:latest'
$worker.Command = @('sleep', '100000')
$worker.State = 'Running'
Invoke-DscResource -ModuleName Silo -Name SiloContainerList -Method Set -Property @{ Scope = 'batch'; Container = @($worker); Purge = $true }
