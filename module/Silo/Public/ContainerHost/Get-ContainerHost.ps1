function Get-ContainerHost {
    <#
    .SYNOPSIS
    Gets facts about this host and the engine that manages its containers.
    .DESCRIPTION
    Shows the operating system, the default isolation, the number of containers and images, and where the
    engine keeps its state and its log. Look here first when something does not work.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerHost

    Shows the host.
    .EXAMPLE
    (Get-ContainerHost).LogPath

    Shows where the engine writes its own log.
    .OUTPUTS
    Silo.ContainerHost
    .LINK
    Test-ContainerHost
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding()]
    [OutputType('Silo.ContainerHost')]
    param(
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'host/get'
        if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.ContainerHost' -Method 'host/get' -Record $result }
    }
}
