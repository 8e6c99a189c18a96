function Add-ContainerImageTag {
    <#
    .SYNOPSIS
    Gives an image a further name.
    .DESCRIPTION
    The image keeps the names that it has. A name that another image bears is moved only with -Force.
    .PARAMETER Name
    Name of the image.
    .PARAMETER Id
    Id of the image.
    .PARAMETER InputObject
    Image, as Get-ContainerImage gives it.
    .PARAMETER Reference
    Further names, as [registry/]repository[:tag].
    .PARAMETER Force
    Takes the name from another image.
    .PARAMETER PassThru
    Gives the image under its new name.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Add-ContainerImageTag -Name app:2.1 -Reference registry.example/team/app:2.1

    Names an image so that it can be pushed.
    .EXAMPLE
    Get-ContainerImage -Name app:2.1 | Add-ContainerImageTag -Reference app:stable -Force

    Moves the tag stable to another image.
    .INPUTS
    System.String, Silo.ContainerImage
    .OUTPUTS
    None, or Silo.ContainerImage with -PassThru
    .LINK
    Remove-ContainerImageTag
    .LINK
    Submit-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerImage')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [Alias('Image')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Image -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ImageId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ImageId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.ContainerImage')]
        [ValidateNotNull()]
        [psobject] $InputObject,

        [Parameter(Mandatory = $true, Position = 1)]
        [Alias('Tag')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Reference,

        [switch] $Force,

        [switch] $PassThru,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = @{}
        if ($Force) { $parameter.force = $true }
    }
    process {
        foreach ($target in @(Resolve-ImageTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
            foreach ($item in $Reference) {
                if (-not $PSCmdlet.ShouldProcess($target.Label, $script:Strings.AddTag -f $item)) { continue }
                $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/tag' -Parameter ($parameter + @{ image = $target.Reference; reference = $item })
                if ($null -eq $result) { continue }
                $image = ConvertTo-SiloImage -Method 'image/tag' -Record $result.Image
                if ($PassThru) { $image }
            }
        }
    }
}
