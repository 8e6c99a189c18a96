function Get-ContainerLog {
    <#
    .SYNOPSIS
    Gets what containers wrote.
    .DESCRIPTION
    Gives a container's output line by line: each object has the Time at which the line was written, the
    Stream (stdout or stderr) and the Text. With -Follow it goes on until the container ends, or Ctrl+C.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
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
    .EXAMPLE
    Get-ContainerLog -Name web -Tail 20

    Gets the last twenty lines.
    .EXAMPLE
    Get-ContainerLog -Name web -Follow | Where-Object Stream -eq stderr

    Shows errors as they are written.
    .EXAMPLE
    Get-ContainerLog -Name web -Since (Get-Date).AddHours(-1) | Select-Object -ExpandProperty Text | Set-Content web.log

    Writes the lines of the last hour to a file.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    Silo.ContainerLogLine
    .LINK
    Invoke-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.ContainerLogLine')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Container -Word $args[0] } $args[2] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ContainerId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ContainerId -Word $args[0] } $args[2] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.Container')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [ValidateNotNullOrEmpty()]
        [string] $ProcessId,

        [switch] $Follow,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $Tail,

        [datetime] $Since,

        [datetime] $Until,

        [ValidateSet('stdout', 'stderr')]
        [string] $Stream
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
        foreach ($target in @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
            $request = $null
            try {
                $request = Open-EngineRequest -Cmdlet $PSCmdlet -Method 'container/log' -Parameter ($parameter + @{ container = $target.Reference }) -Stream
                while ($null -ne ($batch = Receive-EngineBatch -Request $request)) {
                    ConvertTo-SiloObject -TypeName 'Silo.ContainerLogLine' -Method 'container/log' -Record $batch -Item
                }
                [void] (Receive-EngineAnswer -Request $request)
            } finally {
                Close-EngineRequest -Request $request
            }
        }
    }
}
