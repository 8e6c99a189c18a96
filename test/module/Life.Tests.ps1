BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if ($missing) { Write-Information -MessageData "No container can run here ($missing): the tests on the engine are skipped." -InformationAction Continue }
}

Describe 'Containers that go on, wait and begin again' -Tag Fast {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $record = New-RecordFile
        Import-SiloForTest -Script @{ record = $record }
        function Get-Sent { param($Method) @(Read-Record $record | Where-Object { $_.method -eq $Method }).params | Select-Object -Last 1 }
    }
    AfterAll { Remove-SiloForTest }
    It '<_> gives nothing without -PassThru, and the container with it' -ForEach 'Suspend-Container', 'Resume-Container', 'Restart-Container' {
        & $_ -Name 'web-1' | Should -BeNullOrEmpty
        (& $_ -Name 'web-1' -PassThru).PSTypeNames[0] | Should -Be 'Silo.Container'
    }
    It 'Restart-Container sends its time-out and -Force' {
        Restart-Container -Name 'db' -TimeoutSeconds 7 -Force
        (Get-Sent 'container/restart').timeoutSeconds | Should -Be 7
        (Get-Sent 'container/restart').force | Should -BeTrue
    }
    It 'Resume-Container says verbosely that one runs already' { Resume-Container -Name 'web-1' -Verbose 4>&1 | Out-String | Should -Match 'web-1' }
    It 'New-Container sends what is to happen after the end, of its health and of its log' {
        [void] (New-Container -Image 'busybox:latest' -RestartPolicy OnFailure -MaximumRetryCount 3 -HealthCommand 'wget', '-q' -HealthIntervalSeconds 2.5 -HealthRetryCount 2 -LogMaximumBytes 1MB)
        $sent = Get-Sent 'container/create'
        $sent.restartPolicy.name | Should -Be 'OnFailure'
        $sent.restartPolicy.maximumRetries | Should -Be 3
        $sent.healthCheck.command | Should -Be 'wget', '-q'
        $sent.healthCheck.intervalSeconds | Should -Be 2.5
        $sent.healthCheck.retries | Should -Be 2
        $sent.logLimits.maximumSizeBytes | Should -Be 1MB
        $sent.logLimits.keptFiles | Should -Be 5
        [void] (New-Container -Image 'busybox:latest' -NoHealthCheck)
        @((Get-Sent 'container/create').healthCheck.command).Count | Should -Be 0
        [void] (New-Container -Image 'busybox:latest')
        (Get-Sent 'container/create').PSObject.Properties.Name | Should -Not -Contain 'healthCheck'
    }
    It 'Rename-Container gives the container its new name' { (Get-Container -Name 'web-1' | Rename-Container -NewName 'front' -PassThru).Name | Should -Be 'front' }
    It 'Rename-Container names what is in the way' {
        Rename-Container -Name 'web-1' -NewName 'db' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerNameInUse,Rename-Container'
    }
}

Describe 'Real containers that go on, wait and begin again' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $stateRoot = Initialize-StateRoot
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $TestDrive) -Name 'tools' -Command '/bin/sh')
        $container = Invoke-ContainerImage -Image 'tools' -Name 'counter' -Command 'sh', '-c', 'trap "exit 0" TERM; i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done' -Detach
    }
    AfterAll {
        Get-Container | Remove-Container -Force
        Clear-StateRoot -Path $stateRoot
    }
    It 'writes nothing while it is frozen, and goes on where it was' {
        (Suspend-Container -Name 'counter' -PassThru).State | Should -Be 'Paused'
        (Get-Container -Name 'counter').State | Should -Be 'Paused'
        Start-Sleep -Milliseconds 200
        $before = @(Get-ContainerLog -Name 'counter').Count
        Start-Sleep -Milliseconds 400
        @(Get-ContainerLog -Name 'counter').Count | Should -Be $before
        Suspend-Container -Name 'counter'
        (Resume-Container -Name 'counter' -PassThru).State | Should -Be 'Running'
        Wait-Until { @(Get-ContainerLog -Name 'counter').Count -gt $before }
    }
    It 'starts again with a new process and the same id' {
        $before = Get-Container -Name 'counter'
        $after = $before | Restart-Container -PassThru
        $after.Id | Should -Be $before.Id
        $after.State | Should -Be 'Running'
        $after.Pid | Should -Not -Be $before.Pid
    }
    It 'is found by its new name, and by the old one no more' {
        Rename-Container -Name 'counter' -NewName 'number'
        (Get-Container -Name 'number').Id | Should -Be $container.Id
        Get-Container -Name 'counter' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerNotFound,Get-Container'
    }
    It 'is healthy as its check says, and begins again after its end' {
        $web = Invoke-ContainerImage -Image 'tools' -Name 'watched' -Command 'sh', '-c', 'sleep 1; exit 5' -RestartPolicy OnFailure -HealthCommand 'true' -HealthIntervalSeconds 0.2 -Detach
        Wait-Until { (Get-Container -Id $web.Id).Health -eq 'Healthy' }
        Wait-Until { (Get-Container -Id $web.Id).RestartCount -gt 0 }
        Stop-Container -Name 'watched' -Force
        (Get-Container -Name 'watched').RestartPolicy | Should -Be 'OnFailure'
        Remove-Container -Name 'watched'
    }
    It 'cannot be frozen when it does not run' {
        Stop-Container -Name 'number'
        Suspend-Container -Name 'number' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerNotRunning,Suspend-Container'
    }
}
