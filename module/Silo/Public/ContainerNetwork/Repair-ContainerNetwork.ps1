function Repair-ContainerNetwork {
    <#
    .SYNOPSIS
    Makes again what the host has lost of networks, and takes away what no container owns.
    .DESCRIPTION
    Looks at what Silo made on this host and at nothing else: networks that were removed by hand, links and rules
    that are gone, and what engines that were killed left. Gives one object for each item.
    With -WhatIf nothing is changed: the objects say what would be done.
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
    param()
    begin { . Import-CallerPreference }
    process {
        $dryRun = [bool] $WhatIfPreference
        if (-not $dryRun -and -not $PSCmdlet.ShouldProcess($script:Strings.TheNetworks, $script:Strings.RepairNetwork)) { return }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'network/repair' -Parameter @{ dryRun = $dryRun }
        if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.ContainerNetworkItem' -Method 'network/repair' -Record $result.Items }
    }
}
