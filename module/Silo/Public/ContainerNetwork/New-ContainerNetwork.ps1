function New-ContainerNetwork {
    <#
    .SYNOPSIS
    Makes a network for containers.
    .DESCRIPTION
    Containers on one network find each other by name. Different networks are kept apart. A subnet that is not
    given is chosen so that it is in the way of no other.
    .PARAMETER Name
    Name of the network, whatever its case.
    .PARAMETER Type
    Nat, the default: containers reach the outside by the host's address, and are reached by published ports.
    Internal: no way out. Transparent: containers stand beside the host on its own network. L2Bridge and
    Overlay: for clusters, on Windows.
    .PARAMETER Subnet
    Subnets such as 172.28.0.0/16 and fd00:28::/64, one of IPv4 and one of IPv6 at most.
    .PARAMETER Gateway
    Address of the way out in each subnet; the first address where left out.
    .PARAMETER IPv6
    Chooses an IPv6 subnet besides.
    .PARAMETER AdapterName
    Interface of the host that a transparent network stands on.
    .PARAMETER VlanId
    VLAN of a transparent network.
    .PARAMETER Mtu
    Largest packet, in bytes; that of the host's way out where left out.
    .PARAMETER DnsServer
    Servers that are asked for names that are no container; the host's where left out.
    .PARAMETER DnsSuffix
    Domain in which short names are looked for.
    .PARAMETER Label
    Labels of the network.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    New-ContainerNetwork -Name front

    Makes a network with a way out, and chooses its subnet.
    .EXAMPLE
    New-ContainerNetwork -Name back -Type Internal -Subnet 10.20.0.0/24 -IPv6

    Makes one without a way out, with IPv4 and IPv6.
    .EXAMPLE
    New-ContainerNetwork -Name street -Type Transparent -AdapterName eth0 -Subnet 192.0.2.0/24 -Gateway 192.0.2.1

    Makes one on which containers stand beside the host.
    .INPUTS
    None
    .OUTPUTS
    Silo.ContainerNetwork
    .LINK
    Get-ContainerNetwork
    .LINK
    Connect-ContainerNetwork
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerNetwork')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [ValidateSet('Nat', 'Internal', 'Transparent', 'L2Bridge', 'Overlay')]
        [string] $Type = 'Nat',

        [ValidateNotNullOrEmpty()]
        [string[]] $Subnet,

        [ValidateNotNullOrEmpty()]
        [string[]] $Gateway,

        [switch] $IPv6,

        [ValidateNotNullOrEmpty()]
        [string] $AdapterName,

        [ValidateRange(1, 4094)]
        [int] $VlanId,

        [ValidateRange(576, 65535)]
        [int] $Mtu,

        [ValidateNotNullOrEmpty()]
        [string[]] $DnsServer,

        [ValidateNotNullOrEmpty()]
        [string] $DnsSuffix,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Label,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        if (-not $PSCmdlet.ShouldProcess($Name, $script:Strings.NewNetwork)) { return }
        $parameter = @{ name = $Name; driver = $Type }
        $same = @{ AdapterName = 'parentInterface'; VlanId = 'vlanId'; Mtu = 'mtu'; DnsSuffix = 'dnsSuffix' }
        foreach ($key in $same.Keys) { if ($PSBoundParameters.ContainsKey($key)) { $parameter[$same[$key]] = $PSBoundParameters[$key] } }
        $lists = @{ Subnet = 'subnets'; Gateway = 'gateways'; DnsServer = 'dnsServers' }
        foreach ($key in $lists.Keys) { if ($PSBoundParameters.ContainsKey($key)) { $parameter[$lists[$key]] = [string[]] @($PSBoundParameters[$key]) } }
        if ($IPv6) { $parameter.ipv6 = $true }
        if ($PSBoundParameters.ContainsKey('Label')) { $parameter.labels = @(ConvertTo-NameValue -Dictionary $Label) }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'network/create' -Parameter $parameter
        if ($null -eq $result) { return }
        ConvertTo-SiloObject -TypeName 'Silo.ContainerNetwork' -Method 'network/create' -Record $result.Network
        Save-KnownName -Kind Network -Item $result.Network
    }
}
