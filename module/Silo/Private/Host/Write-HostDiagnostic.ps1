function Write-HostDiagnostic {
    # Writes the files of a diagnostic. What cannot be asked is told in its file. Answers whether there is one at all.
    param($Cmdlet, [string] $Folder, [int] $LogLineCount)
    $settings = Invoke-Engine -Cmdlet $Cmdlet -Method 'host/settings'
    if ($null -eq $settings) { return $false }
    $utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
    $save = {
        param($Name, $Text)
        [System.IO.File]::WriteAllText((Join-Path -Path $target -ChildPath $Name), (Protect-DiagnosticText -Text $Text), $utf8)
    }
    $target = $Folder
    $module = $MyInvocation.MyCommand.Module
    $versions = [ordered] @{ Time = [datetime]::UtcNow.ToString('o'); Module = "$($module.Version)"; PowerShell = "$($PSVersionTable.PSVersion)"; Edition = "$($PSVersionTable.PSEdition)"; Culture = "$PSUICulture"; Host = "$siloHost" }
    & $save 'versions.json' (ConvertTo-Json -InputObject $versions)
    & $save 'checks.json' (ConvertTo-Json -InputObject @(Read-HostCheck -Cmdlet $Cmdlet) -Depth 5)
    & $save 'state-root.txt' ((@($settings.Entries | ForEach-Object { '{0,-7} {1,14} {2}' -f $_.Kind, $_.SizeBytes, $_.Path })) -join "`n")
    foreach ($file in $settings.Files) { & $save "settings-$($file.Name)" $file.Text }

    $parts = @(
        @{ File = 'host.json'; Method = 'host/get' }
        @{ File = 'isolation.json'; Method = 'isolation/get' }
        @{ File = 'containers.json'; Method = 'container/list'; Field = 'Id', 'Name', 'Image', 'ImageDigest', 'State', 'ExitCode', 'ExitReason', 'OomKilled', 'Monitored', 'CreatedAt', 'StartedAt', 'FinishedAt', 'Command', 'Environment', 'Labels', 'Mounts', 'Ports', 'Network', 'Isolation', 'EffectiveIsolation', 'MemoryBytes', 'CpuCount', 'RestartPolicy', 'RestartCount', 'Health', 'Terminal', 'AutoRemove', 'Pid' }
        @{ File = 'images.json'; Method = 'image/list'; Field = 'Name', 'Id', 'Digest', 'CreatedAt', 'ImportedAt', 'OperatingSystem', 'Architecture', 'OsVersion', 'LayerCount', 'SizeBytes', 'StoredBytes', 'Containers' }
        @{ File = 'networks.json'; Method = 'network/list'; Field = 'Id', 'Name', 'Driver', 'Subnets', 'ParentInterface', 'VlanId', 'Mtu', 'HostId', 'Containers', 'CreatedAt' }
        @{ File = 'adapters.json'; Method = 'network/adapters' }
        @{ File = 'volumes.json'; Method = 'volume/list'; Field = 'Name', 'Anonymous', 'Containers', 'SizeBytes', 'CreatedAt' }
        @{ File = 'applications.json'; Method = 'application/list' }
        @{ File = 'journal-store.json'; Method = 'store/repair'; Parameter = @{ dryRun = $true } }
        @{ File = 'journal-networks.json'; Method = 'network/repair'; Parameter = @{ dryRun = $true } }
        @{ File = 'events.json'; Method = 'event/list'; Stream = $true; Field = 'Seq', 'Time', 'Kind', 'Subject' }
    )
    foreach ($part in $parts) {
        $parameter = if ($part.ContainsKey('Parameter')) { $part.Parameter } else { @{} }
        $answer = Read-EngineResult -Cmdlet $Cmdlet -Method $part.Method -Parameter $parameter -Stream:$part.ContainsKey('Stream')
        if ($null -ne $answer.Problem) { & $save $part.File (ConvertTo-Json -InputObject @{ Error = $answer.Problem.FullyQualifiedErrorId; Message = $answer.Problem.ErrorDetails.Message }); continue }
        $value = $answer.Result
        if ($part.ContainsKey('Field')) { $value = @(Get-SafeRecord -Record $(if ($part.ContainsKey('Stream')) { $value } else { $value.Items }) -Field $part.Field) }
        & $save $part.File (ConvertTo-Json -InputObject $value -Depth 8)
    }
    foreach ($source in 'Engine', 'Supervisor') {
        $answer = Read-EngineResult -Cmdlet $Cmdlet -Method 'host/log' -Parameter @{ tail = $LogLineCount; source = $source } -Stream
        $lines = if ($null -ne $answer.Problem) { $answer.Problem.ErrorDetails.Message } else { foreach ($line in $answer.Result) { '{0} {1} {2} {3} {4}' -f $line.Time, $line.Level, $line.ProcessId, $line.Message, $line.Data } }
        & $save "$($source.ToLowerInvariant()).log" (@($lines) -join "`n")
    }
    $true
}
