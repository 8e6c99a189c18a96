BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForSsh
    if ($missing) { Write-Information -MessageData "No other host can be played here ($missing): the tests of connections over ssh are skipped." -InformationAction Continue }
    $noContainer = if ($missing) { $missing } else { Get-MissingForContainer }
    $asking = (Get-CallTable).Keys | Where-Object { $_ -notin 'New-ContainerMount', 'New-ContainerPort', 'Test-ContainerCredentialSpec', 'Enter-ContainerSession' -and $_ -notlike '*-ContainerHostConnection' } | Sort-Object
}

Describe 'Connections over ssh' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $server = Start-TestSshServer
        $login = $server.Login
        $scripted = Join-Path -Path $PSScriptRoot -ChildPath 'scripted-engine.ts'
        $record = Join-Path -Path $server.Folder -ChildPath 'remote.jsonl'
        $engine = New-EngineFolder -Path "$($server.Folder)/engine" -File $scripted -Script @{ record = $record }
        $older = New-EngineFolder -Path "$($server.Folder)/older" -File $scripted -Script @{ protocolVersion = 99 }
        $localRecord = New-RecordFile
        $kept = New-Object -TypeName 'System.Collections.Generic.List[string]'
        Import-SiloForTest -Script @{ record = $localRecord }
        function Read-Remote { Read-Record -Path $record }
        function Get-Problem {
            # The error of a connection that fails.
            param([hashtable] $Parameter)
            try { New-ContainerHostConnection @Parameter -ErrorAction Stop | Remove-ContainerHostConnection; throw 'it connected' } catch { $_ }
        }
    }
    AfterAll {
        Remove-SiloForTest
        Stop-TestSshServer -Server $server
    }
    AfterEach {
        while (Get-ContainerHostConnection | Where-Object Entered) { Exit-ContainerHostConnection }
        Get-ContainerHostConnection | Where-Object Name -NotIn $kept | Remove-ContainerHostConnection
    }

    It 'ask the engine of the other host, and this one only where told so' {
        $connection = New-ContainerHostConnection @login -EnginePath $engine -Name 'other'
        $connection.PSTypeNames | Should -Contain 'Silo.ContainerHostConnection'
        $connection.EngineVersion | Should -Be '0.0.0'
        $before = @(Read-Record $localRecord).Count
        (Get-Container -HostConnection $connection -Name 'web-1').ContainerHost | Should -Be 'other'
        (Get-Container -HostConnection 'other' -Name 'web-1').Name | Should -Be 'web-1'
        @(Read-Record $localRecord).Count | Should -Be $before
        (Get-Container -Name 'web-1').PSObject.Properties['ContainerHost'] | Should -BeNullOrEmpty
        @(Read-Record $localRecord).Count | Should -BeGreaterThan $before
    }
    It 'may be entered and left, one within the other' {
        [void] (New-ContainerHostConnection @login -EnginePath $engine -Name 'one')
        [void] (New-ContainerHostConnection @login -EnginePath $engine -Name 'two')
        Enter-ContainerHostConnection -Name 'one'
        (Get-Container -Name 'web-1').ContainerHost | Should -Be 'one'
        Get-ContainerHostConnection -Name 'two' | Enter-ContainerHostConnection
        (Get-Container -Name 'web-1').ContainerHost | Should -Be 'two'
        (Get-ContainerHostConnection | Where-Object Entered).Name | Should -Be 'two'
        (Get-Container -Name 'web-1' -HostConnection '.').PSObject.Properties['ContainerHost'] | Should -BeNullOrEmpty
        Exit-ContainerHostConnection
        (Get-Container -Name 'web-1').ContainerHost | Should -Be 'one'
        Remove-ContainerHostConnection -Name 'one'
        (Get-Container -Name 'web-1').PSObject.Properties['ContainerHost'] | Should -BeNullOrEmpty
    }
    It 'keep objects of one host from being changed on another' {
        [void] (New-ContainerHostConnection @login -EnginePath $engine -Name 'other')
        Get-Container -Name 'web-1' -HostConnection 'other' | Stop-Container -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'HostMismatch,Stop-Container'
        Get-Container -Name 'web-1' | Stop-Container -HostConnection 'other' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'HostMismatch,Stop-Container'
        Get-Container -Name 'web-1' -HostConnection 'other' | Stop-Container -HostConnection 'other' -PassThru | Should -Not -BeNullOrEmpty
        Get-Container -Name 'web-1' -HostConnection 'other' | Stop-Container -HostConnection 'other' -WhatIf -ErrorAction Stop
        Read-Remote | Where-Object { $_.method -eq 'container/stop' } | Should -Not -BeNullOrEmpty
    }
    It 'complete the names of the host that will be asked' {
        [void] (New-ContainerHostConnection @login -EnginePath $engine -Name 'other')
        [void] (Get-Container -HostConnection 'other')
        $text = 'Stop-Container -HostConnection other -Name web'
        (TabExpansion2 -inputScript $text -cursorColumn $text.Length).CompletionMatches.CompletionText | Should -Contain 'web-1'
        @(Read-Remote)[-1].method | Should -Be 'container/list'
        $text = 'Get-Container -HostConnection ot'
        (TabExpansion2 -inputScript $text -cursorColumn $text.Length).CompletionMatches.CompletionText | Should -Contain 'other'
    }
    It 'go with a job' {
        $connection = New-ContainerHostConnection @login -EnginePath $engine -Name 'other'
        Enter-ContainerHostConnection -InputObject $connection
        $before = @(Read-Record $localRecord).Count
        Restart-Container -Name 'web-1' -AsJob | Receive-Job -Wait -AutoRemoveJob
        Read-Remote | Where-Object { $_.method -eq 'container/restart' } | Should -Not -BeNullOrEmpty
        @(Read-Record $localRecord).Count | Should -Be $before
    }
    It 'keep a login of one host from the others' {
        [void] (New-ContainerHostConnection @login -EnginePath $engine -Name 'other')
        [void] (Connect-ContainerRegistry -Registry 'private.example' -Credential (Get-TestCredential) -HostConnection 'other')
        & (Get-Module -Name Silo) { $script:KnownCredential.Count } | Should -Be 0
    }
    It 'want whole paths, since files are those of the other host' {
        [void] (New-ContainerHostConnection @login -EnginePath $engine -Name 'other')
        { Import-ContainerImage -Path './image.tar' -HostConnection 'other' } | Should -Throw -ErrorId 'PathOfOtherHost,Import-ContainerImage'
        { Export-Container -Name 'web-1' -Path 'web.tar' -HostConnection 'other' } | Should -Throw -ErrorId 'PathOfOtherHost,Export-Container'
        { New-ContainerImage -Path '.' -HostConnection 'other' } | Should -Throw -ErrorId 'PathOfOtherHost,New-ContainerImage'
        { Copy-ContainerFile -Name 'web-1' -Path '/etc/hosts' -Destination '.' -HostConnection 'other' } | Should -Throw -ErrorId 'PathOfOtherHost,Copy-ContainerFile'
        Import-ContainerImage -Path '/srv/image.tar' -HostConnection 'other' -Name 'x' | Out-Null
        @(Read-Remote | Where-Object { $_.method -eq 'image/import' })[-1].params.path | Should -Be '/srv/image.tar'
    }
    It 'are made again where the engine has ended in idleness' {
        $idle = New-EngineFolder -Path "$($server.Folder)/idle" -File $scripted -Script @{ idleExit = 300 }
        $connection = New-ContainerHostConnection @login -EnginePath $idle -Name 'idle'
        Start-Sleep -Milliseconds 1200
        (Get-Container -Name 'web-1' -HostConnection $connection).Name | Should -Be 'web-1'
    }
    It 'that break are told: the change may have been made' {
        [void] (New-ContainerHostConnection @login -EnginePath $engine -Name 'other')
        { Start-Container -Name 'die-1' -HostConnection 'other' -ErrorAction Stop } | Should -Throw -ErrorId 'EngineExited,Start-Container'
        (Get-Container -Name 'web-1' -HostConnection 'other').Name | Should -Be 'web-1'
    }
    It 'end with the module' {
        [void] (New-ContainerHostConnection @login -EnginePath $engine -Name 'other')
        $process = & (Get-Module -Name Silo) { @($script:RemoteEngine.Values)[0].Process.Id }
        Import-SiloForTest -Script @{ record = $localRecord }
        Wait-Until { -not (Get-Process -Id $process -ErrorAction Ignore) } | Should -BeTrue
    }

    Context 'of every command that asks an engine' {
        BeforeAll {
            [void] (New-ContainerHostConnection @login -EnginePath $engine -Name 'every')
            $kept.Add('every')
        }
        AfterAll {
            $kept.Clear()
            Get-ContainerHostConnection | Remove-ContainerHostConnection
        }
        It 'are used by <_>' -ForEach $asking {
            $before = @(Read-Record $localRecord).Count
            $there = @(Read-Remote).Count
            $parameter = (Get-CallTable)[$_]
            & $_ @parameter -HostConnection 'every' *> $null
            @(Read-Remote).Count | Should -BeGreaterThan $there
            @(Read-Record $localRecord).Count | Should -Be $before
        }
    }

    Context 'refusals' {
        It 'of a key that is not known' {
            $problem = Get-Problem ($login + @{ EnginePath = $engine; Name = 'x' } | ForEach-Object { $_.KnownHostsPath = "$($server.Folder)/no_hosts"; $_ })
            $problem.FullyQualifiedErrorId | Should -Be 'HostKeyUnknown,New-ContainerHostConnection'
            $problem.ErrorDetails.RecommendedAction | Should -Match 'ssh 127\.0\.0\.1'
            Get-Content -LiteralPath "$($server.Folder)/no_hosts" -Raw | Should -Not -Match 'ed25519'
        }
        It 'of a key that has changed' {
            (Get-Problem ($login + @{ EnginePath = $engine } | ForEach-Object { $_.KnownHostsPath = "$($server.Folder)/changed_hosts"; $_ })).FullyQualifiedErrorId | Should -Be 'HostKeyChanged,New-ContainerHostConnection'
        }
        It 'of a user whose key is not accepted' {
            (Get-Problem ($login + @{ EnginePath = $engine } | ForEach-Object { $_.KeyFilePath = "$($server.Folder)/stranger"; $_ })).FullyQualifiedErrorId | Should -Be 'HostCredentialRefused,New-ContainerHostConnection'
        }
        It 'of a host that nobody answers for' {
            $problem = Get-Problem @{ HostName = '127.0.0.1'; Port = 1; ConnectTimeoutSeconds = 5 }
            $problem.FullyQualifiedErrorId | Should -Be 'HostUnreachable,New-ContainerHostConnection'
            $problem.Exception.Message | Should -Match 'refused'
        }
        It 'of a host without Silo' {
            (Get-Problem ($login + @{ EnginePath = '/nowhere' })).FullyQualifiedErrorId | Should -Be 'RemoteEngineMissing,New-ContainerHostConnection'
        }
        It 'of an engine that speaks another version' {
            (Get-Problem ($login + @{ EnginePath = $older })).FullyQualifiedErrorId | Should -Be 'ProtocolMismatch,New-ContainerHostConnection'
        }
        It 'where ssh is not installed' {
            $path = $env:PATH
            try {
                $env:PATH = $server.Folder
                (Get-Problem @{ HostName = 'somewhere' }).FullyQualifiedErrorId | Should -Be 'SshMissing,New-ContainerHostConnection'
            } finally { $env:PATH = $path }
        }
        It 'of a name that is taken, and of one that is not there' {
            [void] (New-ContainerHostConnection @login -EnginePath $engine -Name 'other')
            (Get-Problem ($login + @{ EnginePath = $engine; Name = 'other' })).FullyQualifiedErrorId | Should -Be 'HostConnectionExists,New-ContainerHostConnection'
            { Get-Container -HostConnection 'nobody' } | Should -Throw -ErrorId 'HostConnectionNotFound,Get-Container'
            Remove-ContainerHostConnection -Name 'nobody' -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem[0].FullyQualifiedErrorId | Should -Be 'HostConnectionNotFound,Remove-ContainerHostConnection'
            Remove-ContainerHostConnection -Name 'nobody' -Force
        }
        It 'of a name that ssh would take for an option' {
            { New-ContainerHostConnection -HostName '-oProxyCommand=touch /tmp/x' } | Should -Throw -ErrorId 'ParameterArgumentValidationError,New-ContainerHostConnection'
        }
    }
}

Describe 'Containers of another host' -Skip:([bool] $noContainer) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $server = Start-TestSshServer
        $login = $server.Login
        $file = if ($env:SILO_TEST_ENGINE) { $env:SILO_TEST_ENGINE } else { Join-Path -Path (Get-ProjectRoot) -ChildPath 'dist/silo.mjs' }
        $engine = New-EngineFolder -Path "$($server.Folder)/engine" -File $file
        $stateRoot = Join-Path -Path $server.Folder -ChildPath 'root'
        $archive = New-RootFileSystem -Folder $TestDrive
        Import-SiloForTest
        [void] (New-ContainerHostConnection @login -EnginePath $engine -StateRoot $stateRoot -Name 'real')
    }
    AfterAll {
        Get-Container -HostConnection 'real' | Remove-Container -Force -HostConnection 'real'
        Uninstall-ContainerHost -RemoveStore -Force -HostConnection 'real' -ErrorAction Ignore | Out-Null
        Remove-SiloForTest
        Stop-TestSshServer -Server $server
    }
    It 'run there, and go on when the connection ends' {
        (Get-ContainerHost -HostConnection 'real').Root | Should -Be $stateRoot
        [void] (Import-ContainerImage -Path $archive -Name 'tools' -HostConnection 'real')
        Invoke-ContainerImage -Image 'tools' -Command 'echo', 'from afar' -AutoRemove -HostConnection 'real' | Should -Be 'from afar'
        $container = Invoke-ContainerImage -Image 'tools' -Name 'stays' -Command 'sh', '-c', 'sleep 2; echo later; sleep 600' -Detach -HostConnection 'real'
        $container.ContainerHost | Should -Be 'real'
        Remove-ContainerHostConnection -Name 'real'
        Start-Sleep -Seconds 3
        [void] (New-ContainerHostConnection @login -EnginePath $engine -StateRoot $stateRoot -Name 'real')
        (Get-Container -Name 'stays' -HostConnection 'real').State | Should -Be 'Running'
        (Get-ContainerLog -Name 'stays' -HostConnection 'real').Text | Should -Be 'later'
    }
}
