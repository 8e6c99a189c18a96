function Get-ContainerProcess {
    <#
    .SYNOPSIS
    Gets the further processes of containers.
    .DESCRIPTION
    Gives the processes that Start-ContainerProcess started, those that run and those that have ended, as long as
    their container is kept.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER ProcessId
    Only the processes with these ids.
    .PARAMETER State
    Only those that run, or only those that have ended.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerProcess -Name web

    Shows the further processes of the container web.
    .EXAMPLE
    Get-Container | Get-ContainerProcess -State Running

    Shows what still runs in any container beside its own command.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    Silo.ContainerProcess
    .LINK
    Start-ContainerProcess
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.ContainerProcess')]
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

        [ValidateNotNullOrEmpty()]
        [string[]] $ProcessId,

        [ValidateSet('Running', 'Exited')]
        [string] $State,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'process/list' -Target $target) {
            foreach ($item in $result.Items) {
                if (($State -and $item.State -ne $State) -or ($ProcessId -and $item.Id -notin $ProcessId)) { continue }
                ConvertTo-SiloProcess -Record $item -Method 'process/list'
            }
        }
    }
}
