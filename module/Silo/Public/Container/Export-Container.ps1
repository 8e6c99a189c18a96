function Export-Container {
    <#
    .SYNOPSIS
    Writes the root file system of a container to a tar archive.
    .DESCRIPTION
    Writes all files of a container, those of its image and its own changes, to one tar archive with owners, modes,
    links and extended attributes. Volumes and mounts are no part of it. A running container stands still
    meanwhile. Import-ContainerImage makes an image of the archive.
    .PARAMETER Name
    Name of the container.
    .PARAMETER Id
    Id of the container, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    The container, as Get-Container gives it.
    .PARAMETER Path
    File to write.
    .PARAMETER NoPause
    Lets a running container go on meanwhile: nothing says then which moment each file is of.
    .PARAMETER Force
    Replaces a file that is there.
    .PARAMETER PassThru
    Gives an object with the path and the size.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Export-Container -Name web -Path ./web.tar

    Writes the files of the container web to an archive.
    .EXAMPLE
    Get-Container -Name web | Export-Container -Path ./web.tar -Force -PassThru | Import-ContainerImage -Name web:flat -Command /bin/sh

    Makes an image with one layer of a container.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None, or Silo.ContainerArchive with -PassThru
    .LINK
    Import-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerArchive')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Container -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ContainerId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ContainerId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.Container')]
        [ValidateNotNull()]
        [psobject] $InputObject,

        [Parameter(Mandatory = $true, Position = 1)]
        [Alias('Destination')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [switch] $NoPause,

        [switch] $Force,

        [switch] $PassThru,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $file = Resolve-HostPath -Cmdlet $PSCmdlet -Path $Path
    }
    process {
        foreach ($target in @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
            if (-not $PSCmdlet.ShouldProcess($target.Label, ($script:Strings.ExportContainer -f $file))) { continue }
            if ($AsJob) {
                ConvertTo-CommandJob -Cmdlet $PSCmdlet -Replace @{ Id = $target.Reference; Path = $file } -Without 'Name', 'InputObject'
                continue
            }
            $parameter = @{ container = $target.Reference; path = $file }
            if ($Force) { $parameter.force = $true }
            if ($NoPause) { $parameter.pause = $false }
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'container/export' -Parameter $parameter
            if ($null -ne $result -and $PassThru) { ConvertTo-SiloObject -TypeName 'Silo.ContainerArchive' -Method 'container/export' -Record $result }
        }
    }
}
