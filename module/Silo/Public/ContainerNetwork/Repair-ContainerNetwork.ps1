function Repair-ContainerNetwork {
    <#
    .SYNOPSIS
    Makes again what the host has lost of networks, and takes away what no container owns.
    .DESCRIPTION
    Looks at what Silo made on this host and at nothing else: networks that were removed by hand, links and rules
    that are gone, and what engines that were killed left. Gives one object for each item.
    With -WhatIf nothing is changed: the objects say what would be done.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Repair-ContainerNetwork -WhatIf

    Shows what is wrong.
    .EXAMPLE
    Repair-ContainerNetwork | Where-Object Action -eq Failed

    Repairs everything, and shows what could not be repaired.
    .OUTPUTS
    Silo.ContainerNetworkItem
    .LINK
    Get-ContainerNetwork
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerNetworkItem')]
    param(
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $dryRun = [bool] $WhatIfPreference
        if (-not $dryRun -and -not $PSCmdlet.ShouldProcess($script:Strings.TheNetworks, $script:Strings.RepairNetwork)) { return }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'network/repair' -Parameter @{ dryRun = $dryRun }
        if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.ContainerNetworkItem' -Method 'network/repair' -Record $result.Items }
    }
}
