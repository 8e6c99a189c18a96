# All containers of a scope: with Purge those that are not listed go, but none that has another scope or none.
# The class of a listed container stands in the module.
$worker = & (Import-Module -Name Silo -PassThru) { New-Object -TypeName SiloContainerEntry }
$worker.Name = 'worker'
$worker.Image = 'busybox:latest'
$worker.Command = @('sleep', '100000')
$worker.State = 'Running'
Invoke-DscResource -ModuleName Silo -Name SiloContainerList -Method Set -Property @{ Scope = 'batch'; Container = @($worker); Purge = $true }
