Describe 'The service of this host' -Tag 'Fast' {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $record = New-RecordFile
        Import-SiloForTest -Script @{ record = $record }
        function Read-HostCall { Read-Record -Path $record | Where-Object { $_.method -like 'host/*install' } }
    }
    AfterAll { Remove-SiloForTest }

    It 'is installed and shown' {
        $service = Install-ContainerHost
        $service.PSTypeNames | Should -Contain 'Silo.ContainerHostService'
        $service.Installed, $service.Running, $service.RestartNeeded | Should -Be $true, $true, $false
        $service.UnitPath | Should -Be '/etc/systemd/system/silo-supervisor.service'
        ($service | Out-String) | Should -Match 'Service\s+: /etc/systemd'
    }
    It 'asks for features, and warns that a restart is needed' {
        (Install-ContainerHost -Feature Containers -WarningVariable warning -WarningAction SilentlyContinue).RestartNeeded | Should -BeTrue
        $warning | Should -Not -BeNullOrEmpty
        @(Read-HostCall)[-1].params.features | Should -Be 'Containers'
    }
    It 'changes nothing with -WhatIf' {
        $before = @(Read-HostCall).Count
        Install-ContainerHost -Feature Containers, HyperV -WhatIf | Should -BeNullOrEmpty
        @(Read-HostCall).Count | Should -Be $before
    }
    It 'is taken away; what is kept stays unless that is asked for' {
        (Uninstall-ContainerHost).Installed | Should -BeFalse
        @(Read-HostCall)[-1].params.removeStore | Should -BeFalse
        { Uninstall-ContainerHost -RemoveStore -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerRunning,Uninstall-ContainerHost'
        (Uninstall-ContainerHost -RemoveStore -Force).Installed | Should -BeFalse
    }
}

Describe 'The page of this host' -Tag 'Fast' {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $record = New-RecordFile
        Import-SiloForTest -Script @{ record = $record }
        $path = Join-Path -Path $TestDrive -ChildPath 'host.html'
    }
    AfterAll { Remove-SiloForTest }

    It 'is saved as one file, without the environment of containers' {
        Show-ContainerHost -Path $path | Should -BeNullOrEmpty
        $text = Get-Content -LiteralPath $path -Raw
        $text | Should -Match '"name":"web-1"'
        $text | Should -Match "default-src 'none'"
        $text | Should -Not -Match 'hunter2'
        $text | Should -Not -Match '\{\{'
    }
    It 'replaces a file with -Force alone, and is given with -PassThru' {
        { Show-ContainerHost -Path $path -ErrorAction Stop } | Should -Throw -ErrorId 'PathExists,Show-ContainerHost'
        $page = Show-ContainerHost -Path $path -Force -PassThru
        $page.PSTypeNames | Should -Contain 'Silo.ContainerHostPage'
        $page.Path, $page.SizeBytes | Should -Be $path, (Get-Item -LiteralPath $path).Length
        { Show-ContainerHost -Path (Join-Path -Path $TestDrive -ChildPath 'nowhere/host.html') -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,Show-ContainerHost'
    }
    It 'is neither saved nor served with -WhatIf' {
        Show-ContainerHost -Path "$path.not" -WhatIf
        "$path.not" | Should -Not -Exist
        Show-ContainerHost -PassThru -WhatIf | Should -BeNullOrEmpty
    }
    It 'says where it is, for as long as it is served' {
        $took = Measure-Command -Expression { Show-ContainerHost -NoBrowser -TimeoutSeconds 1 -WarningVariable warning -WarningAction SilentlyContinue }
        "$warning" | Should -Match 'http://127\.0\.0\.1:\d+/open/[0-9a-f]{32}$'
        $took.TotalSeconds | Should -BeGreaterThan 0.9
        $port = [regex]::Match("$warning", ':(\d+)/').Groups[1].Value
        { [System.Net.Sockets.TcpClient]::new('127.0.0.1', [int] $port) } | Should -Throw
    }
    It 'is not opened where the host does not answer' {
        Import-SiloForTest -Script @{ fail = 'StoreBusy' }
        { Show-ContainerHost -NoBrowser -ErrorAction Stop } | Should -Throw -ErrorId 'StoreBusy,Show-ContainerHost'
    }
}
