function Move-ContainerStore {
    <#
    .SYNOPSIS
    Moves images and containers to another folder.
    .DESCRIPTION
    Moves everything that this host keeps to another folder, for example on a larger disk. No container may
    run. This session goes on with the new folder; other sessions find it once SILO_ROOT names it.
    With -WhatIf nothing is changed: the objects say what would be done.
    .PARAMETER Path
    The new folder. It must be missing or empty.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .EXAMPLE
    Move-ContainerStore -Path /data/silo -WhatIf

    Shows how much would be moved.
    .EXAMPLE
    Move-ContainerStore -Path /data/silo

    Moves everything to another disk.
    .INPUTS
    System.String
    .OUTPUTS
    Silo.ContainerStore
    .LINK
    Get-ContainerHost
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerStore')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [switch] $AsJob
    )
    begin { . Import-CallerPreference }
    process {
        $dryRun = [bool] $WhatIfPreference
        $folder = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        if (-not $dryRun -and -not $PSCmdlet.ShouldProcess($script:Strings.TheStore, $script:Strings.MoveStore -f $folder)) { return }
        if ($AsJob -and -not $dryRun) {
            # This session's engine would go on with the old folder.
            if ($null -ne $script:Engine) { Close-Engine -Engine $script:Engine }
            return ConvertTo-CommandJob -Cmdlet $PSCmdlet -Replace @{ Path = $folder }
        }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'store/move' -Parameter @{ path = $folder; dryRun = $dryRun }
        if ($null -eq $result) { return }
        if (-not $dryRun) {
            if ($null -ne $script:Engine) { Close-Engine -Engine $script:Engine }
            $env:SILO_ROOT = $result.Path
            Write-Warning -Message ($script:Strings.StoreMoved -f $result.Path)
        }
        ConvertTo-SiloObject -TypeName 'Silo.ContainerStore' -Method 'store/move' -Record $result
    }
}
