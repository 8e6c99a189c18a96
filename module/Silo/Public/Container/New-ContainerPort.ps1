function New-ContainerPort {
    <#
    .SYNOPSIS
    Describes a port for -Publish of New-Container and Invoke-ContainerImage.
    .DESCRIPTION
    Gives an object that says which port of the host leads to a port of a container. Nothing is opened: the engine
    checks it when a container is made with it.
    .PARAMETER ContainerPort
    Port in the container.
    .PARAMETER HostPort
    Port of the host; one that is free where left out.
    .PARAMETER Protocol
    Tcp, the default, or Udp.
    .PARAMETER HostAddress
    Address of the host on which the port is open; all of them where left out.
    .EXAMPLE
    New-Container -Image nginx -Publish (New-ContainerPort -ContainerPort 80 -HostPort 8080 -HostAddress 127.0.0.1)

    Makes a container whose server is reached from this host alone.
    .EXAMPLE
    $port = 53, 80 | ForEach-Object { New-ContainerPort -ContainerPort $_ -HostPort (8000 + $_) }
    New-Container -Image nginx -Publish ($port + '8443:443')

    Makes a container with ports that were counted out, and one as text.
    .INPUTS
    None
    .OUTPUTS
    Silo.ContainerPort
    .LINK
    New-Container
    .LINK
    Get-ContainerNetworkAdapter
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerPort')]
    param(
        [Parameter(Mandatory = $true, Position = 0)]
        [ValidateRange(1, 65535)]
        [int] $ContainerPort,

        [Parameter(Position = 1)]
        [ValidateRange(1, 65535)]
        [int] $HostPort,

        [ValidateSet('Tcp', 'Udp')]
        [string] $Protocol = 'Tcp',

        [ValidateNotNull()]
        [ipaddress] $HostAddress
    )
    begin { . Import-CallerPreference }
    process {
        if (-not $PSCmdlet.ShouldProcess("$ContainerPort/$Protocol", $script:Strings.NewPort)) { return }
        [pscustomobject] [ordered] @{
            PSTypeName = 'Silo.ContainerPort'
            HostAddress = if ($null -ne $HostAddress) { $HostAddress.ToString() } else { $null }
            HostPort = if ($PSBoundParameters.ContainsKey('HostPort')) { $HostPort } else { $null }
            ContainerPort = $ContainerPort
            Protocol = $Protocol
        }
    }
}
