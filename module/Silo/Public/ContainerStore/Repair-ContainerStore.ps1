function Repair-ContainerStore {
    <#
    .SYNOPSIS
    Mends what engines that were killed, and full or damaged disks, left behind.
    .DESCRIPTION
    Finds unfinished downloads, mounts and processes without a container, and content that is missing or
    damaged, and gives one object for each item.
    With -WhatIf nothing is changed: the objects say what would be done.
    .PARAMETER Verify
    Reads everything that is kept and compares its digest. This takes as long as reading the disk does.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Repair-ContainerStore -WhatIf

    Shows what is wrong.
    .EXAMPLE
    Repair-ContainerStore -Verify | Where-Object Action -eq Failed

    Checks and mends everything, and shows what could not be mended.
    .OUTPUTS
    Silo.ContainerStoreItem
    .LINK
    Optimize-ContainerStore
    .LINK
    Test-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerStoreItem')]
    param(
        [switch] $Verify,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $dryRun = [bool] $WhatIfPreference
        if (-not $dryRun -and -not $PSCmdlet.ShouldProcess($script:Strings.TheStore, $script:Strings.RepairStore)) { return }
        if ($AsJob -and -not $dryRun) { return ConvertTo-CommandJob -Cmdlet $PSCmdlet }
        $parameter = @{ dryRun = $dryRun }
        if ($Verify) { $parameter.verify = $true }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'store/repair' -Parameter $parameter
        if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.ContainerStoreItem' -Method 'store/repair' -Record $result.Items }
    }
}
