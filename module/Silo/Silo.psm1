# Resources of Desired State Configuration. DSC finds them in this file alone, and every method is one call: what differs
# and what mends it is the engine's knowledge. A property without a value is not managed.
enum SiloEnsure {
    Absent
    Present
}

# Why a machine is not as it should be, as machine configuration reports it.
class SiloReason {
    [DscProperty()] [string] $Code
    [DscProperty()] [string] $Phrase
}

# A container, by its name.
[DscResource()]
class SiloContainer {
    [DscProperty(Key)] [string] $Name
    [DscProperty()] [SiloEnsure] $Ensure = 'Present'
    [DscProperty()] [string] $Image
    [DscProperty()] [string[]] $Command
    [DscProperty()] [string[]] $Entrypoint
    [DscProperty()] [hashtable] $Environment
    [DscProperty()] [hashtable] $Label
    [DscProperty()] [string[]] $Publish
    [DscProperty()] [string[]] $Mount
    [DscProperty()] [string[]] $Network
    [DscProperty()] [ValidateSet('Auto', 'Process', 'HyperV')] [string] $Isolation
    [DscProperty()] [Nullable[uint64]] $MemoryBytes
    [DscProperty()] [Nullable[double]] $CpuCount
    [DscProperty()] [Nullable[uint32]] $CpuWeight
    [DscProperty()] [Nullable[uint32]] $ProcessCount
    [DscProperty()] [Nullable[uint64]] $MemorySwapBytes
    [DscProperty()] [string] $CpuSet
    [DscProperty()] [Nullable[uint32]] $BlockIoWeight
    [DscProperty()] [ValidateSet('No', 'OnFailure', 'Always', 'UnlessStopped')] [string] $RestartPolicy
    [DscProperty()] [Nullable[uint32]] $MaximumRetryCount
    [DscProperty()] [string] $User
    [DscProperty()] [string] $WorkingDirectory
    [DscProperty()] [string] $HostName
    [DscProperty()] [Nullable[bool]] $ReadOnly
    [DscProperty()] [Nullable[bool]] $Privileged
    [DscProperty()] [Nullable[uint32]] $StopTimeoutSeconds
    [DscProperty()] [ValidateSet('Running', 'Stopped', 'Paused')] [string] $State
    [DscProperty()] [ValidateSet('Missing', 'Always', 'Never')] [string] $Pull
    [DscProperty()] [Nullable[double]] $SettleSeconds
    [DscProperty()] [pscredential] $RegistryCredential
    [DscProperty(NotConfigurable)] [string] $ContainerId
    [DscProperty(NotConfigurable)] [string] $ImageDigest
    [DscProperty(NotConfigurable)] [string] $EffectiveIsolation
    [DscProperty(NotConfigurable)] [string] $IPAddress
    [DscProperty(NotConfigurable)] [Nullable[int]] $ExitCode
    [DscProperty(NotConfigurable)] [SiloReason[]] $Reasons

    [SiloContainer] Get() { return Get-DesiredResource -Resource $this -Into (New-Object -TypeName SiloContainer) }

    [bool] Test() { return Test-DesiredResource -Resource $this }

    [void] Set() { Invoke-DesiredSet -Resource $this }

    static [SiloContainer[]] Export() { return Export-DesiredResource -TypeName SiloContainer }
}

# An image on this host, by its reference.
[DscResource()]
class SiloImage {
    [DscProperty(Key)] [string] $Reference
    [DscProperty()] [SiloEnsure] $Ensure = 'Present'
    [DscProperty()] [string] $Digest
    [DscProperty()] [string] $Platform
    [DscProperty()] [ValidateSet('Missing', 'Always')] [string] $Pull
    [DscProperty()] [string] $Path
    [DscProperty()] [Nullable[bool]] $Force
    [DscProperty()] [pscredential] $RegistryCredential
    [DscProperty(NotConfigurable)] [string] $ImageId
    [DscProperty(NotConfigurable)] [string] $OsVersion
    [DscProperty(NotConfigurable)] [Nullable[uint64]] $SizeBytes
    [DscProperty(NotConfigurable)] [SiloReason[]] $Reasons

    [SiloImage] Get() { return Get-DesiredResource -Resource $this -Into (New-Object -TypeName SiloImage) }

    [bool] Test() { return Test-DesiredResource -Resource $this }

    [void] Set() { Invoke-DesiredSet -Resource $this }

    static [SiloImage[]] Export() { return Export-DesiredResource -TypeName SiloImage }
}

# A network, by its name.
[DscResource()]
class SiloNetwork {
    [DscProperty(Key)] [string] $Name
    [DscProperty()] [SiloEnsure] $Ensure = 'Present'
    [DscProperty()] [ValidateSet('Nat', 'Internal', 'Transparent', 'L2Bridge', 'Overlay')] [string] $Driver
    [DscProperty()] [string[]] $Subnet
    [DscProperty()] [string[]] $Gateway
    [DscProperty()] [string] $ParentInterface
    [DscProperty()] [Nullable[uint32]] $VlanId
    [DscProperty()] [Nullable[uint32]] $Mtu
    [DscProperty()] [string[]] $DnsServer
    [DscProperty()] [string] $DnsSuffix
    [DscProperty()] [hashtable] $Label
    [DscProperty()] [Nullable[bool]] $Force
    [DscProperty(NotConfigurable)] [string] $NetworkId
    [DscProperty(NotConfigurable)] [string[]] $Container
    [DscProperty(NotConfigurable)] [SiloReason[]] $Reasons

    [SiloNetwork] Get() { return Get-DesiredResource -Resource $this -Into (New-Object -TypeName SiloNetwork) }

    [bool] Test() { return Test-DesiredResource -Resource $this }

    [void] Set() { Invoke-DesiredSet -Resource $this }

    static [SiloNetwork[]] Export() { return Export-DesiredResource -TypeName SiloNetwork }
}

# A volume, by its name.
[DscResource()]
class SiloVolume {
    [DscProperty(Key)] [string] $Name
    [DscProperty()] [SiloEnsure] $Ensure = 'Present'
    [DscProperty()] [hashtable] $Label
    [DscProperty(NotConfigurable)] [string] $Path
    [DscProperty(NotConfigurable)] [string[]] $Container
    [DscProperty(NotConfigurable)] [SiloReason[]] $Reasons

    [SiloVolume] Get() { return Get-DesiredResource -Resource $this -Into (New-Object -TypeName SiloVolume) }

    [bool] Test() { return Test-DesiredResource -Resource $this }

    [void] Set() { Invoke-DesiredSet -Resource $this }

    static [SiloVolume[]] Export() { return Export-DesiredResource -TypeName SiloVolume }
}

# This host; there is one.
[DscResource()]
class SiloHost {
    [DscProperty(Key)] [ValidateSet('Yes')] [string] $IsSingleInstance = 'Yes'
    [DscProperty()] [ValidateSet('Auto', 'Process', 'HyperV')] [string] $Isolation
    [DscProperty()] [Nullable[bool]] $Service
    [DscProperty()] [string[]] $Feature
    [DscProperty(NotConfigurable)] [string] $HostName
    [DscProperty(NotConfigurable)] [Nullable[bool]] $RestartNeeded
    [DscProperty(NotConfigurable)] [SiloReason[]] $Reasons

    [SiloHost] Get() { return Get-DesiredResource -Resource $this -Into (New-Object -TypeName SiloHost) }

    [bool] Test() { return Test-DesiredResource -Resource $this }

    [void] Set() { Invoke-DesiredSet -Resource $this }

    static [SiloHost[]] Export() { return Export-DesiredResource -TypeName SiloHost }
}

# An application of several containers, by its name.
[DscResource()]
class SiloApplication {
    [DscProperty(Key)] [string] $Name
    [DscProperty()] [SiloEnsure] $Ensure = 'Present'
    [DscProperty()] [string[]] $Path
    [DscProperty()] [string[]] $Profile
    [DscProperty()] [string[]] $EnvironmentFile
    [DscProperty()] [hashtable] $Environment
    [DscProperty()] [Nullable[bool]] $RemoveOrphan
    [DscProperty()] [Nullable[bool]] $RemoveVolume
    [DscProperty()] [ValidateSet('Running', 'Stopped', 'Partial')] [string] $State
    [DscProperty()] [Nullable[uint32]] $TimeoutSeconds
    [DscProperty(NotConfigurable)] [string[]] $Service
    [DscProperty(NotConfigurable)] [string[]] $Container
    [DscProperty(NotConfigurable)] [string[]] $Network
    [DscProperty(NotConfigurable)] [SiloReason[]] $Reasons

    [SiloApplication] Get() { return Get-DesiredResource -Resource $this -Into (New-Object -TypeName SiloApplication) }

    [bool] Test() { return Test-DesiredResource -Resource $this }

    [void] Set() { Invoke-DesiredSet -Resource $this }

    static [SiloApplication[]] Export() { return Export-DesiredResource -TypeName SiloApplication }
}

# A container of a SiloContainerList.
class SiloContainerEntry {
    [DscProperty(Mandatory)] [string] $Name
    [DscProperty()] [string] $Image
    [DscProperty()] [string[]] $Command
    [DscProperty()] [string[]] $Entrypoint
    [DscProperty()] [hashtable] $Environment
    [DscProperty()] [hashtable] $Label
    [DscProperty()] [string[]] $Publish
    [DscProperty()] [string[]] $Mount
    [DscProperty()] [string[]] $Network
    [DscProperty()] [ValidateSet('Auto', 'Process', 'HyperV')] [string] $Isolation
    [DscProperty()] [Nullable[uint64]] $MemoryBytes
    [DscProperty()] [Nullable[double]] $CpuCount
    [DscProperty()] [Nullable[uint32]] $CpuWeight
    [DscProperty()] [Nullable[uint32]] $ProcessCount
    [DscProperty()] [Nullable[uint64]] $MemorySwapBytes
    [DscProperty()] [string] $CpuSet
    [DscProperty()] [Nullable[uint32]] $BlockIoWeight
    [DscProperty()] [ValidateSet('No', 'OnFailure', 'Always', 'UnlessStopped')] [string] $RestartPolicy
    [DscProperty()] [Nullable[uint32]] $MaximumRetryCount
    [DscProperty()] [string] $User
    [DscProperty()] [string] $WorkingDirectory
    [DscProperty()] [string] $HostName
    [DscProperty()] [Nullable[bool]] $ReadOnly
    [DscProperty()] [Nullable[bool]] $Privileged
    [DscProperty()] [Nullable[uint32]] $StopTimeoutSeconds
    [DscProperty()] [ValidateSet('Running', 'Stopped', 'Paused')] [string] $State
    [DscProperty()] [ValidateSet('Missing', 'Always', 'Never')] [string] $Pull
    [DscProperty()] [Nullable[double]] $SettleSeconds
    [DscProperty()] [pscredential] $RegistryCredential
}

# Containers that belong together by their label silo.scope; with Purge no others have it.
[DscResource()]
class SiloContainerList {
    [DscProperty(Key)] [string] $Scope
    [DscProperty()] [SiloEnsure] $Ensure = 'Present'
    [DscProperty()] [SiloContainerEntry[]] $Container
    [DscProperty()] [Nullable[bool]] $Purge
    [DscProperty(NotConfigurable)] [SiloReason[]] $Reasons

    [SiloContainerList] Get() { return Get-DesiredResource -Resource $this -Into (New-Object -TypeName SiloContainerList) }

    [bool] Test() { return Test-DesiredResource -Resource $this }

    [void] Set() { Invoke-DesiredSet -Resource $this }

    static [SiloContainerList[]] Export() { return Export-DesiredResource -TypeName SiloContainerList }
}

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
# Runspaces of the connections that go through a PSSession, by the id of the connection; Own where nobody else has it.
$script:HostSession = @{}
# Name of the connection that the running command uses; Import-CallerPreference sets a variable of this name in the scope of each.
$script:siloHost = ''
$script:Discarded = New-Object -TypeName System.Collections.ArrayList
$script:KnownName = @{ Container = @{}; ContainerId = @{}; Image = @{}; ImageId = @{}; Application = @{}; Network = @{}; NetworkId = @{}; Volume = @{} }
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

# Not by the manifest: a session that has another version already, as after Update-Module, would take the members that both
# have for an error, and not import this one.
$script:TypeFile = Join-Path -Path $PSScriptRoot -ChildPath 'Types/Silo.Types.ps1xml'
Update-TypeData -AppendPath $script:TypeFile -ErrorAction Ignore

$MyInvocation.MyCommand.ScriptBlock.Module.OnRemove = {
    Close-EverySiloEngine
    Remove-TypeData -Path $script:TypeFile -ErrorAction Ignore
}
