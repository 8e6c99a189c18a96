function Get-ContainerVolume {
    <#
    .SYNOPSIS
    Shows the volumes of this host.
    .DESCRIPTION
    Shows the folders that Silo keeps for containers, and the SMB shares that have the name of a volume, and which containers
    mount them. A volume outlives containers, but for one without a name, which goes with the container that it was made for.
    Of a share, Path is that of the share, and Share says with which account it is mounted.
    .PARAMETER Name
    Names of volumes; * and ? stand for any characters.
    .PARAMETER Size
    Counts the bytes of each volume, which takes its time.
    .PARAMETER Filter
    Only those whose properties match, for example @{ Name = 'web*' }. Values may hold wildcards, and of several values one must
    match; of labels and variables, name=value is compared.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerVolume

    Shows all volumes.
    .EXAMPLE
    Get-ContainerVolume -Name db* -Size | Sort-Object -Property SizeBytes -Descending

    Shows which volumes are large.
    .EXAMPLE
    Get-ContainerVolume -Filter @{ Containers = 'web*' }

    Shows the volumes that these containers mount.
    .INPUTS
    System.String
    .OUTPUTS
    Silo.ContainerVolume
    .LINK
    New-ContainerVolume
    .LINK
    Remove-ContainerVolume
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding()]
    [OutputType('Silo.ContainerVolume')]
    param(
        [Parameter(Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Volume -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [switch] $Size,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Filter,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        if (Test-RowName -Cmdlet $PSCmdlet -Name $Name) { return }
        $parameter = @{}
        if ($Size) { $parameter.size = $true }
        $exact = @($Name | Where-Object { $_ -and -not [WildcardPattern]::ContainsWildcardCharacters($_) })
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'volume/list' -Target @(foreach ($item in $exact) { @{ Reference = $item; Label = $item } }) -Parameter $parameter -ReferenceName 'volumes' -AsList) {
            Save-KnownName -Kind Volume -Item $result.Items
            ConvertTo-SiloObject -TypeName 'Silo.ContainerVolume' -Method 'volume/list' -Record $result.Items | Select-MatchingObject -Cmdlet $PSCmdlet -Filter $Filter
        }
        $pattern = @($Name | Where-Object { $_ -and [WildcardPattern]::ContainsWildcardCharacters($_) })
        if ($exact.Count -eq 0 -or $pattern.Count -gt 0) { Read-VolumeList -Cmdlet $PSCmdlet -Pattern $pattern -Parameter $parameter | Select-MatchingObject -Cmdlet $PSCmdlet -Filter $Filter }
    }
}
