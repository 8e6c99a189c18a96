# What every function of the module shares. One engine belongs to one runspace, and so does this state.
$script:ModuleRoot = $PSScriptRoot
$script:OnWindows = ($PSVersionTable.PSEdition -ne 'Core') -or $IsWindows
# From here on the parser leaves text alone that looks like a date.
$script:KeepsDateText = $PSVersionTable.PSVersion -ge [version] '7.5'
$script:Engine = $null
# Engines of other hosts by the id of their connection; the connections that there are, those that were entered, and what is remembered of their hosts.
$script:RemoteEngine = @{}
$script:Connection = New-Object -TypeName System.Collections.ArrayList
$script:Entered = New-Object -TypeName System.Collections.ArrayList
$script:HostMemory = @{}
# Name of the connection that the running command uses; Import-CallerPreference sets a variable of this name in the scope of each.
$script:siloHost = ''
$script:Discarded = New-Object -TypeName System.Collections.ArrayList
$script:KnownName = @{ Container = @(); ContainerId = @(); Image = @(); Application = @(); Network = @(); Volume = @() }
# Credentials of Connect-ContainerRegistry that only the engine keeps: the next engine gets them again.
$script:KnownCredential = @{}
$script:Contract = $null
$script:Renames = @{}
$script:ErrorText = $null

# In a release every function stands above, in this file; in the source tree each has a file of its own.
foreach ($siloFolder in 'Private', 'Public') {
    $siloFolder = Join-Path -Path $PSScriptRoot -ChildPath $siloFolder
    if (Test-Path -LiteralPath $siloFolder) {
        foreach ($siloFile in Get-ChildItem -LiteralPath $siloFolder -Filter '*.ps1' -Recurse) { . $siloFile.FullName }
    }
}
Remove-Variable -Name siloFolder, siloFile -ErrorAction Ignore

$script:Strings = Import-SiloText -FileName 'Strings.psd1'

$MyInvocation.MyCommand.ScriptBlock.Module.OnRemove = { Close-EverySiloEngine }
