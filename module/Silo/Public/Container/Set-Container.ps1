function Set-Container {
    <#
    .SYNOPSIS
    Changes limits and restart policy of containers, and the password for the shares that they mount.
    .DESCRIPTION
    Changes what can be changed without making a container anew. It takes effect at once where the container
    runs, and for every later start. What is not given stays as it is; what the host refuses changes nothing.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER MemoryBytes
    Most memory, for example 512MB.
    .PARAMETER CpuCount
    Most processor time, in processors; 0.5 is half of one.
    .PARAMETER CpuWeight
    Share of the processors against other containers, 1 to 10000; 100 is the default.
    .PARAMETER ProcessCount
    Most processes and threads at once.
    .PARAMETER MemorySwapBytes
    Swap beside the memory.
    .PARAMETER CpuSet
    Processors that it may run on, for example 0-2,4.
    .PARAMETER BlockIoWeight
    Share of block devices against other containers, 10 to 1000; 100 is the default.
    .PARAMETER RestartPolicy
    When the container is started again after its end: No; OnFailure, where the exit code is not 0; Always, also
    after a reboot even if it was stopped; UnlessStopped, unless somebody stopped it.
    .PARAMETER MaximumRetryCount
    Starts in a row after which OnFailure gives up; 0, the default, never does.
    .PARAMETER ShareCredential
    Name and password of the account with which the containers mount SMB shares: where the password has changed, or
    where the host, having started again, has it no more. It counts from the next start on, for every container that
    mounts these shares with this account.
    .PARAMETER PassThru
    Gives the container as it is afterwards.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Set-Container -Name web -MemoryBytes 1GB

    Gives the container web more memory while it runs.
    .EXAMPLE
    Get-Container -Label @{ tier = 'web' } | Set-Container -RestartPolicy UnlessStopped

    Has every container of the tier started again after its end.
    .EXAMPLE
    Set-Container -Name web -ShareCredential (Get-Credential)

    Gives this host the password for the shares of the container web again. Needs a container with an SMB share.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None, or Silo.Container with -PassThru
    .LINK
    Set-Isolation
    .LINK
    Rename-Container
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.Container')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Container -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ContainerId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ContainerId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.Container')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

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

        [ValidateSet('No', 'OnFailure', 'Always', 'UnlessStopped')]
        [string] $RestartPolicy,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $MaximumRetryCount,

        [ValidateNotNull()]
        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $ShareCredential,

        [switch] $PassThru,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = @{}
        $same = @{ MemoryBytes = 'memoryBytes'; CpuCount = 'cpuCount'; CpuWeight = 'cpuWeight'; ProcessCount = 'processCount'; MemorySwapBytes = 'memorySwapBytes'; CpuSet = 'cpuSet'; BlockIoWeight = 'blockIoWeight' }
        foreach ($key in $same.Keys) { if ($PSBoundParameters.ContainsKey($key)) { $parameter[$same[$key]] = $PSBoundParameters[$key] } }
        if ($ShareCredential) { $parameter.shareCredential = ConvertTo-WireCredential -Credential $ShareCredential }
        if ($RestartPolicy) {
            $parameter.restartPolicy = @{ name = $RestartPolicy }
            if ($MaximumRetryCount -gt 0) { $parameter.restartPolicy.maximumRetries = $MaximumRetryCount }
        }
    }
    process {
        $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | Where-Object { $PSCmdlet.ShouldProcess($_.Label, $script:Strings.SetContainer) })
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'container/update' -Target $target -Parameter $parameter) {
            if ($PassThru) { ConvertTo-SiloContainer -Record $result.Container -Method 'container/update' }
        }
    }
}
