function New-ContainerMount {
    <#
    .SYNOPSIS
    Describes a mount for -Mount of New-Container and Invoke-ContainerImage.
    .DESCRIPTION
    Gives an object that says what a container sees at a path: a folder or file of the host, a volume, an empty
    folder in memory, or an SMB share such as one of Azure Files. Nothing is made: the engine checks it when a
    container is made with it.

    A share is attached to the host when the first container that mounts it starts, and detached when the last of
    them has ended. On Linux the kernel's cifs mounts it, under Hyper-V isolation too; on Windows it is a global
    mapping (New-SmbGlobalMapping), and one that is there already is used as it is. The password is kept apart from
    the container, for every container with that share and account, and goes with the last of them. On Linux it is
    kept in memory alone: after the host has started again, Set-Container -ShareCredential must give it again
    before the container can start. On Windows it lies encrypted for that machine in the state root.
    .PARAMETER Type
    Bind: a folder or file of the host. Volume: a folder that Silo keeps. Tmpfs: an empty folder in memory.
    .PARAMETER Source
    Path on the host, or name of the volume; none for Tmpfs, and none for a volume that goes with the container.
    .PARAMETER SmbPath
    Path of an SMB share, or of a folder of one, that the container mounts: \\server\share\folder, with backslashes or
    slashes. The folder must be there.
    .PARAMETER Credential
    Name and password of an account at the server; for Azure Files the name of the storage account and one of its
    keys. Left out: on Linux nobody's, on Windows the host's own account; or that of UserName.
    .PARAMETER UserName
    Name of an account whose password this host has from an earlier mount of the share, in place of Credential.
    .PARAMETER RequirePrivacy
    Of a share: nothing goes over the network in clear, also where the server does not ask for it.
    .PARAMETER UserId
    Of a share, on Linux: number of the user whose files and folders seem to be; 0 where left out.
    .PARAMETER GroupId
    Of a share, on Linux: number of the group whose files and folders seem to be; 0 where left out.
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
    Of Tmpfs: permission bits as an octal number; 1777 where left out. Of a share, on Linux: those that files and
    folders show, 0777 where left out; what the account may do is up to the server.
    .PARAMETER SubPath
    Of Volume, for Linux containers on Linux: folder within it that is mounted in place of the whole. It must be there, and no
    part of its path may be a link.
    .PARAMETER NoCopy
    Of Volume: it does not begin with what the image has there.
    .EXAMPLE
    $web = New-ContainerMount -Type Bind -Source ./www -Target /usr/share/nginx/html -ReadOnly
    New-Container -Image nginx -Mount $web, (New-ContainerMount -Type Tmpfs -Target /tmp -SizeBytes 64MB)

    Makes a container with a folder of the host and one in memory.
    .EXAMPLE
    New-Container -Image postgres -Mount (New-ContainerMount -Type Volume -Source database -Target /var/lib/postgresql/data)

    Makes a container with a volume.
    .EXAMPLE
    $share = New-ContainerMount -SmbPath \\account.file.core.windows.net\data -Target /data -Credential (Get-Credential) -RequirePrivacy
    New-Container -Image nginx -Mount $share

    Makes a container with a share of Azure Files. The server is asked when the container starts.
    .INPUTS
    None
    .OUTPUTS
    Silo.ContainerMount
    .LINK
    New-Container
    .LINK
    New-ContainerVolume
    .LINK
    Set-Container
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Type', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerMount')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Type')]
        [ValidateSet('Bind', 'Volume', 'Tmpfs')]
        [string] $Type,

        [Parameter(Mandatory = $true, ParameterSetName = 'Smb')]
        [ValidateNotNullOrEmpty()]
        [string] $SmbPath,

        [Parameter(Mandatory = $true, Position = 1)]
        [ValidateNotNullOrEmpty()]
        [string] $Target,

        [Parameter(ParameterSetName = 'Smb')]
        [ValidateNotNull()]
        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $Credential,

        [Parameter(ParameterSetName = 'Smb')]
        [ValidateNotNullOrEmpty()]
        [string] $UserName,

        [Parameter(ParameterSetName = 'Smb')]
        [switch] $RequirePrivacy,

        [Parameter(ParameterSetName = 'Smb')]
        [ValidateRange(0, 4294967294)]
        [long] $UserId,

        [Parameter(ParameterSetName = 'Smb')]
        [ValidateRange(0, 4294967294)]
        [long] $GroupId,

        [Parameter(ParameterSetName = 'Type')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Volume -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [string] $Source = '',

        [switch] $ReadOnly,

        [Parameter(ParameterSetName = 'Type')]
        [ValidateSet('private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared')]
        [string] $Propagation,

        [Parameter(ParameterSetName = 'Type')]
        [ValidateRange(4096, [long]::MaxValue)]
        [uint64] $SizeBytes,

        [ValidatePattern('^[0-7]{3,4}$')]
        [string] $Mode,

        [Parameter(ParameterSetName = 'Type')]
        [ValidateNotNullOrEmpty()]
        [string] $SubPath,

        [Parameter(ParameterSetName = 'Type')]
        [switch] $NoCopy
    )
    begin { . Import-CallerPreference }
    process {
        if (-not $PSCmdlet.ShouldProcess($Target, $script:Strings.NewMount)) { return }
        $kind, $origin = if ($SmbPath) { 'Smb', $SmbPath } else { $Type, (Resolve-MountSource -Cmdlet $PSCmdlet -Kind $Type -Source $Source) }
        $mount = [ordered] @{ PSTypeName = 'Silo.ContainerMount'; Kind = $kind; Source = $origin; Target = $Target; ReadOnly = [bool] $ReadOnly }
        if ($Credential -and $UserName) { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'UserName'; reason = $script:Strings.MountAccountTwice } -Target $Target }
        if ($Credential) {
            if ($Credential.Password.Length -eq 0) { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'ShareCredentialInvalid' -Argument @{ share = $SmbPath; reason = $script:Strings.PasswordEmpty } -Target $SmbPath }
            $mount.UserName = $Credential.UserName
            $mount.Credential = $Credential
        }
        if ($UserName) { $mount.UserName = $UserName }
        if ($RequirePrivacy) { $mount.RequirePrivacy = $true }
        if ($PSBoundParameters.ContainsKey('UserId')) { $mount.UserId = $UserId }
        if ($PSBoundParameters.ContainsKey('GroupId')) { $mount.GroupId = $GroupId }
        if ($Type -eq 'Bind' -and $Source -eq '') { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'Source'; reason = $script:Strings.MountIncomplete } -Target $Target }
        if ($Propagation) { $mount.Propagation = $Propagation }
        if ($PSBoundParameters.ContainsKey('SizeBytes')) { $mount.SizeBytes = $SizeBytes }
        if ($Mode) { $mount.Mode = [System.Convert]::ToInt32($Mode, 8) }
        if ($NoCopy) { $mount.NoCopy = $true }
        if ($SubPath) { $mount.SubPath = $SubPath }
        [pscustomobject] $mount
    }
}
