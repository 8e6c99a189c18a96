function New-ContainerVolume {
    <#
    .SYNOPSIS
    Makes a volume.
    .DESCRIPTION
    Makes an empty folder that Silo keeps for containers. A container gets it by -Mount
    'type=volume,source=<name>,target=<path>', and begins with what its image has at that path.

    With -SmbPath its data is an SMB share, such as one of Azure Files, and containers mount it by the volume's name alone.
    It is attached to the host while a container that mounts it runs, as New-ContainerMount -SmbPath describes. The server
    is asked when the first of them starts. The password is kept apart from the volume until it is removed; on Linux it
    is kept in memory alone, and after the host has started again the same command with -IfNotExists gives it again, as
    does Set-Container -ShareCredential. Remove-ContainerVolume leaves what is on the server.
    .PARAMETER Name
    Name of the volume; made up where left out.
    .PARAMETER Label
    Labels of the volume.
    .PARAMETER SmbPath
    Path of an SMB share, or of a folder of one: \\server\share\folder, with backslashes or slashes. The folder must be there.
    .PARAMETER Credential
    Name and password of an account at the server; for Azure Files the name of the storage account and one of its
    keys. Left out: on Linux nobody's, on Windows the host's own account; or that of UserName.
    .PARAMETER UserName
    Name of an account whose password this host has from an earlier mount of the share, in place of Credential.
    .PARAMETER RequirePrivacy
    Nothing goes over the network in clear, also where the server does not ask for it.
    .PARAMETER UserId
    On Linux: number of the user whose files and folders seem to be; 0 where left out.
    .PARAMETER GroupId
    On Linux: number of the group whose files and folders seem to be; 0 where left out.
    .PARAMETER Mode
    On Linux: permission bits as an octal number that files and folders show, 0777 where left out; what the account may
    do is up to the server.
    .PARAMETER IfNotExists
    Gives the volume of that name where there is one; of the same share, with the password that is given now.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    New-ContainerVolume -Name database -Label @{ tier = 'data' }

    Makes a volume with a label.
    .EXAMPLE
    New-ContainerVolume -Name database -IfNotExists

    Makes sure that the volume is there; the command may be repeated.
    .EXAMPLE
    New-ContainerVolume -Name files -SmbPath \\account.file.core.windows.net\data -Credential (Get-Credential) -RequirePrivacy
    New-Container -Image nginx -Mount 'type=volume,source=files,target=/data'

    Makes a volume of a share of Azure Files, and a container that mounts it.
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
    [CmdletBinding(DefaultParameterSetName = 'Folder', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerVolume')]
    param(
        [Parameter(Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Label,

        [Parameter(Mandatory = $true, ParameterSetName = 'Smb')]
        [ValidateNotNullOrEmpty()]
        [string] $SmbPath,

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

        [Parameter(ParameterSetName = 'Smb')]
        [ValidatePattern('^[0-7]{3,4}$')]
        [string] $Mode,

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
        if ($SmbPath) {
            $parameter.share = @{ source = $SmbPath }
            if ($Credential -and $UserName) { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'UserName'; reason = $script:Strings.MountAccountTwice } -Target $SmbPath }
            if ($Credential -and $Credential.Password.Length -eq 0) { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'ShareCredentialInvalid' -Argument @{ share = $SmbPath; reason = $script:Strings.PasswordEmpty } -Target $SmbPath }
            if ($Credential) { $parameter.share.credential = ConvertTo-WireCredential -Credential $Credential }
            if ($UserName) { $parameter.share.userName = $UserName }
            if ($RequirePrivacy) { $parameter.share.requirePrivacy = $true }
            if ($PSBoundParameters.ContainsKey('UserId')) { $parameter.share.userId = $UserId }
            if ($PSBoundParameters.ContainsKey('GroupId')) { $parameter.share.groupId = $GroupId }
            if ($Mode) { $parameter.share.mode = [System.Convert]::ToInt32($Mode, 8) }
        }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'volume/create' -Parameter $parameter
        if ($null -eq $result) { return }
        if ($result.Existed) { Write-Verbose -Message ($script:Strings.VolumeExists -f $result.Volume.Name) }
        ConvertTo-SiloObject -TypeName 'Silo.ContainerVolume' -Method 'volume/create' -Record $result.Volume
        Save-KnownName -Kind Volume -Item $result.Volume
    }
}
