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
    It 'Measure-Container measures what runs, or what is named, and waits for the share of the processor' {
        $all = Measure-Container
        $all[0].PSTypeNames[0] | Should -Be 'Silo.ContainerMeasurement'
        $all[0].CpuPercent | Should -Be 12.5
        (Get-Sent 'container/statistics').sampleMilliseconds | Should -Be 200
        ('db', 'web-1' | Measure-Container -IntervalSeconds 0.5).Name | Should -Be 'db', 'web-1'
        (Get-Sent 'container/statistics').sampleMilliseconds | Should -Be 500
        @(Measure-Container -Name 'nothing*').Count | Should -Be 0
    }
    It 'Measure-Container goes on with -Continuous until nobody reads' { @(Measure-Container -Name 'db' -Continuous -IntervalSeconds 0.1 | Select-Object -First 3).Count | Should -Be 3 }
    It 'Set-Container sends what is given and nothing else' {
        Set-Container -Name 'db' -MemoryBytes 1GB -RestartPolicy OnFailure -MaximumRetryCount 2
        $sent = Get-Sent 'container/update'
        $sent.memoryBytes | Should -Be 1GB
        $sent.restartPolicy.maximumRetries | Should -Be 2
        $sent.PSObject.Properties.Name | Should -Not -Contain 'cpuCount'
        (Set-Container -Name 'db' -MemoryBytes 2GB -PassThru).MemoryBytes | Should -Be 2GB
    }
    It 'Get-ContainerEvent gives events with their times, and sends its filters' {
        $events = Get-ContainerEvent
        $events.Seq | Should -Be 1, 2, 3
        $events[0].Time | Should -BeOfType [datetime]
        $events[0].PSObject.Properties.Name | Should -BeExactly 'Seq', 'Time', 'Kind', 'Subject', 'Attributes'
        @($events.Attributes)[0].PSObject.Properties.Name | Should -BeExactly 'Name', 'Value'
        [void] (Get-ContainerEvent -Container 'web-1' -Kind 'container/' -Since ([datetime] '2026-11-22') -Follow -FromBeginning)
        $sent = Get-Sent 'event/list'
        $sent.containers | Should -Be 'web-1'
        $sent.kind | Should -Be 'container/'
        $sent.follow | Should -BeTrue
        $sent.afterSeq | Should -Be 0
    }
    It 'Wait-Container waits for what -For says, and for a port where one is named' {
        Wait-Container -Name 'web-1' -Port 80 -TimeoutSeconds 5
        $sent = Get-Sent 'container/wait'
        $sent.for | Should -Be 'Port'
        $sent.port | Should -Be 80
        Wait-Container -Name 'web-1' -For Healthy
        (Get-Sent 'container/wait').for | Should -Be 'Healthy'
        (Get-Sent 'container/wait').Keys | Should -Not -Contain 'port'
    }
    It 'Enter-ContainerSession says why it cannot: no such container, one that does not run, no terminal' {
        Enter-ContainerSession -Name 'fail-ContainerNotFound' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerNotFound,Enter-ContainerSession'
        Enter-ContainerSession -Name 'web-2' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerNotRunning,Enter-ContainerSession'
        Enter-ContainerSession -Name 'web-1' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ParameterInvalid,Enter-ContainerSession'
    }
    It 'Get-Container -Unmanaged gives what others have made' {
        $found = Get-Container -Unmanaged
        $found.PSTypeNames[0] | Should -Be 'Silo.UnmanagedContainer'
        $found.Name, $found.Owner, $found.Pid | Should -Be 'theirs', 'docker', 4711
        $found.CreatedAt | Should -BeOfType [datetime]
        $found | Format-Table | Out-String | Should -Match 'ffffffffffff'
        { Get-Container -Unmanaged -State Running } | Should -Throw
    }
    It 'Get-ContainerLog asks for one stream, and for lines before a time' {
        [void] (Get-ContainerLog -Name 'web-1' -Stream stderr -Until ([datetime] '2026-11-22'))
        $sent = Get-Sent 'container/log'
        $sent.only | Should -Be 'stderr'
        $sent.until | Should -Not -BeNullOrEmpty
    }
    It 'Wait-ContainerProcess takes processes from the pipeline' {
        (Get-ContainerProcess -Name 'web-1' | Wait-ContainerProcess -TimeoutSeconds 3 -PassThru).ExitCode | Should -Be 0
        (Get-Sent 'process/wait').timeoutSeconds | Should -Be 3
    }
    It 'Stop-ContainerProcess takes processes from the pipeline' {
        (Get-ContainerProcess -Name 'web-1' | Stop-ContainerProcess -Force -PassThru).ExitCode | Should -Be 143
        (Get-Sent 'process/stop').force | Should -BeTrue
        (Get-Sent 'process/stop').container | Should -Be (Get-Container -Name 'web-1').Id
    }
    It 'Invoke-ContainerCommand gives the output, and an error for an exit code that is not 0' {
        Invoke-ContainerCommand -Name 'web-1' -FilePath 'exit' -ArgumentList '0' -Environment @{ A = 'b' } -InformationAction SilentlyContinue | Should -Not -BeNullOrEmpty
        (Get-Sent 'process/run').environment.name | Should -Be 'A'
        Invoke-ContainerCommand -Name 'web-1' -FilePath 'exit' -ArgumentList '5' -InformationAction SilentlyContinue -ErrorVariable problem -ErrorAction SilentlyContinue | Out-Null
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerExitedNonZero,Invoke-ContainerCommand'
        $problem[0].TargetObject.ExitCode | Should -Be 5
        # The container goes on: it is the command that has ended.
        "$($problem[0])" | Should -Match "'exit'.*'web-1'|'web-1'.*'exit'"
    }
    It 'Invoke-ContainerCommand -AsByteStream gives arrays of bytes, and standard error as before' {
        $arrays = @(Invoke-ContainerCommand -Name 'web-1' -FilePath 'exit' -ArgumentList '0' -AsByteStream -InformationVariable told -InformationAction SilentlyContinue)
        $arrays.Count | Should -Be 2
        $arrays[0] -is [byte[]] | Should -BeTrue
        [Convert]::ToBase64String($arrays[0]) | Should -Be ([Convert]::ToBase64String([byte[]] (0..255)))
        $arrays[1] | Should -Be 13, 10, 0
        $told.MessageData | Should -Be 'a warning'
        (Get-Sent 'process/run').outputBytes | Should -BeTrue
        $arrays = @(Invoke-ContainerImage -Image 'busybox:latest' -AsByteStream -InformationAction SilentlyContinue)
        $arrays[0].Length + $arrays[1].Length | Should -Be 259
    }
    It 'Invoke-ContainerCommand -OutFile writes a file, replaces none without -Force, and leaves none where it fails' {
        Push-Location -LiteralPath $TestDrive
        try {
            $before = @(Get-ChildItem).Count
            Invoke-ContainerCommand -Name 'web-1' -FilePath 'exit' -ArgumentList '0' -OutFile './bytes' -InformationAction SilentlyContinue | Should -BeNullOrEmpty
            $written = [System.IO.File]::ReadAllBytes((Join-Path -Path $TestDrive -ChildPath 'bytes'))
            [Convert]::ToBase64String($written) | Should -Be ([Convert]::ToBase64String([byte[]] ((0..255) + 13, 10, 0)))
            { Invoke-ContainerCommand -Name 'web-1' -FilePath 'exit' -ArgumentList '0' -OutFile './bytes' } | Should -Throw -ErrorId 'PathExists,Invoke-ContainerCommand'
            { Invoke-ContainerCommand -Name 'web-1' -FilePath 'exit' -ArgumentList '0' -OutFile './absent/bytes' } | Should -Throw -ErrorId 'PathNotFound,Invoke-ContainerCommand'
            { Invoke-ContainerCommand -Name 'web-1' -FilePath 'exit' -ArgumentList '0' -OutFile './bytes' -AsByteStream -Force } | Should -Throw -ErrorId 'ParameterInvalid,Invoke-ContainerCommand'
            { Invoke-ContainerCommand -Name 'web-1', 'web-2' -FilePath 'exit' -ArgumentList '0' -OutFile './bytes' -Force -InformationAction SilentlyContinue } | Should -Throw -ErrorId 'ParameterInvalid,Invoke-ContainerCommand'
            Invoke-ContainerCommand -Name 'fail-ContainerNotRunning' -FilePath 'exit' -ArgumentList '0' -OutFile './none' -ErrorAction SilentlyContinue
            Invoke-ContainerImage -Image 'busybox:latest' -OutFile './bytes' -Force -InformationAction SilentlyContinue
            @(Get-ChildItem).Count | Should -Be ($before + 1)
        } finally { Pop-Location }
    }
    It 'a command that is stopped leaves no file of -OutFile' {
        $folder = Join-Path -Path $TestDrive -ChildPath 'stopped'
        [void] (New-Item -Path $folder -ItemType Directory)
        $pipeline = [powershell]::Create([System.Management.Automation.RunspaceMode]::NewRunspace)
        try {
            [void] $pipeline.AddScript({ param($Manifest, $File) Import-Module -Name $Manifest; Invoke-ContainerImage -Image 'busybox:latest' -Name 'endless' -OutFile $File -Confirm:$false }).AddArgument((Get-Module -Name Silo).Path.Replace('.psm1', '.psd1')).AddArgument((Join-Path -Path $folder -ChildPath 'endless'))
            [void] $pipeline.BeginInvoke()
            Wait-Until { @(Get-ChildItem -LiteralPath $folder).Count -eq 1 }
            $pipeline.Stop()
            Wait-Until { @(Get-ChildItem -LiteralPath $folder).Count -eq 0 }
        } finally { $pipeline.Dispose() }
    }
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
    It 'is measured, changed and told of while it runs' {
        Start-Container -Name 'number'
        $measured = Measure-Container -Name 'number'
        $measured.MemoryBytes | Should -BeGreaterThan 0
        $measured.ProcessCount | Should -BeGreaterOrEqual 1
        Set-Container -Name 'number' -MemoryBytes 64MB
        (Measure-Container -Name 'number').MemoryLimitBytes | Should -Be 64MB
        Invoke-ContainerCommand -Name 'number' -FilePath 'cat' -ArgumentList '/etc/hostname' | Should -Be (Get-Container -Name 'number').HostName
        $random = Join-Path -Path $TestDrive -ChildPath 'random'
        Invoke-ContainerCommand -Name 'number' -FilePath 'sh' -ArgumentList '-c', 'dd if=/dev/urandom of=/tmp/random bs=1M count=8 2>/dev/null; printf end >> /tmp/random'
        $digest = (Invoke-ContainerCommand -Name 'number' -FilePath 'sha256sum' -ArgumentList '/tmp/random').Split(' ')[0]
        Invoke-ContainerCommand -Name 'number' -FilePath 'cat' -ArgumentList '/tmp/random' -OutFile $random
        (Get-FileHash -LiteralPath $random -Algorithm SHA256).Hash | Should -Be $digest
        (Invoke-ContainerCommand -Name 'number' -FilePath 'cat' -ArgumentList '/tmp/random' -AsByteStream | Measure-Object -Property Length -Sum).Sum | Should -Be (8MB + 3)
        $process = Start-ContainerProcess -Name 'number' -FilePath 'sleep' -ArgumentList '100'
        (Get-ContainerProcess -Name 'number' -State Running).Id | Should -Be $process.Id
        ($process | Stop-ContainerProcess -Force -PassThru).ExitCode | Should -Be 137
        (Get-ContainerEvent -Container 'number').Kind | Should -Contain 'container/update'
        Get-ContainerEvent -Follow -FromBeginning | Where-Object Kind -EQ 'container/rename' | Select-Object -First 1 | ForEach-Object { $_.Attributes.Value } | Should -Be 'counter', 'number'
    }
    It 'cannot be frozen when it does not run' {
        Stop-Container -Name 'number'
        Suspend-Container -Name 'number' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerNotRunning,Suspend-Container'
    }
}
