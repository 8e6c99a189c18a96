function New-ContainerHostConnection {
    <#
    .SYNOPSIS
    Connects to Silo on another host, over ssh.
    .DESCRIPTION
    Starts the engine of another host by the OpenSSH client and keeps the connection by a name. Commands use it with
    -HostConnection, or all of them after Enter-ContainerHostConnection. The module Silo must be installed there;
    containers go on when the connection ends.

    Keys of hosts are checked always: a host that is not known yet is refused until somebody has accepted its key
    (ssh HOST, once). Nothing is ever asked, so logging in takes a key, from ssh-agent or -KeyFilePath, and no password. Names of
    the ssh configuration may be used, with all that stands there for them.

    Paths of files and folders, for example of archives and mounts, are those of the host that the engine runs on.
    .PARAMETER HostName
    Host, or name of one in the ssh configuration.
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
    .OUTPUTS
    Silo.ContainerHostConnection
    .LINK
    Enter-ContainerHostConnection
    .LINK
    Get-ContainerHostConnection
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerHostConnection')]
    param(
        [Parameter(Mandatory = $true, Position = 0)]
        [ValidatePattern('^[^-\s][^\s]*$')]
        [string] $HostName,

        [Parameter(Position = 1)]
        [ValidatePattern('^[^.*?\[\]\s][^*?\[\]]*$')]
        [string] $Name = $HostName,

        [ValidatePattern('^[^-\s][^\s]*$')]
        [string] $UserName,

        [ValidateRange(1, 65535)]
        [int] $Port,

        [ValidateNotNullOrEmpty()]
        [string] $KeyFilePath,

        [ValidateNotNullOrEmpty()]
        [string] $KnownHostsPath,

        [ValidateNotNullOrEmpty()]
        [string] $EnginePath,

        [ValidateNotNullOrEmpty()]
        [string] $StateRoot,

        [ValidateRange(1, 3600)]
        [int] $ConnectTimeoutSeconds = 15
    )
    begin { . Import-CallerPreference }
    process {
        if (-not $PSCmdlet.ShouldProcess($HostName, $script:Strings.NewConnection)) { return }
        if (@($script:Connection | Where-Object { $_.Name -eq $Name }).Count -gt 0) { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'HostConnectionExists' -Argument @{ name = $Name } -Target $Name }
        $connection = [pscustomobject] @{
            PSTypeName            = 'Silo.ContainerHostConnection'
            Id                    = "$([guid]::NewGuid())"
            Name                  = $Name
            HostName              = $HostName
            UserName              = $UserName
            Port                  = $Port
            KeyFilePath           = if ($KeyFilePath) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($KeyFilePath) } else { '' }
            KnownHostsPath        = if ($KnownHostsPath) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($KnownHostsPath) } else { '' }
            EnginePath            = $EnginePath
            StateRoot             = $StateRoot
            ConnectTimeoutSeconds = $ConnectTimeoutSeconds
            EngineVersion         = ''
            Entered               = $false
        }
        $connection.EngineVersion = (Open-Engine -Cmdlet $PSCmdlet -Connection $connection).Version
        [void] $script:Connection.Add($connection)
        $connection
    }
}
