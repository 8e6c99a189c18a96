function Submit-ContainerImage {
    <#
    .SYNOPSIS
    Puts images into a registry.
    .DESCRIPTION
    Pushes each image to the registry in its name, or to -Destination. Layers that the registry has are not
    sent again, and the manifest comes last: nobody sees an image without its content.
    .PARAMETER Name
    Names of images. Wildcards are allowed; a wildcard that matches nothing is no error.
    .PARAMETER Id
    Ids of images.
    .PARAMETER InputObject
    Images, as Get-ContainerImage gives them.
    .PARAMETER Destination
    Reference to push to; the image's own where left out.
    .PARAMETER AllPlatform
    Pushes every platform that was pulled, and what refers to them.
    .PARAMETER Credential
    Name and password, or token, for the registry. Where left out, what Connect-ContainerRegistry was given,
    what Docker's config.json names, or nobody's.
    .PARAMETER IncludeForeignLayer
    Pushes layers, too, that name a URL as their source. Such layers may have a licence that forbids it.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Submit-ContainerImage -Name registry.example/team/app:2.1

    Pushes an image to the registry in its name.
    .EXAMPLE
    (Get-ContainerImage -Name app:2.1 | Submit-ContainerImage -Destination registry.example/team/app:2.1).Digest

    Pushes a local image and shows the digest that it can be pulled by.
    .INPUTS
    System.String, Silo.ContainerImage
    .OUTPUTS
    Silo.SubmittedContainerImage
    .LINK
    Request-ContainerImage
    .LINK
    Add-ContainerImageTag
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.SubmittedContainerImage')]
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

        [Parameter(Position = 1)]
        [ValidateNotNullOrEmpty()]
        [string] $Destination,

        [switch] $AllPlatform,

        [ValidateNotNull()]
        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $Credential,

        [switch] $IncludeForeignLayer,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = @{}
        if ($Destination) { $parameter.destination = $Destination }
        if ($AllPlatform) { $parameter.allPlatforms = $true }
        if ($Credential) { $parameter.credential = ConvertTo-WireCredential -Credential $Credential }
        if ($IncludeForeignLayer) { $parameter.includeForeignLayers = $true }
    }
    process {
        foreach ($target in @(Resolve-ImageTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
            $label = if ($Destination) { '{0} -> {1}' -f $target.Label, $Destination } else { $target.Label }
            if (-not $PSCmdlet.ShouldProcess($label, $script:Strings.SubmitImage)) { continue }
            if ($AsJob) {
                ConvertTo-CommandJob -Cmdlet $PSCmdlet -Replace @{ Name = $target.Reference } -Without 'Id', 'InputObject'
                continue
            }
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/push' -Parameter ($parameter + @{ image = $target.Reference })
            if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.SubmittedContainerImage' -Method 'image/push' -Record $result }
        }
    }
}
