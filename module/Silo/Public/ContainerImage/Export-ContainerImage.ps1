function Export-ContainerImage {
    <#
    .SYNOPSIS
    Writes images to an archive.
    .DESCRIPTION
    Writes all images into one archive: an OCI image layout as a tar archive or a folder, or what docker load
    reads. Import-ContainerImage reads all of them.
    .PARAMETER Name
    Names of images. Wildcards are allowed; a wildcard that matches nothing is no error.
    .PARAMETER Id
    Ids of images.
    .PARAMETER InputObject
    Images, as Get-ContainerImage gives them.
    .PARAMETER Path
    File, or folder for OciFolder, to write.
    .PARAMETER Format
    OciArchive, the default, OciFolder or DockerArchive.
    .PARAMETER Force
    Replaces what is there.
    .PARAMETER PassThru
    Gives an object with the path, the size and the digests of the manifests in the archive.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Export-ContainerImage -Name nginx:1.27 -Path ./nginx.tar

    Writes an image to an OCI archive.
    .EXAMPLE
    Get-ContainerImage -Name team/* | Export-ContainerImage -Path ./team.tar -Format DockerArchive -Force

    Writes several images to an archive for docker load.
    .INPUTS
    System.String, Silo.ContainerImage
    .OUTPUTS
    None, or Silo.ContainerImageArchive with -PassThru
    .LINK
    Import-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerImageArchive')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [Alias('Reference')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Image -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ImageId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ImageId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.ContainerImage')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [Parameter(Mandatory = $true, Position = 1)]
        [Alias('Destination')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [ValidateSet('OciArchive', 'OciFolder', 'DockerArchive')]
        [string] $Format,

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
        $chosen = New-Object -TypeName 'System.Collections.Generic.List[string]'
    }
    process {
        foreach ($target in @(Resolve-ImageTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) { $chosen.Add($target.Reference) }
    }
    end {
        if ($chosen.Count -eq 0 -or -not $PSCmdlet.ShouldProcess($file, $script:Strings.ExportImage -f ($chosen -join ', '))) { return }
        if ($AsJob) { return ConvertTo-CommandJob -Cmdlet $PSCmdlet -Replace @{ Name = $chosen.ToArray(); Path = $file } -Without 'Id', 'InputObject' }
        $parameter = @{ images = $chosen.ToArray(); path = $file }
        if ($Format) { $parameter.format = $Format }
        if ($Force) { $parameter.force = $true }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/export' -Parameter $parameter
        if ($null -ne $result -and $PassThru) { ConvertTo-SiloObject -TypeName 'Silo.ContainerImageArchive' -Method 'image/export' -Record $result }
    }
}
