function Get-ConnectionProblem {
    # Why the other host's engine did not come up. ssh has one exit code for everything of its own, 255, and speaks
    # English only; any other code is that of what ran there.
    param([hashtable] $Engine)
    if ($Engine.BySession) { return Get-SessionProblem -Engine $Engine }
    $text = Get-EngineErrorText -Engine $Engine
    $name = $Engine.Connection.HostName
    $reason = "$($text -split '\r?\n' | Where-Object { $_.Trim() } | Microsoft.PowerShell.Utility\Select-Object -Last 1)".Trim()
    if ($Engine.ExitCode -in 126, 127, 9009) { return @{ Code = 'RemoteEngineMissing'; Argument = @{ host = $name } } }
    if ($text -match 'REMOTE HOST IDENTIFICATION HAS CHANGED') { return @{ Code = 'HostKeyChanged'; Argument = @{ host = $name } } }
    if ($text -match 'Host key verification failed|host key is known for') { return @{ Code = 'HostKeyUnknown'; Argument = @{ host = $name } } }
    if ($text -match 'Permission denied|Too many authentication failures') { return @{ Code = 'HostCredentialRefused'; Argument = @{ host = $name; user = "$($Engine.Connection.UserName)" } } }
    if ($Engine.ExitCode -eq 255) { return @{ Code = 'HostUnreachable'; Argument = @{ host = $name; reason = $reason } } }
    @{ Code = 'EngineExited'; Argument = @{ reason = $Engine.Lost } }
}
