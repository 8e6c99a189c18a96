function Optimize-ContainerStore {
    <#
    .SYNOPSIS
    Frees space that nothing needs.
    .DESCRIPTION
    Removes content and layers that no image and no container needs and, where asked, unused images, ended
    containers and the build cache. Gives one object for each item, with the bytes it takes on the disk.
    With -WhatIf nothing is changed: the objects say what would be done.
    .PARAMETER UnusedImage
    Also removes images that no container was made from.
    .PARAMETER DanglingImage
    Also removes images without a name.
    .PARAMETER StoppedContainer
    Also removes containers that have ended.
    .PARAMETER BuildCache
    Also removes the build cache.
    .PARAMETER UnusedVolume
    Also removes volumes that no container mounts, with their content.
    .PARAMETER OlderThan
    Only containers and volumes that were made, and images that this host got, before this time.
    .PARAMETER KeepLast
    How many of the newest images of each repository to keep.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Optimize-ContainerStore -UnusedImage -BuildCache -WhatIf

    Shows what would be removed, and how many bytes each item takes.
    .EXAMPLE
    Optimize-ContainerStore -UnusedImage -OlderThan (Get-Date).AddDays(-30) -KeepLast 2

    Removes unused images that came here more than a month ago, but never the last two of a repository.
    .OUTPUTS
    Silo.ContainerStoreItem
    .LINK
    Repair-ContainerStore
    .LINK
    Get-ContainerImageLayer
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerStoreItem')]
    param(
        [switch] $UnusedImage,

        [switch] $DanglingImage,

        [switch] $StoppedContainer,

        [switch] $BuildCache,

        [switch] $UnusedVolume,

        [datetime] $OlderThan,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $KeepLast,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $dryRun = [bool] $WhatIfPreference
        if (-not $dryRun -and -not $PSCmdlet.ShouldProcess($script:Strings.TheStore, $script:Strings.OptimizeStore)) { return }
        if ($AsJob -and -not $dryRun) { return ConvertTo-CommandJob -Cmdlet $PSCmdlet }
        $parameter = @{ dryRun = $dryRun }
        if ($UnusedImage) { $parameter.unusedImages = $true }
        if ($DanglingImage) { $parameter.danglingImages = $true }
        if ($StoppedContainer) { $parameter.stoppedContainers = $true }
        if ($UnusedVolume) { $parameter.unusedVolumes = $true }
        if ($BuildCache) { $parameter.buildCache = $true }
        if ($PSBoundParameters.ContainsKey('OlderThan')) { $parameter.olderThan = ConvertTo-WireTime -Time $OlderThan }
        if ($PSBoundParameters.ContainsKey('KeepLast')) { $parameter.keepLast = $KeepLast }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'store/optimize' -Parameter $parameter
        if ($null -eq $result) { return }
        ConvertTo-SiloObject -TypeName 'Silo.ContainerStoreItem' -Method 'store/optimize' -Record $result.Items
        $text = if ($dryRun) { $script:Strings.BytesWouldBeFreed } else { $script:Strings.BytesFreed }
        Write-Verbose -Message ($text -f (Format-ByteCount -Byte $result.ReclaimedBytes))
    }
}
