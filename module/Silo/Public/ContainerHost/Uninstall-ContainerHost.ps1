function Uninstall-ContainerHost {
    <#
    .SYNOPSIS
    Takes the service away that looks after containers; with -RemoveStore also everything that is kept.
    .DESCRIPTION
    Undoes Install-ContainerHost. Containers, images and volumes are kept, and containers that run go on;
    restart policies work on demand again.

    With -RemoveStore every container, network, image and volume is removed, and the folder that held them. This
    cannot be undone. It is refused while a container runs, unless -Force is given, and while another session uses the store.
    Features of Windows stay enabled, and the module stays installed.
    .PARAMETER RemoveStore
    Removes everything that is kept on this host.
    .PARAMETER Force
    With -RemoveStore, ends containers that run.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Uninstall-ContainerHost

    Takes the service away and keeps containers and images.
    .EXAMPLE
    Uninstall-ContainerHost -RemoveStore -Force

    Leaves nothing of Silo on the host but the module.
    .OUTPUTS
    Silo.ContainerHostService
    .LINK
    Install-ContainerHost
    .LINK
    Optimize-ContainerStore
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerHostService')]
    param(
        [switch] $RemoveStore,

        [switch] $Force,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $action = if ($RemoveStore) { $script:Strings.UninstallHostAndStore } else { $script:Strings.UninstallHost }
        if (-not $PSCmdlet.ShouldProcess($script:Strings.TheHost, $action)) { return }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'host/uninstall' -Parameter @{ removeStore = [bool] $RemoveStore; force = [bool] $Force }
        if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.ContainerHostService' -Method 'host/uninstall' -Record $result.Service }
    }
}
