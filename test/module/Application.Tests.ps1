BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if (-not $missing -and -not (Get-Command -Name ip, nft -CommandType Application -ErrorAction Ignore | Select-Object -Skip 1)) { $missing = 'ip or nft is not installed' }
    if ($missing) { Write-Information -MessageData "No container can have a network here ($missing): the tests on the engine are skipped." -InformationAction Continue }
}

Describe 'Applications' -Tag Fast {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $record = New-RecordFile
        Import-SiloForTest -Script @{ record = $record }
        function Get-Sent { param($Method) @(Read-Record $record | Where-Object { $_.method -eq $Method }).params | Select-Object -Last 1 }
    }
    AfterAll { Remove-SiloForTest }
    It 'New-ContainerApplication sends absolute paths and the variables of the session, warns, and gives what was done' {
        $env:SILO_APPLICATION_TEST = 'here'
        try { $item = New-ContainerApplication -Path 'compose.yaml' -Name 'shop' -Profile 'debug' -EnvironmentFile 'my.env' -Start -Build -RemoveOrphan -TimeoutSeconds 9 -WarningVariable warning -WarningAction SilentlyContinue } finally { $env:SILO_APPLICATION_TEST = $null }
        $item.PSTypeNames[0] | Should -Be 'Silo.ContainerApplicationItem'
        $item.Action | Should -Be 'Created'
        "$warning" | Should -Match 'TAG'
        $sent = Get-Sent 'application/apply'
        $sent.files | Should -Be (Join-Path -Path $PWD -ChildPath 'compose.yaml')
        $sent.environmentFiles | Should -Be (Join-Path -Path $PWD -ChildPath 'my.env')
        ($sent.environment | Where-Object { $_.name -eq 'SILO_APPLICATION_TEST' }).value | Should -Be 'here'
        $sent.profiles | Should -Be 'debug'
        $sent.start, $sent.build, $sent.removeOrphans, $sent.timeoutSeconds, $sent.dryRun | Should -Be $true, $true, $true, 9, $false
    }
    It 'New-ContainerApplication -WhatIf is the dry run of the engine' {
        (New-ContainerApplication -WhatIf -WarningAction SilentlyContinue).Action | Should -Be 'WouldCreate'
        (Get-Sent 'application/apply').dryRun | Should -BeTrue
        (Get-Sent 'application/apply').files | Should -Be "$PWD"
    }
    It 'Get-ContainerApplication gives all, those of a pattern, and those that are named' {
        (Get-ContainerApplication).Name | Should -Be 'shop', 'blog'
        (Get-ContainerApplication -Name 's*').Name | Should -Be 'shop'
        $one = Get-ContainerApplication -Name 'shop'
        $one.PSTypeNames[0] | Should -Be 'Silo.ContainerApplication'
        $one.CreatedAt | Should -BeOfType [datetime]
        $one | Format-Table | Out-String | Should -Match 'web \(1/2\)'
        Get-ContainerApplication -Name 'absent' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ApplicationNotFound,Get-ContainerApplication'
    }
    It 'Start- and Stop-ContainerApplication take names, patterns and objects' {
        Get-ContainerApplication -Name 'blog' | Start-ContainerApplication | Should -BeNullOrEmpty
        (Get-Sent 'application/start').name | Should -Be 'blog'
        (Stop-ContainerApplication -Name 'b*' -TimeoutSeconds 3 -PassThru).Name | Should -Be 'blog'
        (Get-Sent 'application/stop').timeoutSeconds | Should -Be 3
        Start-ContainerApplication -Name 'shop' -Verbose 4>&1 | Out-String | Should -Match "'shop'"
    }
    It 'Get-ContainerLog gives the lines of an application with their services' {
        $lines = @(Get-ContainerLog -Application 'shop' -Service 'web', 'db' -Tail 5 -Since ([datetime] '2026-11-22') -Stream stdout -Follow)
        $lines.Service | Should -Be 'web', 'db'
        $lines[1].PSTypeNames[0] | Should -Be 'Silo.ApplicationLogLine'
        $lines[1].Time | Should -BeOfType [datetime]
        $lines | Format-Table | Out-String | Should -Match 'shop-db-1'
        $sent = Get-Sent 'application/log'
        $sent.name, $sent.tail, $sent.only, $sent.follow | Should -Be 'shop', 5, 'stdout', $true
        $sent.services | Should -Be 'web', 'db'
        { Get-ContainerLog -Application 'gone' -ErrorAction Stop } | Should -Throw -ErrorId 'ApplicationNotFound,Get-ContainerLog'
    }
    It 'Remove-ContainerApplication tells what it did, and with -WhatIf what it would do' {
        (Remove-ContainerApplication -Name 'shop' -RemoveVolume).Action | Should -Be 'Removed'
        (Get-Sent 'application/remove').removeVolumes | Should -BeTrue
        ('shop' | Remove-ContainerApplication -WhatIf).Action | Should -Be 'WouldRemove'
        Remove-ContainerApplication -Name 'gone' -Force -ErrorAction Stop | Should -BeNullOrEmpty
    }
    It 'completes names of applications' {
        [void] (Get-ContainerApplication)
        (TabExpansion2 -inputScript 'Stop-ContainerApplication -Name bl' -cursorColumn 34).CompletionMatches.CompletionText | Should -Contain 'blog'
    }
}

Describe 'An application on the engine' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $stateRoot = Initialize-StateRoot
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $TestDrive) -Name 'tools' -Command '/bin/sh')
        $folder = New-Item -ItemType Directory -Path (Join-Path -Path (Get-PSDrive -Name TestDrive).Root -ChildPath 'shop')
        $file = Join-Path -Path $folder -ChildPath 'compose.yaml'
        Set-Content -LiteralPath $file -Value @'
services:
  web:
    image: tools
    command: [sh, -c, "mkdir -p /www; echo ${GREETING:-hello} > /www/index; exec httpd -f -p 80 -h /www"]
    healthcheck: { test: "printf 'GET /index HTTP/1.0\\r\\n\\r\\n' | nc 127.0.0.1 80 | grep -q .", interval: 200ms, start_interval: 100ms, retries: 100 }
    stop_grace_period: 0s
  client:
    image: tools
    command: [sh, -c, "printf 'GET /index HTTP/1.0\\r\\n\\r\\n' | nc web 80 | tail -n 1; exec sleep 1000"]
    stop_grace_period: 0s
    depends_on: { web: { condition: service_healthy } }
'@
    }
    AfterAll { Clear-StateRoot -Path $stateRoot }
    It 'comes up in order, is found by name, changes only what differs, and goes away' {
        $plan = New-ContainerApplication -Path $folder -Start -WhatIf
        $plan.Action | Sort-Object -Unique | Should -Be 'WouldCreate'
        Get-ContainerApplication | Should -BeNullOrEmpty
        (New-ContainerApplication -Path $folder -Start).Action | Sort-Object -Unique | Should -Be 'Created'
        $application = Get-ContainerApplication -Name 'shop'
        $application.State | Should -Be 'Running'
        ($application.Services | Where-Object Name -EQ 'web').Healthy | Should -Be 1
        Wait-Until { (Get-ContainerLog -Name 'shop-client-1').Text -eq 'hello' } | Should -BeTrue
        (New-ContainerApplication -Path $folder -Start).Action | Sort-Object -Unique | Should -Be 'Kept'
        $env:GREETING = 'again'
        try { $changed = New-ContainerApplication -Path $file -Start } finally { $env:GREETING = $null }
        ($changed | Where-Object Action -EQ 'Recreated').Name | Should -Be 'shop-web-1'
        (Stop-ContainerApplication -Name 'shop' -PassThru).State | Should -Be 'Stopped'
        (Remove-ContainerApplication -Name 'shop').Action | Sort-Object -Unique | Should -Be 'Removed'
        Get-Container | Should -BeNullOrEmpty
    }
    It 'is refused by name and line where its file asks for what Silo does not have' {
        $bad = Join-Path -Path $folder -ChildPath 'bad.yaml'
        Set-Content -LiteralPath $bad -Value "services:`n  web:`n    image: tools`n    external_links: [db]"
        New-ContainerApplication -Path $bad -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ComposeInvalid,New-ContainerApplication'
        "$($problem[0])" | Should -Match 'services\.web\.external_links \(line 4\)'
    }
}
