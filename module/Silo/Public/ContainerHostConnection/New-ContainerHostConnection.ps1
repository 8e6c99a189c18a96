function New-ContainerHostConnection {
    <#
    .SYNOPSIS
    Connects to Silo on another host, over ssh or through a PSSession.
    .DESCRIPTION
    Starts the engine of another host and keeps the connection by a name. Commands use it with -HostConnection, or all of
    them after Enter-ContainerHostConnection. The module Silo must be installed there; containers go on when the
    connection ends.

    With -HostName the OpenSSH client starts it. Keys of hosts are checked always: a host that is not known yet is refused
    until somebody has accepted its key (ssh HOST, once). Nothing is ever asked, so logging in takes a key, from ssh-agent or
    -KeyFilePath, and no password. Names of the ssh configuration may be used, with all that stands there for them.

    With -Session it is started in a PSSession, as New-PSSession makes it over WinRM, ssh or PowerShell Direct. A session runs
    one thing at a time: while its engine runs, other commands are refused there, so make one for the connection alone. It is
    free again after Remove-ContainerHostConnection. The session must have the full language; in a constrained endpoint call the
    commands there, with Invoke-Command or Import-PSSession. See about_Silo_Remote.

    Paths of files and folders, for example of archives and mounts, are those of the host that the engine runs on.
    .PARAMETER HostName
    Host, or name of one in the ssh configuration.
    .PARAMETER Session
    Open session to the host, as New-PSSession gives it.
    .PARAMETER Name
    Name of the connection; the name of the host where left out.
    .PARAMETER UserName
    User there; ssh's own choice where left out. Changing containers takes root, or an administrator.
    .PARAMETER Port
    Port of the ssh server; ssh's own choice where left out.
    .PARAMETER KeyFilePath
    File with the private key to log in with; without it those of ssh-agent and the ssh configuration.
    .PARAMETER KnownHostsPath
    File with the keys of hosts, in place of those that ssh reads.
    .PARAMETER EnginePath
    Folder of the engine there, where the module is not in a usual place: the folder engine of the installed module. For Windows it must be
    given, for example 'C:\Program Files\WindowsPowerShell\Modules\Silo\0.1.0\engine'.
    .PARAMETER StateRoot
    State root there; its default where left out.
    .PARAMETER ConnectTimeoutSeconds
    Seconds after which a host that does not answer is given up; 15 by default.
    .EXAMPLE
    New-ContainerHostConnection -HostName web1.example -UserName root

    Connects to the host web1.example.
    .EXAMPLE
    $web = New-ContainerHostConnection -HostName web1.example -Name web -KeyFilePath ~/.ssh/silo; Get-Container -HostConnection $web

    Shows the containers of another host.
    .EXAMPLE
    $session = New-PSSession -ComputerName web2; $web = New-ContainerHostConnection -Session $session; Get-Container -HostConnection $web

    Shows the containers of a Windows host, over WinRM. Only on Windows.
    .INPUTS
    System.Management.Automation.Runspaces.PSSession
    .OUTPUTS
    Silo.ContainerHostConnection
    .LINK
    Enter-ContainerHostConnection
    .LINK
    Get-ContainerHostConnection
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'HostName', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerHostConnection')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'HostName')]
        [ValidatePattern('^[^-\s][^\s]*$')]
        [string] $HostName,

        [Parameter(Mandatory = $true, ParameterSetName = 'Session', ValueFromPipeline = $true)]
        [ValidateNotNull()]
        [System.Management.Automation.Runspaces.PSSession] $Session,

        [Parameter(Position = 1)]
        [ValidatePattern('^[^.*?\[\]\s][^*?\[\]]*$')]
        [string] $Name,

        [Parameter(ParameterSetName = 'HostName')]
        [ValidatePattern('^[^-\s][^\s]*$')]
        [string] $UserName,

        [Parameter(ParameterSetName = 'HostName')]
        [ValidateRange(1, 65535)]
        [int] $Port,

        [Parameter(ParameterSetName = 'HostName')]
        [ValidateNotNullOrEmpty()]
        [string] $KeyFilePath,

        [Parameter(ParameterSetName = 'HostName')]
        [ValidateNotNullOrEmpty()]
        [string] $KnownHostsPath,

        [ValidateNotNullOrEmpty()]
        [string] $EnginePath,

        [ValidateNotNullOrEmpty()]
        [string] $StateRoot,

        [Parameter(ParameterSetName = 'HostName')]
        [ValidateRange(1, 3600)]
        [int] $ConnectTimeoutSeconds = 15
    )
    begin { . Import-CallerPreference }
    process {
        $there = if ($null -eq $Session) { $HostName } elseif ($Session.ComputerName) { $Session.ComputerName } else { 'localhost' }
        $label = if ($Name) { $Name } else { $there }
        if (-not $PSCmdlet.ShouldProcess($there, $script:Strings.NewConnection)) { return }
        if (@($script:Connection | Where-Object { $_.Name -eq $label }).Count -gt 0) { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'HostConnectionExists' -Argument @{ name = $label } -Target $label }
        $connection = [pscustomobject] @{
            PSTypeName            = 'Silo.ContainerHostConnection'
            Id                    = "$([guid]::NewGuid())"
            Name                  = $label
            HostName              = $there
            Carrier               = $PSCmdlet.ParameterSetName -replace '^HostName$', 'Ssh'
            UserName              = $UserName
            Port                  = $Port
            KeyFilePath           = if ($KeyFilePath) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($KeyFilePath) } else { '' }
            KnownHostsPath        = if ($KnownHostsPath) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($KnownHostsPath) } else { '' }
            Session               = if ($null -ne $Session) { $Session.Name } else { '' }
            EnginePath            = $EnginePath
            StateRoot             = $StateRoot
            ConnectTimeoutSeconds = $ConnectTimeoutSeconds
            EngineVersion         = ''
            Entered               = $false
        }
        if ($null -ne $Session) {
            $login = $Session.Runspace.ConnectionInfo
            $connection.UserName = "$(if ($null -ne $login.PSObject.Properties['UserName']) { $login.UserName } elseif ($null -ne $login.Credential) { $login.Credential.UserName })"
            $script:HostSession[$connection.Id] = @{ Runspace = $Session.Runspace; Own = $false }
        }
        try {
            $connection.EngineVersion = (Open-Engine -Cmdlet $PSCmdlet -Connection $connection).Version
            [void] $script:Connection.Add($connection)
        } finally {
            if (-not $script:Connection.Contains($connection)) { $script:HostSession.Remove($connection.Id) }
        }
        $connection
    }
}
