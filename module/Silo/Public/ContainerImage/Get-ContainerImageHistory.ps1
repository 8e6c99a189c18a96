function Get-ContainerImageHistory {
    <#
    .SYNOPSIS
    Gets the steps that made an image.
    .DESCRIPTION
    Gives one object for each step, the newest first, with the layer that it made and the size of that. Steps
    that changed only the configuration have no layer.
    .PARAMETER Name
    Names of images. Wildcards are allowed; a wildcard that matches nothing is no error.
    .PARAMETER Id
    Ids of images.
    .PARAMETER InputObject
    Images, as Get-ContainerImage gives them.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerImageHistory -Name nginx:1.27

    Shows how an image was made.
    .EXAMPLE
    Get-ContainerImageHistory -Name nginx:1.27 | Sort-Object SizeBytes -Descending | Select-Object -First 3

    Shows the three steps that made it large.
    .INPUTS
    System.String, Silo.ContainerImage
    .OUTPUTS
    Silo.ContainerImageHistory
    .LINK
    Get-ContainerImageLayer
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.ContainerImageHistory')]
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

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        foreach ($target in @(Resolve-ImageTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/history' -Parameter @{ image = $target.Reference }
            if ($null -eq $result) { continue }
            foreach ($step in ConvertTo-SiloObject -TypeName 'Silo.ContainerImageHistory' -Method 'image/history' -Record $result.Items) {
                Add-Member -InputObject $step -NotePropertyMembers @{ Image = $target.Label }
                $step
            }
        }
    }
}
