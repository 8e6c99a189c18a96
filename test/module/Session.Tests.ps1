BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForSsh
    if ($missing) { Write-Information -MessageData "No other host can be played here ($missing): the tests of connections through sessions are skipped." -InformationAction Continue }
    $noContainer = if ($missing) { $missing } else { Get-MissingForContainer }
    # Which host a command asks is chosen in one place, and held to for every command by the tests of connections over ssh.
    $asking = 'Get-Container', 'Get-ContainerEvent', 'Get-ContainerLog', 'Import-ContainerImage', 'Invoke-ContainerCommand', 'Measure-Container', 'New-Container', 'New-ContainerImage', 'Request-ContainerImage', 'Start-Container'
}

BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    function Invoke-OwnShell {
        # Runs text in a PowerShell of its own, answers what it gave, and has the process at the other end of its session killed then. The
        # PowerShell whose session is killed may end itself: an IOException in SSHClientSessionTransportManager.CloseConnection of 7.6.
        param([hashtable] $Server, [string] $Text)
        $file = Join-Path -Path $TestDrive -ChildPath 'own-shell.ps1'
        Set-Content -LiteralPath $file -Value @"
Import-Module -Name '$PSScriptRoot/TestSupport.psm1'
Import-Module -Name '$((Get-Module -Name Silo).Path.Replace('.psm1', '.psd1'))'
`$server = ConvertFrom-Json -AsHashtable -InputObject '$(ConvertTo-Json -InputObject @{ Login = $Server.Login } -Compress)'
`$session = New-TestSession -Server `$server
`$shell = Invoke-Command -Session `$session -ScriptBlock { `$PID }
`$told = & {
$Text
}
"told:`$(ConvertTo-Json -InputObject `$told -Compress)"
Stop-Process -Id `$shell -Force
[void] (Wait-Until { "`$(`$session.State)" -eq 'Broken' })
[Environment]::Exit(0)
"@
        $output = '' | & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $file 2>&1
        $line = @("$($output -join "`n")" -split "`n" -match '^told:')
        if ($line.Count -ne 1) { throw "nothing was told: $output" }
        ConvertFrom-Json -InputObject $line[0].Substring(5)
    }
}

Describe 'Connections through a session' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $constrained = Join-Path -Path $TestDrive -ChildPath 'constrained.pssc'
        New-PSSessionConfigurationFile -Path $constrained -LanguageMode ConstrainedLanguage
        $restricted = Join-Path -Path $TestDrive -ChildPath 'restricted.pssc'
        New-PSSessionConfigurationFile -Path $restricted -SessionType RestrictedRemoteServer
        $server = Start-TestSshServer -Setting (Get-SessionSetting), (Get-SessionSetting -Subsystem 'constrained' -ConfigurationFile $constrained), (Get-SessionSetting -Subsystem 'restricted' -ConfigurationFile $restricted)
        $scripted = Join-Path -Path $PSScriptRoot -ChildPath 'scripted-engine.ts'
        $record = Join-Path -Path $server.Folder -ChildPath 'remote.jsonl'
        $engine = New-EngineFolder -Path "$($server.Folder)/engine" -File $scripted -Script @{ record = $record; containers = 3000 }
        $localRecord = New-RecordFile
        Import-SiloForTest -Script @{ record = $localRecord }
        $session = New-TestSession -Server $server
        $kept = New-Object -TypeName System.Collections.ArrayList
        [void] $kept.Add($session)
        $connection = New-ContainerHostConnection -Session $session -EnginePath $engine -Name 'web'
        function Read-Remote { Read-Record -Path $record }
        function Get-Problem {
            # The error of a connection that fails.
            param([hashtable] $Parameter)
            try { New-ContainerHostConnection @Parameter -ErrorAction Stop | Remove-ContainerHostConnection; throw 'it connected' } catch { $_ }
        }
    }
    AfterAll {
        Remove-SiloForTest
        Get-PSSession | Remove-PSSession
        Stop-TestSshServer -Server $server
    }
    AfterEach {
        while (Get-ContainerHostConnection | Where-Object Entered) { Exit-ContainerHostConnection }
        Get-ContainerHostConnection | Where-Object Name -NE 'web' | Remove-ContainerHostConnection
        Get-PSSession | Where-Object InstanceId -NotIn $kept.InstanceId | Remove-PSSession
    }

    It 'ask the engine of the other host, and this one only where told so' {
        $connection.PSTypeNames | Should -Contain 'Silo.ContainerHostConnection'
        $connection.Carrier | Should -Be 'Session'
        $connection.HostName | Should -Be '127.0.0.1'
        $connection.UserName | Should -Be 'root'
        $connection.Session | Should -Be $session.Name
        $connection.EngineVersion | Should -Be '0.0.0'
        $before = @(Read-Record $localRecord).Count
        (Get-Container -HostConnection $connection -Name 'web-1').ContainerHost | Should -Be 'web'
        (Get-Container -HostConnection 'web' -Name 'web-1').Name | Should -Be 'web-1'
        @(Read-Record $localRecord).Count | Should -Be $before
        (Get-Container -Name 'web-1').PSObject.Properties['ContainerHost'] | Should -BeNullOrEmpty
    }
    It 'may be entered and left, and keep objects from being changed elsewhere' {
        Enter-ContainerHostConnection -Name 'web'
        $container = Get-Container -Name 'web-1'
        $container.ContainerHost | Should -Be 'web'
        Exit-ContainerHostConnection
        $container | Stop-Container -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'HostMismatch,Stop-Container'
        $container | Stop-Container -HostConnection 'web' -PassThru | Should -Not -BeNullOrEmpty
    }
    It 'tell errors as they are told here' {
        Stop-Container -Name 'absent-1' -ErrorVariable here -ErrorAction SilentlyContinue
        Stop-Container -Name 'absent-1' -HostConnection 'web' -ErrorVariable there -ErrorAction SilentlyContinue
        $there[0].FullyQualifiedErrorId | Should -Be 'ContainerNotFound,Stop-Container'
        $there[0].Exception | Should -BeOfType ([System.Management.Automation.ItemNotFoundException])
        "$($there[0].CategoryInfo)" | Should -Be "$($here[0].CategoryInfo)"
        $there[0].ErrorDetails.RecommendedAction | Should -Be $here[0].ErrorDetails.RecommendedAction
    }
    It 'carry thousands of objects, and commands that call each other' {
        $all = Get-Container -HostConnection 'web'
        $all.Count | Should -Be 3000
        @($all.Id | Sort-Object -Unique).Count | Should -Be 3000
        $all[0].CreatedAt | Should -BeOfType ([datetime])
        $text = Get-ContainerLog -Name 'lines-100' -HostConnection 'web' | ForEach-Object { "$($_.Text) $((Get-Container -Name 'c5' -HostConnection 'web').Name)" }
        $text.Count | Should -Be 100
        $text[99] | Should -Be 'line 100 of lines-100 c5'
        @(Get-Container -HostConnection 'web' | Select-Object -First 40 | Stop-Container -HostConnection 'web' -PassThru).Count | Should -Be 40
    }
    It 'carry bytes' {
        $here = @(Invoke-ContainerCommand -Name 'web-1' -FilePath 'exit' -ArgumentList '0' -AsByteStream -InformationAction SilentlyContinue) | ForEach-Object { $_ }
        $there = @(Invoke-ContainerCommand -Name 'web-1' -FilePath 'exit' -ArgumentList '0' -AsByteStream -InformationAction SilentlyContinue -HostConnection 'web') | ForEach-Object { $_ }
        $here.Count | Should -BeGreaterThan 0
        $there | Should -Be $here
        $file = Join-Path -Path $TestDrive -ChildPath 'bytes'
        Invoke-ContainerCommand -Name 'web-1' -FilePath 'exit' -ArgumentList '0' -OutFile $file -InformationAction SilentlyContinue -HostConnection 'web'
        [System.IO.File]::ReadAllBytes($file) | Should -Be $here
    }
    It 'carry requests and answers that are large' {
        $label = @{}
        foreach ($number in 1..4000) { $label["label-$number"] = 'x' * 100 }
        [void] (New-Container -Image 'busybox:latest' -Name 'wide' -Label $label -HostConnection 'web')
        @(@(Read-Remote | Where-Object { $_.method -eq 'container/create' })[-1].params.labels).Count | Should -Be 4000
    }
    It 'keep a login of one host from the others' {
        [void] (Connect-ContainerRegistry -Registry 'private.example' -Credential (Get-TestCredential) -HostConnection 'web')
        & (Get-Module -Name Silo) { $script:KnownCredential.Count } | Should -Be 0
    }
    It 'want whole paths, since files are those of the other host' {
        { Import-ContainerImage -Path './image.tar' -HostConnection 'web' } | Should -Throw -ErrorId 'PathOfOtherHost,Import-ContainerImage'
    }
    It 'carry no terminal' {
        { Enter-ContainerSession -Name 'web-1' -HostConnection 'web' } | Should -Throw -ErrorId 'HostSessionWithoutTerminal,Enter-ContainerSession'
    }
    It 'go with a job, which has a session of its own' {
        $before = @(Read-Record $localRecord).Count
        $job = Restart-Container -Name 'web-1' -AsJob -HostConnection 'web'
        (Get-Container -Name 'web-1' -HostConnection 'web').Name | Should -Be 'web-1'
        $job | Receive-Job -Wait -AutoRemoveJob
        Read-Remote | Where-Object { $_.method -eq 'container/restart' } | Should -Not -BeNullOrEmpty
        @(Read-Record $localRecord).Count | Should -Be $before
        Wait-Until { @(Get-Process -Name 'pwsh' | Where-Object { "$([System.IO.File]::ReadAllText("/proc/$($_.Id)/cmdline"))" -match '-sshs' -and $_.Parent.Parent.Parent.Id -eq $server.Process.Id }).Count -le 1 } | Should -BeTrue
    }
    It 'may be several at once, in one pipeline' {
        [void] (New-ContainerHostConnection -Session (New-TestSession -Server $server) -EnginePath $engine -Name 'db')
        $pairs = Get-ContainerLog -Name 'lines-50' -HostConnection 'web' | ForEach-Object { "$($_.Text), $((Get-Container -Name 'c7' -HostConnection 'db').ContainerHost)" }
        $pairs.Count | Should -Be 50
        $pairs[49] | Should -Be 'line 50 of lines-50, db'
        (Get-ContainerHostConnection).Name | Sort-Object | Should -Be 'db', 'web'
    }
    It 'have a session to themselves, and give it back' {
        { Invoke-Command -Session $session -ScriptBlock { 1 } -ErrorAction Stop } | Should -Throw -ErrorId 'InvokeCommandCommandInvalidSessionAvailability,*'
        (Get-Problem @{ Session = $session; Name = 'second' }).FullyQualifiedErrorId | Should -Be 'HostSessionBusy,New-ContainerHostConnection'
        $other = New-TestSession -Server $server
        $other | New-ContainerHostConnection -EnginePath $engine -Name 'short' | Remove-ContainerHostConnection
        Invoke-Command -Session $other -ScriptBlock { 'free' } | Should -Be 'free'
    }
    It 'are made again where the engine has ended in idleness, and leave the session free until then' {
        $other = New-TestSession -Server $server
        $idle = New-EngineFolder -Path "$($server.Folder)/idle" -File $scripted -Script @{ idleExit = 300 }
        [void] (New-ContainerHostConnection -Session $other -EnginePath $idle -Name 'idle')
        Wait-Until { "$($other.Availability)" -eq 'Available' } | Should -BeTrue
        Invoke-Command -Session $other -ScriptBlock { 'free' } | Should -Be 'free'
        (Get-Container -Name 'web-1' -HostConnection 'idle').Name | Should -Be 'web-1'
    }
    It 'find the engine of the installed module, this version first, then the newest' {
        $other = New-TestSession -Server $server
        $version = (Get-Module -Name Silo).Version
        [void] (New-EngineFolder -Path "$($server.Folder)/modules/Silo/99.0.0/engine" -File $scripted)
        Invoke-Command -Session $other -ScriptBlock { $env:PSModulePath = $args[0] } -ArgumentList "$($server.Folder)/modules"
        New-ContainerHostConnection -Session $other -Name 'installed' | Should -Not -BeNullOrEmpty
        [System.IO.File]::ReadAllText("/proc/$((Get-ContainerHost -HostConnection 'installed').EnginePid)/cmdline") | Should -Match '99\.0\.0'
        Remove-ContainerHostConnection -Name 'installed'
        [void] (New-EngineFolder -Path "$($server.Folder)/modules/Silo/$version/engine" -File $scripted)
        [void] (New-ContainerHostConnection -Session $other -Name 'installed')
        [System.IO.File]::ReadAllText("/proc/$((Get-ContainerHost -HostConnection 'installed').EnginePid)/cmdline") | Should -Match ([regex]::Escape("$version"))
    }
    It 'use the state root that they were given' {
        $other = New-TestSession -Server $server
        $told = New-EngineFolder -Path "$($server.Folder)/told" -File $scripted
        Add-Content -LiteralPath "$told/silo.mjs" -Value "(await import('node:fs')).writeFileSync('$($server.Folder)/root.txt', String(process.env.SILO_ROOT));"
        [void] (New-ContainerHostConnection -Session $other -EnginePath $told -StateRoot '/srv/elsewhere' -Name 'told')
        Wait-Until { Test-Path -LiteralPath "$($server.Folder)/root.txt" } | Should -BeTrue
        Get-Content -LiteralPath "$($server.Folder)/root.txt" -Raw | Should -Be '/srv/elsewhere'
    }

    Context 'of commands that ask an engine' {
        It 'are used by <_>' -ForEach $asking {
            $before = @(Read-Record $localRecord).Count
            $there = @(Read-Remote).Count
            $parameter = (Get-CallTable)[$_]
            & $_ @parameter -HostConnection 'web' *> $null
            @(Read-Remote).Count | Should -BeGreaterThan $there
            @(Read-Record $localRecord).Count | Should -Be $before
        }
    }

    Context 'whose command is stopped' {
        BeforeAll {
            $space = [runspacefactory]::CreateRunspace()
            $space.Open()
            function Invoke-InSpace {
                param([string] $Text, [int] $StopAfterMilliseconds = -1)
                $shell = [powershell]::Create()
                $shell.Runspace = $space
                try {
                    [void] $shell.AddScript($Text)
                    if ($StopAfterMilliseconds -lt 0) { return , @($shell.Invoke()) }
                    $running = $shell.BeginInvoke()
                    [System.Threading.Thread]::Sleep($StopAfterMilliseconds)
                    $shell.Stop()
                    try { [void] $shell.EndInvoke($running) } catch { $null = $_ }
                } finally { $shell.Dispose() }
            }
            [void] $kept.Add((New-TestSession -Server $server))
            $space.SessionStateProxy.SetVariable('session', $kept[1])
            [void] (Invoke-InSpace "Import-Module '$((Get-Module -Name Silo).Path.Replace('.psm1', '.psd1'))'; New-ContainerHostConnection -Session `$session -EnginePath '$engine' -Name 'there' | Enter-ContainerHostConnection")
        }
        AfterAll {
            [void] (Invoke-InSpace 'Remove-Module -Name Silo')
            $space.Dispose()
            $kept.RemoveAt(1)
        }
        It 'have the request cancelled there, and the next command right' {
            $before = @(Read-Remote | Where-Object { $_.cancelled -eq 'container/log' }).Count
            Invoke-InSpace -Text 'Get-ContainerLog -Name endless -Follow | Out-Null' -StopAfterMilliseconds 600
            Wait-Until { @(Read-Remote | Where-Object { $_.cancelled -eq 'container/log' }).Count -gt $before } | Should -BeTrue
            Invoke-InSpace '(Get-Container -Name c9).Name' | Should -Be 'c9'
        }
        It 'stay right when it happens at random moments' {
            $random = [System.Random]::new(20261122)
            $work = 'Get-ContainerLog -Name endless -Follow | Out-Null', 'Get-Container | Out-Null', 'Wait-Container -Name slow-60000', 'Get-ContainerLog -Name endless -Follow | ForEach-Object { Get-Container -Name c5 } | Out-Null'
            foreach ($round in 1..20) {
                Invoke-InSpace -Text $work[$random.Next($work.Count)] -StopAfterMilliseconds $random.Next(0, 80)
                Invoke-InSpace "(Get-Container -Name c$round).Name" | Should -Be "c$round" -Because "after stop $round"
            }
        }
    }

    Context 'that break' {
        It 'with the engine are told: the change may have been made' {
            { Start-Container -Name 'die-1' -HostConnection 'web' -ErrorAction Stop } | Should -Throw -ErrorId 'EngineExited,Start-Container'
            (Get-Container -Name 'web-1' -HostConnection 'web').Name | Should -Be 'web-1'
        }
        It 'because the session was closed are told, in the middle and afterwards' {
            $other = New-TestSession -Server $server
            [void] (New-ContainerHostConnection -Session $other -EnginePath $engine -Name 'closed')
            $count = 0
            { Get-ContainerLog -Name 'endless' -Follow -HostConnection 'closed' | ForEach-Object { if (++$count -eq 10) { Remove-PSSession -Session $other } } } | Should -Throw -ErrorId 'EngineExited,Get-ContainerLog'
            $problem = try { Get-Container -HostConnection 'closed' } catch { $_ }
            $problem.FullyQualifiedErrorId | Should -Be 'HostSessionClosed,Get-Container'
            $problem.ErrorDetails.RecommendedAction | Should -Match 'Remove-ContainerHostConnection closed.*New-PSSession'
            $problem = try { Stop-Container -Name 'web-1' -HostConnection 'closed' } catch { $_ }
            $problem.FullyQualifiedErrorId | Should -Be 'HostSessionClosed,Stop-Container'
            Remove-ContainerHostConnection -Name 'closed'
            (New-ContainerHostConnection -Session (New-TestSession -Server $server) -EnginePath $engine -Name 'closed').Name | Should -Be 'closed'
        }
        It 'because its PowerShell was killed leave no engine behind' {
            $told = Invoke-OwnShell -Server $server -Text @"
            New-ContainerHostConnection -Session `$session -EnginePath '$engine' -Name 'killed' | Out-Null
            @{ Engine = (Get-ContainerHost -HostConnection 'killed').EnginePid }
"@
            Wait-Until { -not (Get-Process -Id $told.Engine -ErrorAction Ignore) } | Should -BeTrue
        }
    }

    Context 'refusals' {
        It 'of a session that is closed' {
            $other = New-TestSession -Server $server
            Remove-PSSession -Session $other
            (Get-Problem @{ Session = $other; Name = 'x' }).FullyQualifiedErrorId | Should -Be 'HostSessionClosed,New-ContainerHostConnection'
        }
        It 'of a host without Silo' {
            $other = New-TestSession -Server $server
            (Get-Problem @{ Session = $other; EnginePath = '/nowhere' }).FullyQualifiedErrorId | Should -Be 'RemoteEngineMissing,New-ContainerHostConnection'
            Invoke-Command -Session $other -ScriptBlock { $env:PSModulePath = '/nowhere' }
            $problem = Get-Problem @{ Session = $other }
            $problem.FullyQualifiedErrorId | Should -Be 'RemoteEngineMissing,New-ContainerHostConnection'
            $problem.ErrorDetails.RecommendedAction | Should -Match 'about_Silo_Remote'
        }
        It 'of an engine that speaks another version' {
            $older = New-EngineFolder -Path "$($server.Folder)/older" -File $scripted -Script @{ protocolVersion = 99 }
            $other = New-TestSession -Server $server
            (Get-Problem @{ Session = $other; EnginePath = $older }).FullyQualifiedErrorId | Should -Be 'ProtocolMismatch,New-ContainerHostConnection'
            Wait-Until { "$($other.Availability)" -eq 'Available' } | Should -BeTrue
        }
        It 'of an engine that ends at once, with what it said' {
            $broken = New-EngineFolder -Path "$($server.Folder)/broken" -File $scripted
            Set-Content -LiteralPath "$broken/silo.mjs" -Value "process.exit(3);"
            $problem = Get-Problem @{ Session = (New-TestSession -Server $server); EnginePath = $broken }
            $problem.FullyQualifiedErrorId | Should -Be 'EngineExited,New-ContainerHostConnection'
            "$problem" | Should -Match 'exit code 3'
        }
        It 'of an endpoint that is constrained, in the language mode <Mode>' -ForEach @{ Subsystem = 'constrained'; Mode = 'ConstrainedLanguage' }, @{ Subsystem = 'restricted'; Mode = 'NoLanguage' } {
            $problem = Get-Problem @{ Session = (New-TestSession -Server $server -Subsystem $Subsystem); EnginePath = $engine }
            $problem.FullyQualifiedErrorId | Should -Be 'HostSessionConstrained,New-ContainerHostConnection'
            "$problem" | Should -Match $Mode
        }
        It 'of a session and a host at once' {
            { New-ContainerHostConnection -Session $session -HostName 'web1.example' } | Should -Throw -ErrorId 'AmbiguousParameterSet,New-ContainerHostConnection'
        }
        It 'leave nothing behind' {
            & (Get-Module -Name Silo) { $script:HostSession.Count } | Should -Be 1
        }
    }

    It 'end with the module, and leave the session free' {
        $there = (Get-ContainerHost -HostConnection 'web').EnginePid
        Import-SiloForTest -Script @{ record = $localRecord }
        Wait-Until { -not (Get-Process -Id $there -ErrorAction Ignore) } | Should -BeTrue
        Wait-Until { "$($session.Availability)" -eq 'Available' } | Should -BeTrue
    }
}

Describe 'Containers at the other end of a session' -Skip:([bool] $noContainer) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $server = Start-TestSshServer -Setting (Get-SessionSetting)
        $file = if ($env:SILO_TEST_ENGINE) { $env:SILO_TEST_ENGINE } else { Join-Path -Path (Get-ProjectRoot) -ChildPath 'dist/silo.mjs' }
        $engine = New-EngineFolder -Path "$($server.Folder)/engine" -File $file
        $stateRoot = Join-Path -Path $server.Folder -ChildPath 'root'
        $archive = New-RootFileSystem -Folder $TestDrive
        Import-SiloForTest
    }
    AfterAll {
        Get-Container -HostConnection 'real' | Remove-Container -Force -HostConnection 'real'
        Uninstall-ContainerHost -RemoveStore -Force -HostConnection 'real' -ErrorAction Ignore | Out-Null
        Remove-SiloForTest
        Get-PSSession | Remove-PSSession
        Stop-TestSshServer -Server $server
    }
    It 'run there, and go on when the PowerShell of the session is killed' {
        $told = Invoke-OwnShell -Server $server -Text @"
        New-ContainerHostConnection -Session `$session -EnginePath '$engine' -StateRoot '$stateRoot' -Name 'real' | Out-Null
        Import-ContainerImage -Path '$archive' -Name 'tools' -HostConnection 'real' | Out-Null
        Remove-Container -Name 'stays' -Force -HostConnection 'real'
        `$text = Invoke-ContainerImage -Image 'tools' -Command 'echo', 'from afar' -AutoRemove -HostConnection 'real'
        Invoke-ContainerImage -Image 'tools' -Name 'stays' -Command 'sh', '-c', 'sleep 3; echo later; sleep 600' -Detach -HostConnection 'real' | Out-Null
        `$engineHost = Get-ContainerHost -HostConnection 'real'
        @{ Engine = `$engineHost.EnginePid; Text = `$text; Root = `$engineHost.Root }
"@
        $told.Root | Should -Be $stateRoot
        $told.Text | Should -Be 'from afar'
        Wait-Until { -not (Get-Process -Id $told.Engine -ErrorAction Ignore) } | Should -BeTrue
        [void] (New-ContainerHostConnection -Session (New-TestSession -Server $server) -EnginePath $engine -StateRoot $stateRoot -Name 'real')
        (Get-Container -Name 'stays' -HostConnection 'real').State | Should -Be 'Running'
        Get-ContainerLog -Name 'stays' -Follow -HostConnection 'real' | Select-Object -First 1 -ExpandProperty Text | Should -Be 'later'
    }
    It 'give their bytes as they are' {
        $file = Join-Path -Path $TestDrive -ChildPath 'bytes'
        Invoke-ContainerCommand -Name 'stays' -FilePath 'sh' -ArgumentList '-c', 'head -c 3000000 /dev/urandom >/tmp/random; cat /tmp/random' -OutFile $file -HostConnection 'real'
        $sum = (Invoke-ContainerCommand -Name 'stays' -FilePath 'sha256sum' -ArgumentList '/tmp/random' -HostConnection 'real').Split(' ')[0]
        (Get-FileHash -LiteralPath $file).Hash | Should -Be $sum
    }
}
