function Remove-ContainerApplication {
    <#
    .SYNOPSIS
    Removes applications of several containers.
    .DESCRIPTION
    Stops and removes the containers of each application, and its networks. Named volumes stay, unless -RemoveVolume
    is given. It gives one object for each item.
    With -WhatIf nothing is changed: the objects say what would be done.
    .PARAMETER Name
    Names of applications; * and ? stand for any characters.
    .PARAMETER InputObject
    Applications, as Get-ContainerApplication gives them.
    .PARAMETER RemoveVolume
    Removes also the named volumes that the application made and no other container mounts.
    .PARAMETER Force
    An application that is not there is no error.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Remove-ContainerApplication -Name shop -WhatIf

    Shows what would be removed.
    .EXAMPLE
    Remove-ContainerApplication -Name shop -RemoveVolume

    Removes an application with its data.
    .INPUTS
    System.String, Silo.ContainerApplication
    .OUTPUTS
    Silo.ContainerApplicationItem
    .LINK
    Get-ContainerApplication
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerApplicationItem')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Application -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.ContainerApplication')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [switch] $RemoveVolume,

        [switch] $Force,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $dryRun = [bool] $WhatIfPreference
        foreach ($target in @(Resolve-ApplicationTarget -Cmdlet $PSCmdlet -Name $Name -InputObject $InputObject)) {
            if (-not $dryRun -and -not $PSCmdlet.ShouldProcess($target, $script:Strings.RemoveApplication)) { continue }
            $parameter = @{ name = $target; dryRun = $dryRun }
            if ($RemoveVolume) { $parameter.removeVolumes = $true }
            if ($Force) { $parameter.force = $true }
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'application/remove' -Parameter $parameter
            if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.ContainerApplicationItem' -Method 'application/remove' -Record $result.Items }
        }
    }
}
