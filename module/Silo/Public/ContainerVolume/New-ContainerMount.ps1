function New-ContainerMount {
    <#
    .SYNOPSIS
    Describes a mount for -Mount of New-Container and Invoke-ContainerImage.
    .DESCRIPTION
    Gives an object that says what a container sees at a path: a folder or file of the host, a volume, or an
    empty folder in memory. Nothing is made: the engine checks it when a container is made with it.
    .PARAMETER Type
    Bind: a folder or file of the host. Volume: a folder that Silo keeps. Tmpfs: an empty folder in memory.
    .PARAMETER Source
    Path on the host, or name of the volume; none for Tmpfs, and none for a volume that goes with the container.
    .PARAMETER Target
    Absolute path in the container.
    .PARAMETER ReadOnly
    Keeps the container from writing there, also to what is mounted below it.
    .PARAMETER Propagation
    Of Bind: whether what is mounted below it later is seen on the other side. rslave: the container sees the
    host's; rshared: both see each other's. rprivate, the default: neither.
    .PARAMETER SizeBytes
    Of Tmpfs: most bytes; half of the memory of the host where left out.
    .PARAMETER Mode
    Of Tmpfs: permission bits as an octal number; 1777 where left out.
    .PARAMETER NoCopy
    Of Volume: it does not begin with what the image has there.
    .EXAMPLE
    $web = New-ContainerMount -Type Bind -Source ./www -Target /usr/share/nginx/html -ReadOnly
    New-Container -Image nginx -Mount $web, (New-ContainerMount -Type Tmpfs -Target /tmp -SizeBytes 64MB)

    Makes a container with a folder of the host and one in memory.
    .EXAMPLE
    New-Container -Image postgres -Mount (New-ContainerMount -Type Volume -Source database -Target /var/lib/postgresql/data)

    Makes a container with a volume.
    .INPUTS
    None
    .OUTPUTS
    Silo.ContainerMount
    .LINK
    New-Container
    .LINK
    New-ContainerVolume
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerMount')]
    param(
        [Parameter(Mandatory = $true, Position = 0)]
        [ValidateSet('Bind', 'Volume', 'Tmpfs')]
        [string] $Type,

        [Parameter(Mandatory = $true, Position = 1)]
        [ValidateNotNullOrEmpty()]
        [string] $Target,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Volume -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [string] $Source = '',

        [switch] $ReadOnly,

        [ValidateSet('private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared')]
        [string] $Propagation,

        [ValidateRange(4096, [long]::MaxValue)]
        [long] $SizeBytes,

        [ValidatePattern('^[0-7]{3,4}$')]
        [string] $Mode,

        [switch] $NoCopy
    )
    begin { . Import-CallerPreference }
    process {
        if (-not $PSCmdlet.ShouldProcess($Target, $script:Strings.NewMount)) { return }
        $mount = [ordered] @{ PSTypeName = 'Silo.ContainerMount'; Kind = $Type; Source = Resolve-MountSource -Cmdlet $PSCmdlet -Kind $Type -Source $Source; Target = $Target; ReadOnly = [bool] $ReadOnly }
        if ($Type -eq 'Bind' -and $Source -eq '') { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'Source'; reason = $script:Strings.MountIncomplete } -Target $Target }
        if ($Propagation) { $mount.Propagation = $Propagation }
        if ($PSBoundParameters.ContainsKey('SizeBytes')) { $mount.SizeBytes = $SizeBytes }
        if ($Mode) { $mount.Mode = [System.Convert]::ToInt32($Mode, 8) }
        if ($NoCopy) { $mount.NoCopy = $true }
        [pscustomobject] $mount
    }
}
