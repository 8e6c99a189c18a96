function Export-Container {
    <#
    .SYNOPSIS
    Writes the files of a container, or its specification.
    .DESCRIPTION
    With -Path writes all files of a container, those of its image and its own changes, to one tar archive with owners, modes,
    links and extended attributes. Volumes and mounts are no part of it. A running container stands still
    meanwhile. Import-ContainerImage makes an image of the archive.

    With -SpecificationPath writes what the container was made with, and none of its files: its parameters of New-Container, without what
    its image gives it. Import-Container makes a container from it, and so does New-Container with the key Container splatted. Secrets are
    not written, and a warning names them: credential specifications, passwords of shares, files of applications, and variables whose names speak of a
    password, secret, token, credential or key. Labels of lists and applications are not written either. The file is one of this machine,
    also where another host is asked.
    .PARAMETER Name
    Name of the container.
    .PARAMETER Id
    Id of the container, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    The container, as Get-Container gives it.
    .PARAMETER Path
    File to write.
    .PARAMETER SpecificationPath
    File that gets the specification: a data file of PowerShell where it ends with .psd1, JSON where it ends with .json.
    .PARAMETER NoPause
    Lets a running container go on meanwhile: nothing says then which moment each file is of.
    .PARAMETER Force
    Replaces a file that is there.
    .PARAMETER PassThru
    Gives an object with the path and the size, or the file of the specification.
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
    .EXAMPLE
    Export-Container -Name web -SpecificationPath ./web.psd1 -Force

    Writes what the container web was made with.
    .EXAMPLE
    Export-Container -Name web -SpecificationPath ./copy.psd1; $web = (Import-PowerShellDataFile ./copy.psd1).Container; $web.Name = 'web-2'; New-Container @web

    Takes the parameters of a container to a script, which changes one of them.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None, or with -PassThru Silo.ContainerArchive or System.IO.FileInfo
    .LINK
    Import-ContainerImage
    .LINK
    Import-Container
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerArchive', [System.IO.FileInfo])]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'NameSpecification', ValueFromPipeline = $true)]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Container -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Parameter(Mandatory = $true, ParameterSetName = 'IdSpecification', ValueFromPipelineByPropertyName = $true)]
        [Alias('ContainerId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ContainerId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [Parameter(Mandatory = $true, ParameterSetName = 'InputObjectSpecification', ValueFromPipeline = $true)]
        [PSTypeName('Silo.Container')]
        [ValidateNotNull()]
        [psobject] $InputObject,

        [Parameter(Mandatory = $true, Position = 1, ParameterSetName = 'Name')]
        [Parameter(Mandatory = $true, Position = 1, ParameterSetName = 'Id')]
        [Parameter(Mandatory = $true, Position = 1, ParameterSetName = 'InputObject')]
        [Alias('Destination')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [Parameter(Mandatory = $true, ParameterSetName = 'NameSpecification')]
        [Parameter(Mandatory = $true, ParameterSetName = 'IdSpecification')]
        [Parameter(Mandatory = $true, ParameterSetName = 'InputObjectSpecification')]
        [ValidateNotNullOrEmpty()]
        [string] $SpecificationPath,

        [Parameter(ParameterSetName = 'Name')]
        [Parameter(ParameterSetName = 'Id')]
        [Parameter(ParameterSetName = 'InputObject')]
        [switch] $NoPause,

        [switch] $Force,

        [switch] $PassThru,

        [Parameter(ParameterSetName = 'Name')]
        [Parameter(ParameterSetName = 'Id')]
        [Parameter(ParameterSetName = 'InputObject')]
        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $file = if ($SpecificationPath) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($SpecificationPath) } else { Resolve-HostPath -Cmdlet $PSCmdlet -Path $Path }
        $action = if ($SpecificationPath) { $script:Strings.ExportSpecification -f $file } else { $script:Strings.ExportContainer -f $file }
    }
    process {
        foreach ($target in @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
            if (-not $PSCmdlet.ShouldProcess($target.Label, $action)) { continue }
            if ($SpecificationPath) {
                Export-ContainerSpecification -Cmdlet $PSCmdlet -Reference $target.Reference -Path $file -Force:$Force -PassThru:$PassThru
                continue
            }
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
