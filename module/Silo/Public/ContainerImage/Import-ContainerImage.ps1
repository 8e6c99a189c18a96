function Import-ContainerImage {
    <#
    .SYNOPSIS
    Takes images from archives.
    .DESCRIPTION
    Reads an OCI layout (a folder or tar archive), what docker save wrote, or the tar archive of a root file
    system, compressed or not. A root file system brings no configuration: give it with -Command,
    -Entrypoint, -Environment, -User, -WorkingDirectory and -Label.
    .PARAMETER Path
    Archives. Wildcards are allowed.
    .PARAMETER LiteralPath
    Archives, taken as they are: nothing in the path is a wildcard.
    .PARAMETER Name
    Name for the image, for example tools:1.0; needed where the archive names none.
    .PARAMETER Platform
    os/architecture[/variant] to take from an archive for several platforms; this host's where left out.
    .PARAMETER Command
    Command of an image made from a root file system.
    .PARAMETER Entrypoint
    Entry point of an image made from a root file system.
    .PARAMETER Environment
    Environment of an image made from a root file system.
    .PARAMETER User
    User of an image made from a root file system.
    .PARAMETER WorkingDirectory
    Working directory of an image made from a root file system.
    .PARAMETER Label
    Labels of an image made from a root file system.
    .PARAMETER MaximumSizeBytes
    Most bytes that the archive may unpack to.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Import-ContainerImage -Path ./nginx.tar

    Takes the images from what docker save wrote.
    .EXAMPLE
    Import-ContainerImage -Path ./rootfs.tar.gz -Name tools:1.0 -Command /bin/sh

    Makes an image from a root file system.
    .EXAMPLE
    Get-ChildItem ./images -Filter *.tar | Import-ContainerImage

    Takes the images from every archive of a folder.
    .INPUTS
    System.String, System.IO.FileInfo
    .OUTPUTS
    Silo.ContainerImage
    .LINK
    Get-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerImage')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Path', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ValidateNotNullOrEmpty()]
        [string[]] $Path,

        [Parameter(Mandatory = $true, ParameterSetName = 'LiteralPath', ValueFromPipelineByPropertyName = $true)]
        [Alias('PSPath', 'LP')]
        [ValidateNotNullOrEmpty()]
        [string[]] $LiteralPath,

        [Parameter(Position = 1)]
        [Alias('Reference')]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [ValidateNotNullOrEmpty()]
        [string] $Platform,

        [ValidateNotNull()]
        [string[]] $Command,

        [ValidateNotNull()]
        [string[]] $Entrypoint,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Environment,

        [string] $User,

        [string] $WorkingDirectory,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Label,

        [ValidateRange(1, [long]::MaxValue)]
        [uint64] $MaximumSizeBytes,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = ConvertTo-ImportParameter -Bound $PSBoundParameters
    }
    process {
        foreach ($file in @(Resolve-ArchivePath -Cmdlet $PSCmdlet -Path $Path -LiteralPath $LiteralPath)) {
            if (-not $PSCmdlet.ShouldProcess($file, $script:Strings.ImportImage)) { continue }
            if ($AsJob) {
                ConvertTo-CommandJob -Cmdlet $PSCmdlet -Replace @{ LiteralPath = $file } -Without 'Path'
                continue
            }
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/import' -Parameter ($parameter + @{ path = $file })
            if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.ContainerImage' -Method 'image/import' -Record $result.Images }
        }
    }
}
