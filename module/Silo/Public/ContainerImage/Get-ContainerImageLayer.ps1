function Get-ContainerImageLayer {
    <#
    .SYNOPSIS
    Gets the layers of images.
    .DESCRIPTION
    Gives the layers of an image, the lowest first, or every layer of this host. A layer that several images
    share is kept once; Images names them.
    .PARAMETER Name
    Names of images. Wildcards are allowed; a wildcard that matches nothing is no error.
    .PARAMETER Id
    Ids of images.
    .PARAMETER InputObject
    Images, as Get-ContainerImage gives them.
    .PARAMETER Orphaned
    Only layers that no image needs; Optimize-ContainerStore removes them.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerImageLayer -Name nginx:1.27

    Shows the layers of an image.
    .EXAMPLE
    Get-ContainerImageLayer -Orphaned | Measure-Object StoredBytes -Sum

    Shows how much is kept for no image.
    .INPUTS
    System.String, Silo.ContainerImage
    .OUTPUTS
    Silo.ContainerImageLayer
    .LINK
    Get-ContainerImageHistory
    .LINK
    Optimize-ContainerStore
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.ContainerImageLayer')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
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

        [Parameter(Mandatory = $true, ParameterSetName = 'Orphaned')]
        [switch] $Orphaned,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $question = @(foreach ($target in @(Resolve-ImageTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) { @{ image = $target.Reference } })
        if ($Orphaned) { $question = @(@{ orphaned = $true }) }
        if ($PSCmdlet.ParameterSetName -eq 'Name' -and -not $Name) { $question = @(@{}) }
        foreach ($parameter in $question) {
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/layers' -Parameter $parameter
            if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.ContainerImageLayer' -Method 'image/layers' -Record $result.Items }
        }
    }
}
