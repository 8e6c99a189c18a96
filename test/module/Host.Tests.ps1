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
