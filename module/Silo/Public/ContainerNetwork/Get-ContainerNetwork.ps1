function Get-ContainerNetwork {
    <#
    .SYNOPSIS
    Shows the networks of this host.
    .DESCRIPTION
    Shows the networks that Silo keeps, and on Linux those of CNI configuration lists (type Foreign), with the containers that belong to them.
    .PARAMETER Name
    Names of networks; * and ? stand for any characters.
    .PARAMETER Id
    Id of a network, 64 hex digits or the beginning of one.
    .PARAMETER Filter
    Only those whose properties match, for example @{ Name = 'web*' }. Values may hold wildcards, and of several values one must
    match; of labels and variables, name=value is compared.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerNetwork

    Shows all networks.
    .EXAMPLE
    Get-ContainerNetwork -Name front* | Format-List

    Shows all there is to know of some.
    .EXAMPLE
    Get-ContainerNetwork -Filter @{ Driver = 'Internal' }

    Shows the networks without a way out.
    .INPUTS
    System.String
    .OUTPUTS
    Silo.ContainerNetwork
    .LINK
    New-ContainerNetwork
    .LINK
    Get-ContainerNetworkAdapter
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.ContainerNetwork')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Network -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('NetworkId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind NetworkId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Filter,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        if (Test-RowName -Cmdlet $PSCmdlet -Name $Name) { return }
        $exact = @($Id | Where-Object { $_ }) + @($Name | Where-Object { $_ -and -not [WildcardPattern]::ContainsWildcardCharacters($_) })
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'network/list' -Target @(foreach ($item in $exact) { @{ Reference = $item; Label = $item } }) -ReferenceName 'networks' -AsList) {
            Save-KnownName -Kind Network -Item $result.Items
            ConvertTo-SiloObject -TypeName 'Silo.ContainerNetwork' -Method 'network/list' -Record $result.Items | Select-MatchingObject -Cmdlet $PSCmdlet -Filter $Filter
        }
        $pattern = @($Name | Where-Object { $_ -and [WildcardPattern]::ContainsWildcardCharacters($_) })
        if ($exact.Count -eq 0 -or $pattern.Count -gt 0) { Read-NetworkList -Cmdlet $PSCmdlet -Pattern $pattern | Select-MatchingObject -Cmdlet $PSCmdlet -Filter $Filter }
    }
}
