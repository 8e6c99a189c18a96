function Remove-ContainerVolume {
    <#
    .SYNOPSIS
    Removes volumes with their content.
    .DESCRIPTION
    A volume that a container mounts, running or not, is kept: the error VolumeInUse names the containers.
    Optimize-ContainerStore -UnusedVolume removes all that no container mounts.
    .PARAMETER Name
    Names of volumes; * and ? stand for any characters.
    .PARAMETER InputObject
    Volumes, as Get-ContainerVolume gives them.
    .PARAMETER Force
    A volume that is not there is no error.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Remove-ContainerVolume -Name database

    Removes a volume.
    .EXAMPLE
    Get-ContainerVolume | Where-Object { -not $_.Containers } | Remove-ContainerVolume -WhatIf

    Shows which volumes are not used.
    .INPUTS
    System.String, Silo.ContainerVolume
    .OUTPUTS
    None
    .LINK
    Get-ContainerVolume
    .LINK
    Optimize-ContainerStore
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([void])]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Volume -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.ContainerVolume')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [switch] $Force,

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
        if (Test-RowName -Cmdlet $PSCmdlet -Name $Name) { return }
        $named = @($Name | Where-Object { $_ -and -not [WildcardPattern]::ContainsWildcardCharacters($_) }) + @($InputObject | Where-Object { $null -ne $_ -and (Test-SameHost -Cmdlet $PSCmdlet -InputObject $_) } | ForEach-Object { $_.Name })
        $pattern = @($Name | Where-Object { $_ -and [WildcardPattern]::ContainsWildcardCharacters($_) })
        if ($pattern.Count -gt 0) { $named += @(Read-VolumeList -Cmdlet $PSCmdlet -Pattern $pattern | ForEach-Object { $_.Name }) }
        $target = @($named | Where-Object { $PSCmdlet.ShouldProcess($_, $script:Strings.RemoveVolume) } | ForEach-Object { @{ Reference = $_; Label = $_ } })
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'volume/remove' -Target $target -Parameter $parameter -ReferenceName 'volume') {
            if (-not $result.Removed) { Write-Verbose -Message $script:Strings.VolumeIsNotThere }
        }
    }
}
