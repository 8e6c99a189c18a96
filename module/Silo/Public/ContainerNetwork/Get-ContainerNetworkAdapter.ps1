function Get-ContainerNetworkAdapter {
    <#
    .SYNOPSIS
    Shows what containers are connected to.
    .DESCRIPTION
    Gives one object for each network of each container: addresses, hardware address, published ports. Of a
    container that does not run it shows what it always has.
    .PARAMETER Name
    Names of containers; * and ? stand for any characters. All containers where left out.
    .PARAMETER Id
    Id of a container, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER Network
    Only adapters on this network.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerNetworkAdapter

    Shows every adapter.
    .EXAMPLE
    (Get-ContainerNetworkAdapter -Name web -Network front).Addresses

    Gives the addresses of a container on a network.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    Silo.ContainerNetworkAdapter
    .LINK
    Get-ContainerNetwork
    .LINK
    Connect-ContainerNetwork
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.ContainerNetworkAdapter')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
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

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Network -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Network,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $parameter = @{}
        if ($PSBoundParameters.ContainsKey('Network')) { $parameter.network = $Network }
        $results = if ($Name -or $Id -or $InputObject) {
            $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)
            Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'network/adapters' -Target $target -Parameter $parameter
        } else {
            Invoke-Engine -Cmdlet $PSCmdlet -Method 'network/adapters' -Parameter $parameter
        }
        foreach ($result in $results) { ConvertTo-SiloObject -TypeName 'Silo.ContainerNetworkAdapter' -Method 'network/adapters' -Record $result.Items }
    }
}
