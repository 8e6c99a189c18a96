function Get-ContainerStore {
    <#
    .SYNOPSIS
    Gets where images and containers are kept, and what they take on the disk.
    .DESCRIPTION
    Gives one object: the folder of the store, its file system with its size and what is free of it, the bytes of
    stored content, unpacked layers, containers, volumes, the build cache and logs, and how many of them
    Optimize-ContainerStore would free with all its switches. Nothing is changed. Folders are measured file by file,
    which takes a while where volumes have many.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerStore

    Shows where the store is, and what is in it.
    .EXAMPLE
    $store = Get-ContainerStore
    if ($store.FreeBytes -lt 10GB) { "$($store.ReclaimableBytes / 1GB) GB could be freed on $($store.Path)." }

    Says what could be freed when the disk is nearly full.
    .INPUTS
    None
    .OUTPUTS
    Silo.ContainerStoreUsage
    .LINK
    Optimize-ContainerStore
    .LINK
    Test-ContainerStore
    .LINK
    Move-ContainerStore
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding()]
    [OutputType('Silo.ContainerStoreUsage')]
    param(
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'store/get' -Parameter @{}
        if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.ContainerStoreUsage' -Method 'store/get' -Record $result }
    }
}
