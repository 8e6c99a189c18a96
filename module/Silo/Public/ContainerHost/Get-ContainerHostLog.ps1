function Get-ContainerHostLog {
    <#
    .SYNOPSIS
    Gets what the engines and the supervisor of this host wrote to their own log.
    .DESCRIPTION
    Gives one object for each line, the oldest first: Time, Level, Source (Engine or Supervisor), ProcessId, Message and Data,
    which is JSON. Secrets are taken out before anything is written. Errors with an incident id name one of these lines. What containers write is
    Get-ContainerLog's.
    .PARAMETER Source
    Only what the engines, or the supervisor, wrote.
    .PARAMETER Level
    Only lines that are at least so grave. Debug lines are written where SILO_LOG_LEVEL is debug.
    .PARAMETER Since
    Only lines from then on.
    .PARAMETER Tail
    Only that many of the last lines.
    .PARAMETER Follow
    Goes on with new lines until Ctrl+C.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerHostLog -Level Error -Since (Get-Date).AddDays(-1)

    Gets the errors of the last day.
    .EXAMPLE
    Get-ContainerHostLog -Source Supervisor -Tail 20

    Gets the last lines of what looks after containers.
    .OUTPUTS
    Silo.HostLogLine
    .LINK
    Debug-ContainerHost
    .LINK
    Save-ContainerHostDiagnostic
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding()]
    [OutputType('Silo.HostLogLine')]
    param(
        [ValidateSet('Engine', 'Supervisor')]
        [string] $Source,

        [ValidateSet('Debug', 'Information', 'Warning', 'Error')]
        [string] $Level,

        [datetime] $Since,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $Tail,

        [switch] $Follow,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $parameter = @{}
        if ($Source) { $parameter.source = $Source }
        if ($Level) { $parameter.level = $Level }
        if ($PSBoundParameters.ContainsKey('Since')) { $parameter.since = ConvertTo-WireTime -Time $Since }
        if ($PSBoundParameters.ContainsKey('Tail')) { $parameter.tail = $Tail }
        if ($Follow) { $parameter.follow = $true }
        $request = $null
        try {
            $request = Open-EngineRequest -Cmdlet $PSCmdlet -Method 'host/log' -Parameter $parameter -Stream
            while ($null -ne ($batch = Receive-EngineBatch -Request $request)) {
                ConvertTo-SiloObject -TypeName 'Silo.HostLogLine' -Method 'host/log' -Record $batch -Item
            }
            [void] (Receive-EngineAnswer -Request $request)
        } finally {
            Close-EngineRequest -Request $request
        }
    }
}
