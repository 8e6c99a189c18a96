function Connect-ContainerNetwork {
    <#
    .SYNOPSIS
    Connects containers to one more network.
    .DESCRIPTION
    A running container is connected at once, others when they start. Where a container is connected already,
    nothing is changed. A container that was made with the network None, Host or that of another container
    cannot be connected. With Hyper-V isolation on Linux a running container takes four networks more than it began with.
    .PARAMETER Name
    Names of containers; * and ? stand for any characters.
    .PARAMETER Id
    Id of a container, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER Network
    Name or id of the network.
    .PARAMETER IPAddress
    Address that the container always has there; a free one where left out. One of IPv4 and one of IPv6 at most.
    .PARAMETER MacAddress
    Hardware address, for example 02-15-5D-00-00-07.
    .PARAMETER NetworkAlias
    Names besides its own by which others on the network find it.
    .PARAMETER PassThru
    Gives the adapter.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Connect-ContainerNetwork -Name web -Network back

    Connects a container.
    .EXAMPLE
    Get-Container -Name web | Connect-ContainerNetwork -Network back -IPAddress 10.20.0.10 -NetworkAlias shop -PassThru

    Connects it with an address and a further name, and shows its adapter.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None, or Silo.ContainerNetworkAdapter with -PassThru
    .LINK
    Disconnect-ContainerNetwork
    .LINK
    Get-ContainerNetworkAdapter
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerNetworkAdapter')]
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

        [Parameter(Mandatory = $true, Position = 1)]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Network -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Network,

        [ValidateNotNullOrEmpty()]
        [string[]] $IPAddress,

        [ValidateNotNullOrEmpty()]
        [string] $MacAddress,

        [ValidateNotNullOrEmpty()]
        [string[]] $NetworkAlias,

        [switch] $PassThru,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $parameter = @{ network = $Network } + (ConvertTo-LinkParameter -Bound $PSBoundParameters)
        $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | Where-Object { $PSCmdlet.ShouldProcess($_.Label, ($script:Strings.ConnectNetwork -f $Network)) })
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'network/connect' -Target $target -Parameter $parameter) {
            if (-not $result.Changed) { Write-Verbose -Message ($script:Strings.NetworkIsConnected -f $result.Adapter.ContainerName, $result.Adapter.Network) }
            if ($PassThru) { ConvertTo-SiloObject -TypeName 'Silo.ContainerNetworkAdapter' -Method 'network/connect' -Record $result.Adapter }
        }
    }
}
