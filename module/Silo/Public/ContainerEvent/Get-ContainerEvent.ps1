function Get-ContainerEvent {
    <#
    .SYNOPSIS
    Gets what happened to containers, and what happens.
    .DESCRIPTION
    Gives the events that the host keeps (the last 20,000), oldest first: each has a Time, a Kind such as
    container/start, the Subject (the id of the container) and Attributes. With -Follow it goes on with new ones,
    of every session and of the supervisor, until Ctrl+C.
    .PARAMETER Container
    Only of these containers: names, or beginnings of ids.
    .PARAMETER Kind
    Only kinds that begin so, for example container/exit.
    .PARAMETER Since
    Only events from then on.
    .PARAMETER AfterSequence
    Only events after this number, the Seq of the last one seen.
    .PARAMETER Follow
    Goes on with new events. Without -FromBeginning and -AfterSequence it begins now.
    .PARAMETER FromBeginning
    With -Follow: begins with the oldest event that is kept.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerEvent -Kind container/exit -Since (Get-Date).AddDays(-1)

    Shows what ended since yesterday.
    .EXAMPLE
    Get-ContainerEvent -Follow | Where-Object Kind -eq container/health | ForEach-Object { Write-Warning -Message "$($_.Subject) $($_.Attributes.Value)" }

    Warns when the health of a container changes. Get-ContainerEvent goes on until Ctrl+C.
    .INPUTS
    None
    .OUTPUTS
    Silo.ContainerEvent
    .LINK
    Get-ContainerLog
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding()]
    [OutputType('Silo.ContainerEvent')]
    param(
        [Parameter(Position = 0)]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Container -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Container,

        [ArgumentCompleter({
                foreach ($kind in 'container/create', 'container/exit', 'container/health', 'container/isolation', 'container/pause', 'container/remove', 'container/rename', 'container/resume', 'container/start', 'container/update',
                    'host/isolation', 'image/build', 'image/commit', 'image/import', 'image/pull', 'image/push', 'image/remove', 'image/tag', 'network/connect', 'network/create', 'network/disconnect', 'network/remove', 'volume/create', 'volume/remove') {
                    if ($kind -like "$($args[2])*") { $kind }
                }
            })]
        [ValidateNotNullOrEmpty()]
        [string] $Kind,

        [datetime] $Since,

        [ValidateRange(0, [long]::MaxValue)]
        [long] $AfterSequence,

        [switch] $Follow,

        [switch] $FromBeginning,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $parameter = @{}
        if ($Container) { $parameter.containers = $Container }
        if ($Kind) { $parameter.kind = $Kind }
        if ($PSBoundParameters.ContainsKey('Since')) { $parameter.since = ConvertTo-WireTime -Time $Since }
        if ($PSBoundParameters.ContainsKey('AfterSequence')) { $parameter.afterSeq = $AfterSequence } elseif ($FromBeginning) { $parameter.afterSeq = 0 }
        if ($Follow) { $parameter.follow = $true }
        $request = $null
        try {
            $request = Open-EngineRequest -Cmdlet $PSCmdlet -Method 'event/list' -Parameter $parameter -Stream
            while ($null -ne ($batch = Receive-EngineBatch -Request $request)) {
                ConvertTo-SiloObject -TypeName 'Silo.ContainerEvent' -Method 'event/list' -Record $batch -Item
            }
            [void] (Receive-EngineAnswer -Request $request)
        } finally {
            Close-EngineRequest -Request $request
        }
    }
}
