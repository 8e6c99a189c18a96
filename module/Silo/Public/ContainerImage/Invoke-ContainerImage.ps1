function Invoke-ContainerImage {
    <#
    .SYNOPSIS
    Runs a command in a new container made from an image.
    .DESCRIPTION
    Makes a container, starts it, gives what it writes and waits for its end. Lines of standard output go down
    the pipeline as strings, lines of standard error to the information stream with the tag stderr. An exit
    code other than zero is the non-terminating error ContainerExitedNonZero. Ctrl+C stops the container.
    .PARAMETER Image
    Image: its name, or the beginning of its id.
    .PARAMETER Name
    Name of the container; made up where left out.
    .PARAMETER Command
    Command and arguments in place of the image's CMD, each element as it is: no shell reads them.
    .PARAMETER Entrypoint
    Replaces the image's ENTRYPOINT, and drops its CMD.
    .PARAMETER Environment
    Variables, added to the image's environment.
    .PARAMETER EnvironmentFile
    File with a NAME=value on each line; -Environment wins over it.
    .PARAMETER Label
    Labels of the container.
    .PARAMETER Mount
    Mounts: objects of New-ContainerMount, or texts such as 'type=bind,source=...,target=...' with ',readonly' where
    the container must not write, 'type=volume,source=<name>,target=...', 'type=tmpfs,target=...,size=64m', or
    'type=smb,source=//server/share,target=...,username=...' for a share whose password this host has already. A
    volume that is not there is made; one without a name goes with the container.
    .PARAMETER VolumeFrom
    Containers whose volumes, folders of the host and shares it has too, at the same places; with :ro behind it what
    comes from that container is read-only. What -Mount says for a place goes before.
    .PARAMETER Network
    Names of networks; the first has the way out. None: loopback only. Host: the network of the host.
    container:NAME: the network of another container. Left out it is the network nat, which is made when it is
    first needed.
    .PARAMETER Publish
    Ports of the host that lead to ports of the container: '8080:80', '8080:80/udp', '127.0.0.1:8080:80',
    '8000-8010:80-90', or '80' for a port of the host that is free; or objects of New-ContainerPort.
    .PARAMETER IPAddress
    Address that the container always has on the first network; a free one where left out. One of IPv4 and one of
    IPv6 at most.
    .PARAMETER MacAddress
    Hardware address on the first network, for example 02-15-5D-00-00-07.
    .PARAMETER NetworkAlias
    Names besides its own by which others on the first network find it.
    .PARAMETER DnsServer
    Servers that are asked for names that are no container.
    .PARAMETER DnsSearch
    Domains in which short names are looked for.
    .PARAMETER DnsOption
    Options of the resolver of a Linux container, as resolv.conf has them, such as 'ndots:2'.
    .PARAMETER DomainName
    Domain behind the host name of a Linux container, so that its full name is host.domain.
    .PARAMETER HostEntry
    Further names and addresses for the container's hosts file: @{ 'db.example' = '192.0.2.9' }.
    host-gateway as an address stands for that of the host.
    .PARAMETER Isolation
    Auto lets the engine choose, Process shares the kernel of the host, HyperV runs the container in a
    utility VM.
    .PARAMETER MemoryBytes
    Most memory, for example 512MB.
    .PARAMETER CpuCount
    Most processor time, in processors; 0.5 is half of one.
    .PARAMETER CpuWeight
    Share of the processors against other containers, 1 to 10000; 100 is the default.
    .PARAMETER ProcessCount
    Most processes and threads at once.
    .PARAMETER MemorySwapBytes
    Swap beside the memory; none by default. It needs -MemoryBytes.
    .PARAMETER CpuSet
    Processors that it may run on, for example 0-2,4.
    .PARAMETER BlockIoWeight
    Share of block devices against other containers, 10 to 1000; 100 is the default.
    .PARAMETER BlockIoLimit
    Most bytes a second of block devices, each as @{ Device = '/dev/sda'; ReadBytesPerSecond = 10MB;
    WriteBytesPerSecond = 5MB }.
    .PARAMETER StorageSizeBytes
    Most bytes that it may write to its root file system, at least 16 MB; a few percent are for the file system
    itself.
    .PARAMETER OomScoreAdjust
    How early the kernel ends it for want of memory, -1000 to 1000. What needs more rights than the engine has is
    raised to the least that it may give, with a warning.
    .PARAMETER DisableOomKill
    Lets its processes wait for memory instead of ending them. It needs -MemoryBytes and cgroups of version 1.
    .PARAMETER AdditionalGroup
    Further groups of its processes, names or numbers.
    .PARAMETER AddCapability
    Capabilities beside those that a container has, for example NET_ADMIN, or ALL.
    .PARAMETER DropCapability
    Capabilities that it does not get, or ALL; one that -AddCapability names stays.
    .PARAMETER Device
    Devices of the host, each as '/dev/x[:/dev/y][:rwm]'. For a Windows container with process isolation the class of their
    interface, as 'class/5B45201D-F2F2-4F3B-85BB-30FF1F953599' (graphics processors).
    .PARAMETER Ulimit
    Limits of its processes, for example @{ nofile = 1024; nproc = '100:200' }: the limit, or the soft and the hard
    one; unlimited is none. What is more than the engine may have is lowered, with a warning. Where nothing is said, open
    files are limited to 1024, and a process may raise that to 524288.
    .PARAMETER Sysctl
    Kernel parameters of its own namespaces, for example @{ 'net.ipv4.ip_unprivileged_port_start' = 80 }.
    .PARAMETER SeccompProfile
    Default, Unconfined, or the path of a seccomp profile.
    .PARAMETER ShmSizeBytes
    Size of /dev/shm; 64 MB by default.
    .PARAMETER Init
    Runs a small init as first process, which passes signals on and takes care of orphans.
    .PARAMETER PidMode
    Private, Host or Container:<name>: whose processes it sees.
    .PARAMETER IpcMode
    Private, Host or Container:<name>: whose System V objects and message queues it has; with Host also /dev/shm.
    .PARAMETER UserNamespace
    Host, the only one there is: remapped users are refused by name.
    .PARAMETER User
    user[:group], names or numbers.
    .PARAMETER WorkingDirectory
    Folder in which the command starts.
    .PARAMETER HostName
    Host name within the container.
    .PARAMETER CredentialSpec
    Credential specification of a group managed service account: the path of a file on this machine, JSON, or a
    hashtable. Windows containers only; Test-ContainerCredentialSpec says what is wrong with one.
    .PARAMETER ReadOnly
    Keeps the container from writing to its root file system.
    .PARAMETER Privileged
    Gives the container all capabilities and devices of the engine.
    .PARAMETER StopSignal
    Signal that asks the process to end, for example SIGQUIT.
    .PARAMETER StopTimeoutSeconds
    Seconds between asking the process to end and ending it; 10 by default.
    .PARAMETER Pull
    When to get the image from its registry. Missing, the default: where this host does not have it; Always:
    each time; Never: not at all.
    .PARAMETER RestartPolicy
    When the container is started again after its end: No, the default; OnFailure, where the exit code is not 0;
    Always, also after a reboot even if it was stopped; UnlessStopped, unless somebody stopped it. It works with
    no session open.
    .PARAMETER MaximumRetryCount
    Starts in a row after which OnFailure gives up; 0, the default, never does.
    .PARAMETER HealthCommand
    Command that tells whether the container does its work: exit code 0 means healthy. It replaces the image's.
    .PARAMETER HealthIntervalSeconds
    Seconds between health checks; 30 by default.
    .PARAMETER HealthTimeoutSeconds
    Seconds after which a health check has failed; 30 by default.
    .PARAMETER HealthStartPeriodSeconds
    Seconds after the start in which a failed check does not count; 0 by default.
    .PARAMETER HealthStartIntervalSeconds
    Seconds between health checks in that time; 5 by default.
    .PARAMETER HealthRetryCount
    Failed checks in a row that make the container unhealthy; 3 by default.
    .PARAMETER NoHealthCheck
    Leaves out the health check of the image.
    .PARAMETER LogMaximumBytes
    Size at which the log is turned over; 16 MB by default.
    .PARAMETER LogFileCount
    Log files that are kept besides the one that is written; 5 by default.
    .PARAMETER AutoRemove
    Removes the container when it ends.
    .PARAMETER TimeoutSeconds
    Most seconds that the container may run; -1, the default, lets it run for ever.
    .PARAMETER Detach
    Starts the container and gives it, without waiting for its end.
    .PARAMETER PassThru
    Gives one object with ContainerId, ExitCode, StdOut and StdErr in place of the output. An exit code other
    than zero is no error then.
    .PARAMETER AsByteStream
    Gives standard output as arrays of bytes in place of lines, without changing anything in it.
    .PARAMETER OutFile
    File of this host for standard output, byte for byte. It is there only once all has been written: a command
    that is stopped or fails leaves none, and one that ends with an exit code other than 0 leaves what it wrote.
    .PARAMETER Force
    Replaces a file that is there.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Invoke-ContainerImage -Image busybox -Command uname, -a -AutoRemove

    Shows what uname says, and removes the container.
    .EXAMPLE
    $result = Invoke-ContainerImage -Image tests -PassThru -TimeoutSeconds 600
    if ($result.ExitCode -ne 0) { $result.StdErr }

    Runs tests for at most ten minutes, and shows their errors where they failed.
    .EXAMPLE
    Invoke-ContainerImage -Image nginx -Name web -Detach

    Starts a server and leaves it running.
    .EXAMPLE
    Invoke-ContainerImage -Image busybox -Command tar, -c, /etc -AutoRemove -OutFile ./etc.tar

    Writes what tar gives to a file, byte for byte.
    .INPUTS
    System.String, Silo.ContainerImage
    .OUTPUTS
    System.String; System.Byte[] with -AsByteStream; none with -OutFile; Silo.ContainerResult with -PassThru; Silo.Container with -Detach
    .LINK
    New-Container
    .LINK
    Get-ContainerLog
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Wait', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([string], [byte[]])]
    [OutputType('Silo.ContainerResult', 'Silo.Container')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [Alias('Reference')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Image -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Image,

        [string] $Name,

        [ValidateNotNull()]
        [string[]] $Command,

        [ValidateNotNull()]
        [string[]] $Entrypoint,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Environment,

        [ValidateNotNullOrEmpty()]
        [string] $EnvironmentFile,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Label,

        [ValidateNotNullOrEmpty()]
        [object[]] $Mount,

        [ValidateNotNullOrEmpty()]
        [string[]] $VolumeFrom,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Network -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Network,

        [Alias('Port')]
        [ValidateNotNullOrEmpty()]
        [object[]] $Publish,

        [ValidateNotNullOrEmpty()]
        [string[]] $IPAddress,

        [ValidateNotNullOrEmpty()]
        [string] $MacAddress,

        [ValidateNotNullOrEmpty()]
        [string[]] $NetworkAlias,

        [ValidateNotNullOrEmpty()]
        [string[]] $DnsServer,

        [ValidateNotNullOrEmpty()]
        [string[]] $DnsSearch,

        [ValidateNotNullOrEmpty()]
        [string[]] $DnsOption,

        [ValidateNotNullOrEmpty()]
        [string] $DomainName,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $HostEntry,

        [ValidateSet('Auto', 'Process', 'HyperV')]
        [string] $Isolation,

        [uint64] $MemoryBytes,

        [double] $CpuCount,

        [ValidateRange(1, 10000)]
        [int] $CpuWeight,

        [ValidateRange(1, [int]::MaxValue)]
        [int] $ProcessCount,

        [uint64] $MemorySwapBytes,

        [ValidateNotNullOrEmpty()]
        [string] $CpuSet,

        [ValidateRange(10, 1000)]
        [int] $BlockIoWeight,

        [ValidateNotNullOrEmpty()]
        [System.Collections.IDictionary[]] $BlockIoLimit,

        [ValidateRange(16777216, [long]::MaxValue)]
        [uint64] $StorageSizeBytes,

        [ValidateRange(-1000, 1000)]
        [int] $OomScoreAdjust,

        [switch] $DisableOomKill,

        [ValidateNotNullOrEmpty()]
        [string[]] $AdditionalGroup,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CapabilityName -Word $args[0] } $args[2] })]
        [string[]] $AddCapability,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CapabilityName -Word $args[0] } $args[2] })]
        [string[]] $DropCapability,

        [ValidateNotNullOrEmpty()]
        [string[]] $Device,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Ulimit,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Sysctl,

        [ArgumentCompleter({ 'Default', 'Unconfined' -like "$($args[2])*" })]
        [ValidateNotNullOrEmpty()]
        [string] $SeccompProfile,

        [uint64] $ShmSizeBytes,

        [switch] $Init,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-NamespaceMode -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $PidMode,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-NamespaceMode -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $IpcMode,

        [ValidateNotNullOrEmpty()]
        [string] $UserNamespace,

        [string] $User,

        [string] $WorkingDirectory,

        [string] $HostName,

        [ValidateNotNullOrEmpty()]
        [psobject] $CredentialSpec,

        [switch] $ReadOnly,

        [switch] $Privileged,

        [string] $StopSignal,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $StopTimeoutSeconds,

        [ValidateSet('Missing', 'Always', 'Never')]
        [string] $Pull = 'Missing',

        [ValidateSet('No', 'OnFailure', 'Always', 'UnlessStopped')]
        [string] $RestartPolicy,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $MaximumRetryCount,

        [ValidateNotNullOrEmpty()]
        [string[]] $HealthCommand,

        [ValidateRange(0.1, 86400)]
        [double] $HealthIntervalSeconds,

        [ValidateRange(0.1, 86400)]
        [double] $HealthTimeoutSeconds,

        [ValidateRange(0, 86400)]
        [double] $HealthStartPeriodSeconds,

        [ValidateRange(0.1, 86400)]
        [double] $HealthStartIntervalSeconds,

        [ValidateRange(1, 1000)]
        [int] $HealthRetryCount,

        [switch] $NoHealthCheck,

        [ValidateRange(65536, [long]::MaxValue)]
        [uint64] $LogMaximumBytes,

        [ValidateRange(1, 1000)]
        [int] $LogFileCount,

        [switch] $AutoRemove,

        [Parameter(ParameterSetName = 'Wait')]
        [Parameter(ParameterSetName = 'Bytes')]
        [Parameter(ParameterSetName = 'File')]
        [ValidateRange(-1, [int]::MaxValue)]
        [int] $TimeoutSeconds = -1,

        [Parameter(Mandatory = $true, ParameterSetName = 'Detach')]
        [switch] $Detach,

        [Parameter(ParameterSetName = 'Wait')]
        [switch] $PassThru,

        [Parameter(Mandatory = $true, ParameterSetName = 'Bytes')]
        [switch] $AsByteStream,

        [Parameter(Mandatory = $true, ParameterSetName = 'File')]
        [ValidateNotNullOrEmpty()]
        [string] $OutFile,

        [Parameter(ParameterSetName = 'File')]
        [switch] $Force,

        [Parameter(ParameterSetName = 'Wait')]
        [Parameter(ParameterSetName = 'Bytes')]
        [Parameter(ParameterSetName = 'File')]
        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        if (-not $PSCmdlet.ShouldProcess($(if ($Name) { "$Image ($Name)" } else { $Image }), $script:Strings.InvokeImage)) { return }
        $file = if ($OutFile) { Resolve-OutputFile -Cmdlet $PSCmdlet -Path $OutFile -Force:$Force }
        if ($AsJob) { return ConvertTo-CommandJob -Cmdlet $PSCmdlet -Replace $(if ($file) { @{ OutFile = $file } } else { @{} }) }
        if ($Pull -eq 'Always' -and $null -eq (Receive-Image -Cmdlet $PSCmdlet -Parameter @{ reference = $Image; policy = 'Always' })) { return }
        $missingImage = if ($Pull -eq 'Missing') { $Image }
        $parameter = ConvertTo-CreateParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters
        if ($Detach) { return Invoke-DetachedContainer -Cmdlet $PSCmdlet -Parameter $parameter -MissingImage $missingImage }

        $parameter.timeoutSeconds = $TimeoutSeconds
        $output = if ($PassThru) { Get-OutputText }
        $result = $null
        $request = @{ Cmdlet = $PSCmdlet; Method = 'container/run'; Parameter = $parameter; ResultVariable = [ref] $result; MissingImage = $missingImage }
        if ($file) { Save-ContainerOutput @request -Path $file } else { Receive-ContainerOutput @request -Output $output -AsByteStream:$AsByteStream }
        if ($null -eq $result) { return }
        if ($result.Warning) { Write-Warning -Message $result.Warning }
        $container = $result.Container
        if ($PassThru) {
            [pscustomobject] @{
                PSTypeName  = 'Silo.ContainerResult'
                ContainerId = $container.Id
                Name        = $container.Name
                ExitCode    = $container.ExitCode
                StdOut      = $output.StdOut.ToString()
                StdErr      = $output.StdErr.ToString()
            }
        } elseif ($container.ExitCode -ne 0) {
            $target = [pscustomobject] @{ ContainerId = $container.Id; Name = $container.Name; ExitCode = $container.ExitCode }
            $PSCmdlet.WriteError((ConvertTo-SiloErrorRecord -Code 'ContainerExitedNonZero' -Argument @{ subject = $script:Strings.OneContainer -f $container.Name; exitCode = $container.ExitCode } -Target $target))
        }
    }
}
