BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if ($missing) { Write-Information -MessageData "No container can run here ($missing): the tests on the engine are skipped." -InformationAction Continue }
}

Describe 'The module on the engine' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        # What a host without utility VMs does; with them tests of the engine's own show it.
        $env:SILO_MACHINES = '/nowhere'
        $stateRoot = Initialize-StateRoot
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $TestDrive) -Name 'tools' -Command '/bin/sh')
    }
    AfterAll {
        Clear-StateRoot -Path $stateRoot
        Remove-Item -Path Env:\SILO_MACHINES
    }

    Context 'what a container writes' {
        It 'arrives apart: output on the pipeline, errors as information' {
            Invoke-ContainerImage -Image 'tools' -Command 'sh', '-c', 'echo out; echo err >&2' -AutoRemove -InformationVariable information | Should -Be 'out'
            "$($information.MessageData)" | Should -Be 'err'
            $information.Tags | Should -Be 'stderr'
        }
        It 'arrives whole: 50,000 lines' { @(Invoke-ContainerImage -Image 'tools' -Command 'seq', '1', '50000' -AutoRemove)[-1] | Should -Be '50000' }
        It 'keeps every character' {
            $text = "$([char] 0xD55C)$([char] 0xAE00) $([char]::ConvertFromUtf32(0x1F6A2)) 2026-11-22T00:00:00Z /Date(0)/ `"quoted`" \back"
            Invoke-ContainerImage -Image 'tools' -Command 'printf', '%s\n', $text -AutoRemove | Should -BeExactly $text
        }
        It 'may be empty' { Invoke-ContainerImage -Image 'tools' -Command 'true' -AutoRemove | Should -BeNullOrEmpty }
        It 'is followed until it ends' {
            $container = Invoke-ContainerImage -Image 'tools' -Command 'sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.2; done' -Detach
            ($container | Get-ContainerLog -Follow).Text | Should -Be '1', '2', '3'
            ($container | Get-ContainerLog -Tail 1).Text | Should -Be '3'
            $container | Remove-Container -Force
        }
        It 'does not fill the memory of the engine while nobody reads' {
            $container = Invoke-ContainerImage -Image 'tools' -Command 'sh', '-c', 'yes 0123456789012345678901234567890123456789 | head -n 2000000' -Detach
            [void] (Wait-Container -Id $container.Id -TimeoutSeconds 60)
            $before = (Get-ContainerHost).EngineMemoryBytes
            $memory = $container | Get-ContainerLog | Select-Object -First 1 | ForEach-Object { Start-Sleep -Seconds 2; (Get-ContainerHost).EngineMemoryBytes }
            ($memory - $before) / 1MB | Should -BeLessThan 20
            $container | Remove-Container -Force
        }
    }

    Context 'exit codes' {
        It 'other than zero are an error that goes on' {
            Invoke-ContainerImage -Image 'tools' -Name 'code' -Command 'sh', '-c', 'exit 42' -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerExitedNonZero,Invoke-ContainerImage'
            $problem[0].TargetObject.ExitCode | Should -Be 42
            (Get-Container -Name 'code').ExitCode | Should -Be 42
            Remove-Container -Name 'code'
        }
        It 'are in the object with -PassThru' {
            $result = Invoke-ContainerImage -Image 'tools' -Command 'sh', '-c', 'echo a; echo b; echo c >&2; exit 5' -PassThru -AutoRemove
            $result.ExitCode | Should -Be 5
            $result.StdOut | Should -Be "a`nb"
            $result.StdErr | Should -Be 'c'
        }
        It 'of a process are told by its wait' { (Start-Container -Id (New-Container -Image 'tools' -Command 'false').Id -PassThru | Wait-Container -TimeoutSeconds 20 -PassThru).ExitCode | Should -Be 1 }
    }

    Context 'errors' {
        It '<What> is <Code>' -ForEach @(
            @{ What = 'a name that is not there'; Code = 'ContainerNotFound,Start-Container'; Do = { Start-Container -Name 'nobody' -ErrorAction Stop } }
            @{ What = 'an image that is not there'; Code = 'ImageNotFound,New-Container'; Do = { New-Container -Image 'nothing:1' -Pull Never -ErrorAction Stop } }
            @{ What = 'a name with a blank'; Code = 'ContainerNameInvalid,New-Container'; Do = { New-Container -Image 'tools' -Name 'a b' -ErrorAction Stop } }
            @{ What = 'an archive that is not there'; Code = 'PathNotFound,Import-ContainerImage'; Do = { Import-ContainerImage -Path '/nowhere.tar' -Name 'x' -ErrorAction Stop } }
            @{ What = 'a program that is not there'; Code = 'ExecutableNotFound,Invoke-ContainerImage'; Do = { Invoke-ContainerImage -Image 'tools' -Command '/no/such/program' -AutoRemove -ErrorAction Stop } }
            @{ What = 'an image reference in capitals'; Code = 'ImageReferenceInvalid,New-Container'; Do = { New-Container -Image 'TOOLS:UPPER' -ErrorAction Stop } }
            @{ What = 'an isolation this host lacks'; Code = 'IsolationUnsupported,New-Container'; Do = { New-Container -Image 'tools' -Isolation HyperV -ErrorAction Stop } }
        ) {
            $caught = try { & $Do; $null } catch { $_ }
            $caught.FullyQualifiedErrorId | Should -Be $Code
            $caught.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }
        It 'call a container by its name, however it was referred to' {
            $container = Invoke-ContainerImage -Image 'tools' -Name 'busy' -Command 'sleep', '1000' -StopTimeoutSeconds 0 -Detach
            $errors = & {
                Remove-Container -Name 'busy'
                Remove-Container -Id $container.Id
                Get-Container -Name 'bus*' | Set-Isolation -Isolation Process
                Suspend-Container -Name 'busy'
                Invoke-ContainerCommand -Name 'busy' -FilePath 'ls'
                Stop-Container -Name 'busy' -Force
                Measure-Container -Name 'busy'
                Suspend-Container -Name 'busy'
                Invoke-ContainerCommand -Id $container.Id -FilePath 'ls'
            } 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }
            Remove-Container -Name 'busy' -Force
            $errors.Count | Should -Be 7
            foreach ($problem in $errors) { "$problem" | Should -Match "'busy'" }
        }
        It 'of one name leave the others alone' {
            [void] (New-Container -Image 'tools' -Name 'one')
            [void] (New-Container -Image 'tools' -Name 'two')
            Remove-Container -Name 'one', 'nobody', 'two' -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem.Count | Should -Be 1
            Get-Container -Name 'one*', 'two*' | Should -BeNullOrEmpty
        }
    }

    Context 'repeating' {
        It 'changes nothing: start, stop, remove with -Force, create with -IfNotExists' {
            $first = New-Container -Image 'tools' -Name 'again' -Command 'sleep', '1000' -IfNotExists
            (New-Container -Image 'tools' -Name 'again' -Command 'sleep', '1000' -IfNotExists).Id | Should -Be $first.Id
            { New-Container -Image 'tools' -Name 'again' -Command 'sleep', '2' -IfNotExists -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerNameInUse,New-Container'
            Start-Container -Name 'again'
            $process = (Get-Container -Name 'again').Pid
            Start-Container -Name 'again'
            (Get-Container -Name 'again').Pid | Should -Be $process
            Stop-Container -Name 'again' -Force
            Stop-Container -Name 'again' -ErrorVariable problem
            Remove-Container -Name 'again' -Force
            Remove-Container -Name 'again' -Force -ErrorVariable +problem
            $problem | Should -BeNullOrEmpty
        }
        It 'keeps odd labels as they are' {
            $labels = [System.Collections.Generic.Dictionary[string, string]]::new()
            $labels['date'] = '2026-11-22T04:05:06Z'; $labels['Path'] = 'one'; $labels['PATH'] = '/Date(0)/'; $labels[''] = 'empty'
            $found = (New-Container -Image 'tools' -Name 'labels' -Label $labels).Labels
            foreach ($key in $labels.Keys) { ($found | Where-Object Name -CEQ $key).Value | Should -BeExactly $labels[$key] }
            Remove-Container -Name 'labels'
        }
    }

    Context 'several engines, and none' {
        It 'keeps a container running when its engine is killed, and finds it again' {
            $container = Invoke-ContainerImage -Image 'tools' -Name 'survivor' -Command 'sh', '-c', 'sleep 1; echo still here; sleep 1000' -Detach
            $engine = Get-Process -Id (Get-EnginePid)
            $engine.Kill()
            [void] $engine.WaitForExit(5000)
            (Get-Container -Name 'survivor').State | Should -Be 'Running'
            Wait-Until { (Get-ContainerLog -Name 'survivor').Text -eq 'still here' } | Should -BeTrue
            Get-EnginePid | Should -Not -Be $engine.Id
            Remove-Container -Name $container.Name -Force
        }
        It 'ends its engine after five idle minutes, and starts another without a word' {
            $before = Invoke-ContainerImage -Image 'tools' -Name 'patient' -Command 'sleep', '1000' -Detach
            Remove-Module -Name Silo
            # Signals let minutes pass in engines that start from here on.
            $env:NODE_OPTIONS = "--import=$(Join-Path -Path (Get-ProjectRoot) -ChildPath 'test/fixtures/child-clock.ts')"
            try { Import-SiloForTest -RealEngine; $engine = Get-Process -Id (Get-ContainerHost).EnginePid } finally { Remove-Item -Path Env:\NODE_OPTIONS }
            foreach ($minute in 1..4) {
                & /bin/kill -USR2 $engine.Id
                Wait-Until { & (Get-Module -Name Silo) { [System.Text.Encoding]::UTF8.GetString($script:Engine.ErrorBuffer) -match "`"minute`":$($args[0])" } $minute } | Should -BeTrue
            }
            $engine.HasExited | Should -BeFalse
            & /bin/kill -USR2 $engine.Id
            $engine.WaitForExit(20000) | Should -BeTrue
            $errorsBefore = $Error.Count
            $said = (Get-Container -Name 'patient' -OutVariable after) *>&1
            $said.Count | Should -Be 1
            $Error.Count | Should -Be $errorsBefore
            Get-EnginePid | Should -Not -Be $engine.Id
            $after.State, $after.Pid | Should -Be 'Running', $before.Pid
            Remove-Container -Name 'patient' -Force
        }
        It 'shares containers with other sessions' {
            [void] (New-Container -Image 'tools' -Name 'shared')
            $manifest = (Get-Module -Name Silo).Path.Replace('.psm1', '.psd1')
            $names = 1..3 | ForEach-Object -Parallel { Import-Module -Name $using:manifest; (Get-Container -Name 'shared').Name; Remove-Module -Name Silo } -ThrottleLimit 3
            $names | Should -Be 'shared', 'shared', 'shared'
            Remove-Container -Name 'shared'
        }
        It 'works in a job' {
            $job = Invoke-ContainerImage -Image 'tools' -Command 'echo', 'from a job' -AutoRemove -AsJob
            $job | Wait-Job -Timeout 60 | Receive-Job | Should -Be 'from a job'
            $job | Remove-Job
        }
        It 'stops what a stopped job ran' {
            $job = Invoke-ContainerImage -Image 'tools' -Name 'endless' -Command 'sleep', '1000' -AsJob
            Wait-Until { (Get-Container -Name 'endl*').State -eq 'Running' } | Should -BeTrue
            $job | Stop-Job
            Wait-Until { (Get-Container -Name 'endl*').State -ne 'Running' } -TimeoutSeconds 20 | Should -BeTrue
            $job | Remove-Job -Force
            Get-Container -Name 'endl*' | Remove-Container -Force
        }
    }

    Context 'many containers' {
        It 'starts and removes twenty with one command each' {
            $containers = 1..20 | ForEach-Object { New-Container -Image 'tools' -Name "many-$_" -Command 'sleep', '1000' }
            Start-Container -Name $containers.Name
            @(Get-Container -Name 'many-*' -State Running).Count | Should -Be 20
            Remove-Container -Name 'many-*' -Force
            Get-Container -Name 'many-*' | Should -BeNullOrEmpty
        }
    }

    Context 'isolation' {
        It 'of processes is what Linux has, asked for by name or not' {
            foreach ($asked in @{}, @{ Isolation = 'Auto' }, @{ Isolation = 'Process' }) {
                $container = New-Container -Image 'tools' -Command 'true' @asked -WarningVariable told
                $container.EffectiveIsolation | Should -Be 'Process'
                $told | Should -BeNullOrEmpty
                (Start-Container -Id $container.Id -PassThru | Wait-Container -TimeoutSeconds 20 -PassThru).ExitCode | Should -Be 0
                Remove-Container -Id $container.Id
            }
        }
        It 'in a VM is refused, with the reason' {
            foreach ($refused in { New-Container -Image 'tools' -Isolation HyperV }, { Invoke-ContainerImage -Image 'tools' -Command 'true' -Isolation HyperV }, { Set-Isolation HyperV -Default }) {
                $caught = try { $ErrorActionPreference = 'Stop'; & $refused; $null } catch { $_ }
                $caught.FullyQualifiedErrorId | Should -BeLike 'IsolationUnsupported,*'
                "$caught" | Should -Match 'no utility VM is set up'
            }
            ((Get-Isolation).Available | Where-Object Isolation -EQ HyperV).Reason | Should -Match 'no utility VM is set up'
            (Get-Isolation).Isolation | Should -Be 'Auto'
        }
        It 'is set for a container, which keeps its files' {
            $container = New-Container -Image 'tools' -Name 'kept' -Command 'sh', '-c', 'echo more >> /state; cat /state'
            Start-Container -Id $container.Id -PassThru | Wait-Container -TimeoutSeconds 20
            $now = Set-Isolation Process -Name 'kept' -PassThru
            $now.Isolation, $now.EffectiveIsolation, $now.Reason | Should -Be 'Process', 'Process', 'Process was asked for'
            Start-Container -Id $container.Id -PassThru | Wait-Container -TimeoutSeconds 20
            @(Get-ContainerLog -Name 'kept').Text | Should -Be 'more', 'more', 'more'
            Set-Isolation HyperV -Name 'kept' -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem[0].FullyQualifiedErrorId | Should -Be 'IsolationUnsupported,Set-Isolation'
            (Get-Isolation -Name 'kept').Isolation | Should -Be 'Process'
            Remove-Container -Name 'kept'
        }
    }

    Context 'the host' {
        It 'says which containers need what it has' {
            (Test-ContainerHost).NeededFor | Sort-Object -Unique | Should -Be 'Advice', 'Everything', 'HyperV'
        }
        It 'takes a default isolation only with -Default' {
            (Set-Isolation -Isolation Process -Default -PassThru).Isolation | Should -Be 'Process'
            (Get-Isolation).Isolation | Should -Be 'Process'
            Set-Isolation -Isolation Auto -Default
        }
        It 'adds little to the time of its engine' {
            [void] (Get-ContainerHost)
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            foreach ($round in 1..50) { [void] (Get-ContainerHost) }
            # The goal is 5 ms above the engine's own time; the rest is for a machine busy with other things.
            $watch.ElapsedMilliseconds / 50 | Should -BeLessThan 100
        }
    }
}
