function Disconnect-ContainerNetwork {
    <#
    .SYNOPSIS
    Takes containers off a network.
    .DESCRIPTION
    A running container is disconnected at once. What led out through that network leads out through the next one
    that the container is on.
    .PARAMETER Name
    Names of containers; * and ? stand for any characters.
    .PARAMETER Id
    Id of a container, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER Network
    Name or id of the network.
    .PARAMETER Force
    Where the container is not connected, that is no error.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Disconnect-ContainerNetwork -Name web -Network back

    Takes a container off a network.
    .EXAMPLE
    Get-Container | Disconnect-ContainerNetwork -Network old -Force

    Takes every container off a network.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None
    .LINK
    Connect-ContainerNetwork
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([void])]
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

        [switch] $Force,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $parameter = @{ network = $Network }
        if ($Force) { $parameter.force = $true }
        $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | Where-Object { $PSCmdlet.ShouldProcess($_.Label, ($script:Strings.DisconnectNetwork -f $Network)) })
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'network/disconnect' -Target $target -Parameter $parameter) {
            if (-not $result.Changed) { Write-Verbose -Message ($script:Strings.NetworkIsNotConnected -f $Network) }
        }
    }
}
