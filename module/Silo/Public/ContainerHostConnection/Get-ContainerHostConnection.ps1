function Get-ContainerHostConnection {
    <#
    .SYNOPSIS
    Gets the connections to other hosts that this session has made.
    .DESCRIPTION
    Shows what New-ContainerHostConnection made in this session. Entered is true for the one that commands use
    which are not given -HostConnection. Nothing is asked of the hosts.
    .PARAMETER Name
    Names of connections. Wildcards are allowed.
    .EXAMPLE
    Get-ContainerHostConnection

    Shows all connections.
    .EXAMPLE
    Get-ContainerHostConnection | ForEach-Object { Get-Container -HostConnection $_ } | Group-Object -Property ContainerHost, State

    Counts the containers of all hosts by their states.
    .OUTPUTS
    Silo.ContainerHostConnection
    .LINK
    New-ContainerHostConnection
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding()]
    [OutputType('Silo.ContainerHostConnection')]
    param(
        [Parameter(Position = 0, ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name = '*'
    )
    begin { . Import-CallerPreference }
    process { Resolve-ConnectionTarget -Cmdlet $PSCmdlet -Name $Name }
}
