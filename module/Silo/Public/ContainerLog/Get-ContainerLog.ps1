function Get-ContainerLog {
    <#
    .SYNOPSIS
    Gets what containers wrote.
    .DESCRIPTION
    Gives a container's output line by line: each object has the Time at which the line was written, the
    Stream (stdout or stderr) and the Text. With -Follow it goes on until the container ends, or Ctrl+C.
    With -Application it gives the lines of all of an application's containers in the order of time, each with
    its Service and Container; -Follow then ends when all of them have ended.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER Application
    Name of an application. -Tail counts the lines of each of its containers.
    .PARAMETER Service
    Only these services of the application.
    .PARAMETER ProcessId
    Id of a process that Start-ContainerProcess started; its output in place of the container's.
    .PARAMETER Follow
    Goes on with new lines until the container, or the process, ends.
    .PARAMETER Tail
    Only that many of the last lines.
    .PARAMETER Since
    Only lines from then on.
    .PARAMETER Until
    Only lines before then; not with -Follow.
    .PARAMETER Stream
    Only lines of stdout or of stderr. -Tail counts those; with -Follow it counts the lines of both.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerLog -Name web -Tail 20

    Gets the last twenty lines.
    .EXAMPLE
    Get-ContainerLog -Name web -Follow | Where-Object Stream -eq stderr

    Shows errors as they are written.
    .EXAMPLE
    Get-ContainerLog -Name web -Since (Get-Date).AddHours(-1) | Select-Object -ExpandProperty Text | Set-Content web.log

    Writes the lines of the last hour to a file.
    .EXAMPLE
    Get-ContainerLog -Application shop -Service web, db -Tail 10 -Follow

    Shows what two services of an application write, and what they wrote last.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    Silo.ContainerLogLine, Silo.ApplicationLogLine
    .LINK
    Invoke-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.ContainerLogLine', 'Silo.ApplicationLogLine')]
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

        [Parameter(Mandatory = $true, ParameterSetName = 'Application')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Application -Word $args[0] } $args[2] })]
        [ValidateNotNullOrEmpty()]
        [string] $Application,

        [Parameter(ParameterSetName = 'Application')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Service,

        [Parameter(ParameterSetName = 'Name')]
        [Parameter(ParameterSetName = 'Id')]
        [Parameter(ParameterSetName = 'InputObject')]
        [ValidateNotNullOrEmpty()]
        [string] $ProcessId,

        [switch] $Follow,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $Tail,

        [datetime] $Since,

        [datetime] $Until,

        [ValidateSet('stdout', 'stderr')]
        [string] $Stream,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = @{}
        if ($Follow) { $parameter.follow = $true }
        if ($PSBoundParameters.ContainsKey('Tail')) { $parameter.tail = $Tail }
        if ($PSBoundParameters.ContainsKey('Since')) { $parameter.since = ConvertTo-WireTime -Time $Since }
        if ($PSBoundParameters.ContainsKey('Until')) { $parameter.until = ConvertTo-WireTime -Time $Until }
        if ($Stream) { $parameter.only = $Stream.ToLowerInvariant() }
        if ($ProcessId) { $parameter.process = $ProcessId }
    }
    process {
        if ($PSCmdlet.ParameterSetName -eq 'Application') {
            $method = 'application/log'
            $typeName = 'Silo.ApplicationLogLine'
            $targets = @(@{ name = $Application } + $(if ($Service) { @{ services = $Service } } else { @{} }))
        } else {
            $method = 'container/log'
            $typeName = 'Silo.ContainerLogLine'
            $targets = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | ForEach-Object { @{ container = $_.Reference } })
        }
        foreach ($target in $targets) {
            $request = $null
            try {
                $request = Open-EngineRequest -Cmdlet $PSCmdlet -Method $method -Parameter ($parameter + $target) -Stream
                while ($null -ne ($batch = Receive-EngineBatch -Request $request)) {
                    ConvertTo-SiloObject -TypeName $typeName -Method $method -Record $batch -Item
                }
                [void] (Receive-EngineAnswer -Request $request)
            } finally {
                Close-EngineRequest -Request $request
            }
        }
    }
}
