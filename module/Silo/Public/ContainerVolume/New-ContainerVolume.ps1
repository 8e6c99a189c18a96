function New-ContainerVolume {
    <#
    .SYNOPSIS
    Makes a volume.
    .DESCRIPTION
    Makes an empty folder that Silo keeps for containers. A container gets it by -Mount
    'type=volume,source=<name>,target=<path>', and begins with what its image has at that path.
    .PARAMETER Name
    Name of the volume; made up where left out.
    .PARAMETER Label
    Labels of the volume.
    .PARAMETER IfNotExists
    Gives the volume of that name where there is one.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    New-ContainerVolume -Name database -Label @{ tier = 'data' }

    Makes a volume with a label.
    .EXAMPLE
    New-ContainerVolume -Name database -IfNotExists

    Makes sure that the volume is there; the command may be repeated.
    .INPUTS
    System.String
    .OUTPUTS
    Silo.ContainerVolume
    .LINK
    Get-ContainerVolume
    .LINK
    New-ContainerMount
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerVolume')]
    param(
        [Parameter(Position = 0, ValueFromPipeline = $true)]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Label,

        [switch] $IfNotExists,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        if (-not $PSCmdlet.ShouldProcess($(if ($Name) { $Name } else { $script:Strings.NewVolumeName }), $script:Strings.NewVolume)) { return }
        $parameter = @{}
        if ($Name) { $parameter.name = $Name }
        if ($PSBoundParameters.ContainsKey('Label')) { $parameter.labels = @(ConvertTo-NameValue -Dictionary $Label) }
        if ($IfNotExists) { $parameter.ifNotExists = $true }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'volume/create' -Parameter $parameter
        if ($null -eq $result) { return }
        if ($result.Existed) { Write-Verbose -Message ($script:Strings.VolumeExists -f $result.Volume.Name) }
        ConvertTo-SiloObject -TypeName 'Silo.ContainerVolume' -Method 'volume/create' -Record $result.Volume
        Save-KnownName -Kind Volume -Item $result.Volume
    }
}
