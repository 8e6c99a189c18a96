function Request-ContainerImage {
    <#
    .SYNOPSIS
    Gets images from their registries.
    .DESCRIPTION
    Pulls each image and gives it. What the registry has is compared first, so an image that is here and up
    to date costs one question. Whether it can run on this host is decided before a layer is downloaded.
    .PARAMETER Reference
    Images as [registry/]repository[:tag][@digest]; without a registry that of the settings, without a tag latest.
    .PARAMETER Platform
    os/architecture[/variant] in place of this host's, or all to mirror every platform. An image of another
    platform can be kept, inspected, exported and pushed, but not run.
    .PARAMETER OSVersion
    Windows build to choose where the image is there for several, for example 10.0.20348.
    .PARAMETER IncludeReferrer
    Gets signatures, SBOMs and whatever else refers to the image, too.
    .PARAMETER Credential
    Name and password, or token, for the registry. Where left out, what Connect-ContainerRegistry was given,
    what Docker's config.json names, or nobody's.
    .PARAMETER Pull
    When to ask the registry. Always, the default; Missing: only where this host does not have the image;
    Never: not at all.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Request-ContainerImage -Reference nginx:1.27

    Gets an image from Docker Hub.
    .EXAMPLE
    Request-ContainerImage -Reference registry.example/team/app:2.1 -Credential (Get-Credential)

    Gets an image from a registry that asks for a login.
    .EXAMPLE
    Request-ContainerImage -Reference registry.example/app:2.1 -Platform all -IncludeReferrer | Submit-ContainerImage -Destination mirror.example/app:2.1 -AllPlatform

    Copies an image to another registry, with all its platforms and signatures: Request-ContainerImage gets it.
    .EXAMPLE
    Find-ContainerImage -Repository registry.example/team/app -Tag 2.* | Request-ContainerImage

    Gets every tag of a repository that begins with 2.
    .INPUTS
    System.String, Silo.RegistryImage, Silo.ContainerImage
    .OUTPUTS
    Silo.ContainerImage
    .LINK
    Find-ContainerImage
    .LINK
    Submit-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerImage')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [Alias('Name', 'Image')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Image -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Reference,

        [ValidateNotNullOrEmpty()]
        [string] $Platform,

        [ValidateNotNullOrEmpty()]
        [string] $OSVersion,

        [switch] $IncludeReferrer,

        [ValidateNotNull()]
        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $Credential,

        [Alias('Policy')]
        [ValidateSet('Missing', 'Always', 'Never')]
        [string] $Pull = 'Always',

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = @{ policy = $Pull }
        if ($Platform) { $parameter.platform = $Platform }
        if ($OSVersion) { $parameter.osVersion = $OSVersion }
        if ($IncludeReferrer) { $parameter.referrers = $true }
        if ($Credential) { $parameter.credential = ConvertTo-WireCredential -Credential $Credential }
    }
    process {
        foreach ($item in $Reference) {
            if (-not $PSCmdlet.ShouldProcess($item, $script:Strings.RequestImage)) { continue }
            if ($AsJob) {
                ConvertTo-CommandJob -Cmdlet $PSCmdlet -Replace @{ Reference = $item }
                continue
            }
            $result = Receive-Image -Cmdlet $PSCmdlet -Parameter ($parameter + @{ reference = $item })
            if ($null -ne $result) { ConvertTo-SiloImage -Method 'image/pull' -Record $result.Images }
        }
    }
}
