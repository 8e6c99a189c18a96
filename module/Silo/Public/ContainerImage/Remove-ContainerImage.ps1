function Remove-ContainerImage {
    <#
    .SYNOPSIS
    Removes images from this host.
    .DESCRIPTION
    Removes the name of each image, and its content once nothing needs it any more. An image that containers
    were made from is kept, unless -Force is given.
    .PARAMETER Name
    Names of images. Wildcards are allowed; a wildcard that matches nothing is no error.
    .PARAMETER Id
    Ids of images.
    .PARAMETER InputObject
    Images, as Get-ContainerImage gives them; only the name that the object bears is removed.
    .PARAMETER Force
    Removes the name of an image in use; its content stays while containers need it. An image that is not
    there is no error then.
    .PARAMETER PassThru
    Gives an object with the names that are gone and the bytes that were freed.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Remove-ContainerImage -Name nginx:1.27

    Removes one image.
    .EXAMPLE
    Get-ContainerImage | Where-Object { -not $_.Containers } | Remove-ContainerImage -PassThru

    Removes the images that no container was made from, and shows how much that freed.
    .INPUTS
    System.String, Silo.ContainerImage
    .OUTPUTS
    None, or Silo.RemovedContainerImage with -PassThru
    .LINK
    Get-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.RemovedContainerImage')]
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
            if (-not $PSCmdlet.ShouldProcess($target.Label, $script:Strings.RemoveImage)) { continue }
            $ignore = if ($Force) { 'ImageNotFound' }
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/remove' -Parameter ($parameter + @{ image = $target.Reference }) -IgnoreCode $ignore
            if ($null -eq $result) { continue }
            Write-Verbose -Message ($script:Strings.ImageRemoved -f ($result.Removed -join ', '), $result.ReclaimedBytes)
            if ($PassThru) { ConvertTo-SiloObject -TypeName 'Silo.RemovedContainerImage' -Method 'image/remove' -Record $result }
        }
    }
}
