function Get-ContainerHost {
    <#
    .SYNOPSIS
    Gets facts about this host and the engine that manages its containers.
    .DESCRIPTION
    Shows the operating system, the default isolation, the number of containers and images, and where the
    engine keeps its state and its log. Look here first when something does not work.
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
    param()
    begin { . Import-CallerPreference }
    process {
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'host/get'
        if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.ContainerHost' -Method 'host/get' -Record $result }
    }
}
