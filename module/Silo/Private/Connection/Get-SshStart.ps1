function Get-SshStart {
    # How OpenSSH is started to run the other host's engine. It never asks: standard input belongs to the engine, and a
    # runbook has nobody to ask. Keys of hosts are checked always, whatever the configuration says.
    param($Cmdlet, $Connection, [string[]] $Argument, [switch] $Terminal)
    $ssh = Microsoft.PowerShell.Core\Get-Command -Name 'ssh' -CommandType Application -ErrorAction Ignore | Microsoft.PowerShell.Utility\Select-Object -First 1
    if ($null -eq $ssh) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'SshMissing' -Target $Connection.HostName }
    $words = @(
        $(if ($Terminal) { '-tt' } else { '-T' })
        '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-o', 'LogLevel=ERROR', '-o', "ConnectTimeout=$($Connection.ConnectTimeoutSeconds)"
        '-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=4'
        if ($Connection.Port) { '-p', "$($Connection.Port)" }
        if ($Connection.UserName) { '-l', $Connection.UserName }
        if ($Connection.KeyFilePath) { '-i', $Connection.KeyFilePath, '-o', 'IdentitiesOnly=yes' }
        if ($Connection.KnownHostsPath) { '-o', ('UserKnownHostsFile="{0}"' -f $Connection.KnownHostsPath), '-o', 'GlobalKnownHostsFile=none' }
        '--', $Connection.HostName, (Get-RemoteCommand -Connection $Connection -Argument $Argument)
    )
    $start = New-Object -TypeName System.Diagnostics.ProcessStartInfo
    $start.FileName = $ssh.Source
    # Ctrl+C of this terminal is for the command, not for the connection. On Windows it has a console of its own.
    $setsid = if (-not $Terminal -and -not $script:OnWindows) { Microsoft.PowerShell.Core\Get-Command -Name 'setsid' -CommandType Application -ErrorAction Ignore | Microsoft.PowerShell.Utility\Select-Object -First 1 }
    if ($null -ne $setsid) {
        $start.FileName = $setsid.Source
        $words = @($ssh.Source) + $words
    }
    $start.Arguments = ($words | ForEach-Object { Format-NativeArgument -Text $_ }) -join ' '
    $start.UseShellExecute = $false
    $start
}
