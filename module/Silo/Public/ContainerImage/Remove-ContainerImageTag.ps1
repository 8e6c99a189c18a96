function Remove-ContainerImageTag {
    <#
    .SYNOPSIS
    Takes names from images, and never an image.
    .DESCRIPTION
    Removes a name of an image that has others. The only name of an image is left: Remove-ContainerImage
    removes an image with its content.
    .PARAMETER Reference
    Names to remove. Wildcards are allowed; a wildcard that matches nothing is no error.
    .PARAMETER Force
    A name that is not there is no error.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Remove-ContainerImageTag -Reference registry.example/team/app:2.1

    Removes a name; the image keeps its other names.
    .EXAMPLE
    Get-ContainerImage -Name registry.example/* | Remove-ContainerImageTag

    Removes names that were only given to push images.
    .INPUTS
    System.String, Silo.ContainerImage
    .OUTPUTS
    None
    .LINK
    Add-ContainerImageTag
    .LINK
    Remove-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([void])]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [SupportsWildcards()]
        [Alias('Name', 'Tag')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Image -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Reference,

        [switch] $Force,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $ignore = if ($Force) { 'ImageNotFound' }
        foreach ($target in @(Resolve-ImageTarget -Cmdlet $PSCmdlet -Name $Reference)) {
            $found = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/list' -Parameter @{ reference = $target.Reference } -IgnoreCode $ignore
            if ($null -eq $found -or @($found.Items).Count -eq 0) { continue }
            $image = $found.Items[0]
            $names = @(Read-ImageList -Cmdlet $PSCmdlet | Where-Object { $_.Digest -eq $image.Digest })
            if ($names.Count -lt 2) {
                $PSCmdlet.WriteError((ConvertTo-SiloErrorRecord -Code 'ParameterInvalid' -Argument @{ parameter = 'Reference'; reason = $script:Strings.OnlyName -f $image.Name } -Target $image.Reference))
                continue
            }
            if (-not $PSCmdlet.ShouldProcess($image.Name, $script:Strings.RemoveTag)) { continue }
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/remove' -Parameter @{ image = $image.Reference } -IgnoreCode $ignore
            if ($null -ne $result) { Write-Verbose -Message ($script:Strings.ImageRemoved -f ($result.Removed -join ', '), $result.ReclaimedBytes) }
        }
    }
}
