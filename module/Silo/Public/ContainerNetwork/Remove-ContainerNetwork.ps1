function Remove-ContainerNetwork {
    <#
    .SYNOPSIS
    Removes networks.
    .DESCRIPTION
    A network that containers belong to, running or not, is kept, unless -Force disconnects them before.
    .PARAMETER Name
    Names of networks; * and ? stand for any characters.
    .PARAMETER Id
    Id of a network, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Networks, as Get-ContainerNetwork gives them.
    .PARAMETER Force
    Disconnects its containers before. A network that is not there is no error then.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Remove-ContainerNetwork -Name front

    Removes a network that no container belongs to.
    .EXAMPLE
    Get-ContainerNetwork | Where-Object { -not $_.Containers } | Remove-ContainerNetwork -WhatIf

    Shows which networks are not used.
    .INPUTS
    System.String, Silo.ContainerNetwork
    .OUTPUTS
    None
    .LINK
    Get-ContainerNetwork
    .LINK
    Disconnect-ContainerNetwork
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([void])]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Network -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('NetworkId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind NetworkId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.ContainerNetwork')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [switch] $Force,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = @{}
        if ($Force) { $parameter.force = $true }
    }
    process {
        $target = @(Resolve-NetworkTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | Where-Object { $PSCmdlet.ShouldProcess($_.Label, $script:Strings.RemoveNetwork) })
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'network/remove' -Target $target -Parameter $parameter -ReferenceName 'network') {
            if (-not $result.Removed) { Write-Verbose -Message $script:Strings.NetworkIsNotThere }
        }
    }
}
