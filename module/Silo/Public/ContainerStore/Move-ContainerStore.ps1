function Move-ContainerStore {
    <#
    .SYNOPSIS
    Moves images and containers to another folder.
    .DESCRIPTION
    Moves everything that this host keeps to another folder, for example on a larger disk. No container may
    run, and no other session may be using them. Whoever still names the old folder is led to the new one.
    With -WhatIf nothing is changed: the objects say what would be done.
    .PARAMETER Path
    The new folder. It must be missing or empty.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
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
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerStore')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $dryRun = [bool] $WhatIfPreference
        $folder = Resolve-HostPath -Cmdlet $PSCmdlet -Path $Path
        if (-not $dryRun -and -not $PSCmdlet.ShouldProcess($script:Strings.TheStore, $script:Strings.MoveStore -f $folder)) { return }
        if ($AsJob -and -not $dryRun) {
            # The engine of the job must be the only one.
            $engine = $script:Engine
            if ($null -ne $engine) { Close-Engine -Engine $engine; [void] $engine.Process.WaitForExit(5000) }
            return ConvertTo-CommandJob -Cmdlet $PSCmdlet -Replace @{ Path = $folder }
        }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'store/move' -Parameter @{ path = $folder; dryRun = $dryRun }
        if ($null -eq $result) { return }
        if (-not $dryRun) { Write-Verbose -Message ($script:Strings.StoreMoved -f $result.Path) }
        ConvertTo-SiloObject -TypeName 'Silo.ContainerStore' -Method 'store/move' -Record $result
    }
}
