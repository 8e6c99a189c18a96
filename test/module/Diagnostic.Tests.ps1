BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if ($missing) { Write-Information -MessageData "No container can run here ($missing): diagnostics of the real engine are skipped." -InformationAction Continue }
}

Describe 'Diagnostics' -Tag Fast {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $secret = 'tr0ub4dor-and-3'
        Import-SiloForTest -Script @{ secret = $secret }
        function Read-Archive {
            # Names and texts of what a diagnostic holds.
            param($Path)
            $folder = Join-Path -Path $TestDrive -ChildPath ([guid]::NewGuid())
            Expand-Archive -LiteralPath $Path -DestinationPath $folder
            $texts = @{}
            foreach ($file in Get-ChildItem -LiteralPath $folder -File -Recurse) { $texts[$file.Name] = [System.IO.File]::ReadAllText($file.FullName) }
            $texts
        }
    }
    AfterAll { Remove-SiloForTest }

    It 'give the log as objects' {
        $lines = Get-ContainerHostLog
        $lines.Count | Should -Be 3
        $lines[0].PSTypeNames | Should -Contain 'Silo.HostLogLine'
        $lines[0].Time | Should -BeOfType [datetime]
        (Get-ContainerHostLog -Level Error).Source | Should -Be 'Supervisor'
        @(Get-ContainerHostLog -Tail 1).Count | Should -Be 1
        (Get-ContainerHostLog -Source Engine).Source | Select-Object -Unique | Should -Be 'Engine'
    }
    It 'check the host and what runs on it, each with a remedy' {
        $checks = Debug-ContainerHost
        $checks[0].PSTypeNames | Should -Contain 'Silo.HostCheck'
        ($checks | Where-Object Name -EQ 'conmon').Status | Should -Be 'Failed'
        ($checks | Where-Object Name -EQ 'nested virtualisation').Status | Should -Be 'Warning'
        ($checks | Where-Object Remedy -EQ 'Repair-ContainerStore').Detail | Should -Match 'ingest-1'
        ($checks | Where-Object Remedy -EQ 'Repair-ContainerNetwork').Detail | Should -Match 'nat'
        ($checks | Where-Object Remedy -EQ 'Get-ContainerHostLog -Level Error').Status | Should -Be 'Warning'
        foreach ($check in $checks) {
            $check.Status | Should -BeIn 'Passed', 'Warning', 'Failed'
            $check.Detail | Should -Not -BeNullOrEmpty
            if ($check.Status -ne 'Passed') { $check.Remedy | Should -Not -BeNullOrEmpty -Because $check.Name }
        }
        (Debug-ContainerHost -Problem).Status | Should -Not -Contain 'Passed'
        ($checks | Out-String -Width 200) | Should -Match '(?m)^Failed +conmon +not found *\r?\n +apt-get install conmon'
    }
    It 'look at every container, however many there are' {
        Import-SiloForTest -Script @{ containers = 2500 }
        $file = Save-ContainerHostDiagnostic -Path "$TestDrive/many.zip"
        @(ConvertFrom-Json -InputObject (Read-Archive $file.FullName)['containers.json']).Count | Should -Be 2500
        Import-SiloForTest -Script @{ secret = $secret }
    }
    It 'are saved without secrets' {
        $file = Save-ContainerHostDiagnostic -Path "$TestDrive/silo.zip"
        $file.FullName | Should -Be (Join-Path -Path $TestDrive -ChildPath 'silo.zip')
        $texts = Read-Archive $file.FullName
        foreach ($name in 'versions.json', 'checks.json', 'host.json', 'containers.json', 'images.json', 'networks.json', 'volumes.json', 'events.json', 'journal-store.json', 'settings-registries.json', 'state-root.txt', 'engine.log', 'supervisor.log') { $texts.Keys | Should -Contain $name }
        $texts['containers.json'] | Should -Match 'DB_PASSWORD'
        $texts['engine.log'] | Should -Match 'registry\.example'
        foreach ($name in $texts.Keys) { $texts[$name].Contains($secret) | Should -BeFalse -Because $name }
    }
    It 'are not written over a file without -Force' {
        Set-Content -LiteralPath "$TestDrive/there.zip" -Value 'mine'
        { Save-ContainerHostDiagnostic -Path "$TestDrive/there.zip" } | Should -Throw -ErrorId 'PathExists,Save-ContainerHostDiagnostic'
        (Save-ContainerHostDiagnostic -Path "$TestDrive/there.zip" -Force).Length | Should -BeGreaterThan 1000
        Save-ContainerHostDiagnostic -Path "$TestDrive/other.zip" -WhatIf
        Test-Path -LiteralPath "$TestDrive/other.zip" | Should -BeFalse
    }
}

Describe 'Diagnostics of a host' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $stateRoot = Initialize-StateRoot
        $secret = 'tr0ub4dor-and-3'
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $TestDrive) -Name 'tools')
        [void] (Invoke-ContainerImage -Image 'tools' -Name 'keeper' -Command 'sh', '-c', "echo $secret; sleep 300", $secret -Environment @{ DB_PASSWORD = $secret } -Label @{ note = $secret } -Detach)
        Set-Content -LiteralPath "$stateRoot/registries.json" -Value "{ `"mirrors`": { `"docker.io`": [`"mirror.example`"] }, `"password`": `"$secret`", `"proxy`": `"http://me:$secret@proxy.example`" }"
        Add-Content -LiteralPath "$stateRoot/log/engine.log" -Value (ConvertTo-Json -Compress -InputObject ([ordered] @{ level = 50; time = [datetime]::UtcNow.ToString('o'); pid = 1; msg = "planted: token=$secret"; header = "Authorization: Bearer $secret" }))
    }
    AfterAll { Clear-StateRoot -Path $stateRoot }

    It 'tell of errors in the log' {
        (Get-ContainerHostLog -Level Error -Since (Get-Date).AddMinutes(-5))[-1].Message | Should -Match '^planted'
        (Debug-ContainerHost -Problem | Where-Object Remedy -Match 'HostLog').Detail | Should -Match 'planted'
    }
    It 'follow the log' {
        $path = "$stateRoot/log/engine.log"
        $job = Start-ThreadJob -ScriptBlock { Start-Sleep -Seconds 2; Add-Content -LiteralPath $args[0] -Value '{"level":30,"time":"2026-01-02T03:04:05.678Z","pid":9,"source":"supervisor","msg":"afterwards"}' } -ArgumentList $path
        $line = Get-ContainerHostLog -Follow -Tail 0 | Select-Object -First 1
        $job | Receive-Job -Wait -AutoRemoveJob
        $line.Message, $line.Source | Should -Be 'afterwards', 'Supervisor'
    }
    It 'have no planted secret in them, and all that helps' {
        $folder = Join-Path -Path $TestDrive -ChildPath 'real'
        Expand-Archive -LiteralPath (Save-ContainerHostDiagnostic -Path "$TestDrive/real.zip").FullName -DestinationPath $folder
        $files = Get-ChildItem -LiteralPath $folder -File -Recurse
        foreach ($file in $files) { [System.IO.File]::ReadAllText($file.FullName).Contains($secret) | Should -BeFalse -Because $file.Name }
        Get-Content -LiteralPath "$folder/settings-registries.json" -Raw | Should -Match 'mirror\.example'
        Get-Content -LiteralPath "$folder/state-root.txt" -Raw | Should -Match 'meta\.db'
        (Get-Content -LiteralPath "$folder/containers.json" -Raw | ConvertFrom-Json).Name | Should -Contain 'keeper'
        Get-Content -LiteralPath "$folder/engine.log" -Raw | Should -Match 'planted'
    }
}
