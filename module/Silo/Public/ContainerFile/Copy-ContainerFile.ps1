function Copy-ContainerFile {
    <#
    .SYNOPSIS
    Copies files out of containers, or into them.
    .DESCRIPTION
    Copies files and folders from a container to this host or, with -ToContainer, from this host to a container.
    The container may run, be suspended or be stopped; its volumes and mounts are seen as its processes see
    them. A destination that is a folder gets the copy in it; another one is the name of the copy. Modes and times
    are kept; everything becomes root's unless -KeepOwner is given. Links are copied as links, and links of a
    container never lead out of it. Sockets, pipes and devices are not copied; a warning names them.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER Path
    What to copy: absolute paths in the container; with -ToContainer paths of this host, where wildcards are
    allowed. A folder whose path ends with /. is copied without its own name.
    .PARAMETER Destination
    Where to: a path of this host; with -ToContainer an absolute path in the container.
    .PARAMETER FromContainer
    Copies out of the container. That is the default.
    .PARAMETER ToContainer
    Copies into the container.
    .PARAMETER Recurse
    Copies folders, with everything in them.
    .PARAMETER Force
    Replaces files that are there, and fills folders that are there.
    .PARAMETER FollowLink
    Copies what links lead to in place of the links.
    .PARAMETER KeepOwner
    Keeps the numbers of owner and group, and set-user-id bits.
    .PARAMETER PassThru
    Gives an object with the path of the copy and what was copied.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Copy-ContainerFile -Name web -Path /etc/hosts -Destination ./hosts

    Copies a file out of the container web.
    .EXAMPLE
    Copy-ContainerFile -Name web -ToContainer -Path ./site -Destination /www -Recurse -Force

    Copies a folder into the container web: it is /www/site then.
    .EXAMPLE
    Get-Container -State Exited | Copy-ContainerFile -Path /var/log/. -Destination ./logs -Recurse -Force -PassThru

    Gathers the logs of containers that have ended in one folder.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None, or Silo.ContainerFileCopy with -PassThru
    .LINK
    Get-ContainerChange
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerFileCopy')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Container -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ContainerId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ContainerId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.Container')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [Parameter(Mandatory = $true, Position = 1)]
        [SupportsWildcards()]
        [ValidateNotNullOrEmpty()]
        [string[]] $Path,

        [Parameter(Mandatory = $true, Position = 2)]
        [ValidateNotNullOrEmpty()]
        [string] $Destination,

        [switch] $FromContainer,

        [switch] $ToContainer,

        [switch] $Recurse,

        [switch] $Force,

        [switch] $FollowLink,

        [switch] $KeepOwner,

        [switch] $PassThru,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        if ($FromContainer -and $ToContainer) { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'ToContainer'; reason = $script:Strings.OneDirection } }
        $parameter = @{ direction = if ($ToContainer) { 'ToContainer' } else { 'FromContainer' } }
        if ($Recurse) { $parameter.recurse = $true }
        if ($Force) { $parameter.force = $true }
        if ($FollowLink) { $parameter.followLinks = $true }
        if ($KeepOwner) { $parameter.keepOwners = $true }
        # The engine knows no PowerShell drives and has another current folder.
        $source = @(if (-not $ToContainer) { $Path } else {
                foreach ($item in $Path) {
                    $end = if ($item -match '[\\/]\.$') { '/.' } else { '' }
                    Resolve-ArchivePath -Cmdlet $PSCmdlet -Path $item | ForEach-Object { $_.TrimEnd('/') + $end }
                }
            })
        $target = if ($ToContainer) { $Destination } else { Resolve-HostPath -Cmdlet $PSCmdlet -Path $Destination }
        $jobId = New-Object -TypeName 'System.Collections.Generic.List[string]'
    }
    process {
        foreach ($container in @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
            foreach ($item in $source) {
                $action = if ($ToContainer) { $script:Strings.CopyToContainer } else { $script:Strings.CopyFromContainer }
                if (-not $PSCmdlet.ShouldProcess($container.Label, ($action -f $item, $target))) { continue }
                if ($AsJob) {
                    if (-not $jobId.Contains($container.Reference)) { $jobId.Add($container.Reference) }
                    continue
                }
                $paths = if ($ToContainer) { @{ hostPath = $item; containerPath = $target } } else { @{ hostPath = $target; containerPath = $item } }
                $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'container/copy' -Parameter ($parameter + $paths + @{ container = $container.Reference })
                if ($null -eq $result) { continue }
                if (@($result.Skipped).Count -gt 0) { $PSCmdlet.WriteWarning(($script:Strings.NotCopied -f (@($result.Skipped) -join ', '))) }
                if ($PassThru) { ConvertTo-SiloObject -TypeName 'Silo.ContainerFileCopy' -Method 'container/copy' -Record $result }
            }
        }
    }
    end {
        if ($AsJob) { ConvertTo-CommandJob -Cmdlet $PSCmdlet -Id $jobId -Replace $(if ($ToContainer) { @{ Path = $source } } else { @{ Destination = $target } }) }
    }
}
