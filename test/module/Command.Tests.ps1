BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $record = New-RecordFile
    Import-SiloForTest -Script @{ record = $record }
    function Get-Sent { param($Method) @(Read-Record $record | Where-Object { $_.method -eq $Method }).params | Select-Object -Last 1 }
    function Get-SentCount { param($Method) @(Read-Record $record | Where-Object { $_.method -eq $Method }).Count }
}
AfterAll { Remove-SiloForTest }

Describe 'Names, ids and objects' -Tag Fast {
    It 'takes names from the pipeline' { ('web-1', 'db' | Get-Container).Name | Should -Be 'web-1', 'db' }
    It 'takes objects from the pipeline and acts on their ids' {
        Get-Container -Name 'db' | Stop-Container
        (Get-Sent 'container/stop').container | Should -Be (Get-Container -Name 'db').Id
    }
    It 'takes deserialised objects by their ids' {
        $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-Container -Name 'web-2')))
        $copy.PSTypeNames[0] | Should -Be 'Deserialized.Silo.Container'
        ($copy | Start-Container -PassThru).Name | Should -Be 'web-2'
    }
    It 'takes any object with a ContainerId' { ([pscustomobject] @{ ContainerId = (Get-Container -Name 'db').Id } | Start-Container -PassThru).Name | Should -Be 'db' }
    It 'finds names by wildcards' { (Get-Container -Name 'web*').Name | Should -Be 'web-1', 'web-2' }
    It 'does not mind a wildcard that matches nothing' {
        Get-Container -Name 'nothing*' -ErrorVariable problem | Should -BeNullOrEmpty
        Remove-Container -Name 'nothing*' -ErrorVariable +problem
        $problem | Should -BeNullOrEmpty
    }
    It 'writes an error for a name that is not there' {
        Get-Container -Name 'absent-x' -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerNotFound,Get-Container'
        $problem[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $problem[0].TargetObject | Should -Be 'absent-x'
        $problem[0].ErrorDetails.RecommendedAction | Should -Match 'Get-Container'
        $problem[0].Exception | Should -BeOfType [System.Management.Automation.ItemNotFoundException]
        $problem[0].Exception.Data['Code'] | Should -Be 'ContainerNotFound'
        $problem[0].Exception.Data['Native'].errno | Should -Be 'ESCRIPT'
    }
    It 'names the parameter of the command, not a field of the wire, where the engine refuses a value' {
        $wire = [pscustomobject] @{ message = 'The value of ports is not valid: it is so.'; data = [pscustomobject] @{ code = 'ParameterInvalid'; args = [pscustomobject] @{ parameter = 'ports'; reason = 'it is so' } } }
        $made = & (Get-Module -Name Silo) { ConvertTo-SiloErrorRecord -WireError $args[0] } $wire
        "$made" | Should -Match 'Publish'
        $wire.data.args.parameter = 'memoryBytes'
        "$(& (Get-Module -Name Silo) { ConvertTo-SiloErrorRecord -WireError $args[0] } $wire)" | Should -Match 'MemoryBytes'
        $wire.data.args.parameter = 'the parameters'
        "$(& (Get-Module -Name Silo) { ConvertTo-SiloErrorRecord -WireError $args[0] } $wire)" | Should -Match 'the parameters|ports'
    }
    It 'refuses an object of another kind' { { Start-Container -InputObject ([pscustomobject] @{ Id = 'x' }) } | Should -Throw }
    It 'completes names from an engine that is up' {
        (TabExpansion2 -inputScript 'Stop-Container we' -cursorColumn 17).CompletionMatches.CompletionText | Should -Be 'web-1', 'web-2'
        (TabExpansion2 -inputScript 'New-Container -Image busy' -cursorColumn 25).CompletionMatches.CompletionText | Should -Contain 'busybox:latest'
    }
    It 'starts no engine to complete a name' {
        Import-SiloForTest -Script @{ record = $record }
        [void] (TabExpansion2 -inputScript 'Stop-Container we' -cursorColumn 17)
        Get-EnginePid | Should -BeNullOrEmpty
    }
}

Describe 'Get-Container' -Tag Fast {
    It 'gives typed objects whose lists are lists' {
        $container = Get-Container -Name 'web-1'
        $container.PSTypeNames[0] | Should -Be 'Silo.Container'
        foreach ($name in 'Command', 'Environment', 'Labels', 'Mounts', 'Ports') { , $container.$name | Should -BeOfType [array] -Because $name }
        $container.ContainerId | Should -Be $container.Id
        $container.PSObject.Properties.Name | Should -Contain 'IPAddress'
        $container.Id | Should -MatchExactly '^[0-9a-f]{64}$'
    }
    It 'asks the engine for states' {
        (Get-Container -State Exited).Name | Should -Be 'web-2'
        (Get-Sent 'container/list').states | Should -Be 'Exited'
    }
    It 'filters by image, with or without the registry' {
        (Get-Container -Image 'registry.example/*').Name | Should -Be 'db'
        (Get-Container -Image 'busybox:*').Name | Should -Not -Contain 'db'
    }
    It 'filters by label' { (Get-Container -Label @{ tier = 'w*' }).Name | Should -Be 'web-1' }
    It 'shows as a table of at most 100 columns' {
        $lines = (Get-Container | Format-Table | Out-String -Width 200) -split '\r?\n' | Where-Object { $_.Trim() }
        ($lines | ForEach-Object { $_.TrimEnd().Length } | Measure-Object -Maximum).Maximum | Should -BeLessOrEqual 100
        $lines[0] | Should -Match '^Name +State +Exit +Image +Age +Ports +Id'
    }
}

Describe 'Acting on containers' -Tag Fast {
    It '<_> gives nothing without -PassThru' -ForEach 'Start-Container', 'Stop-Container', 'Wait-Container', 'Remove-Container' { & $_ -Name 'web-1' | Should -BeNullOrEmpty }
    It '<_> gives the container with -PassThru' -ForEach 'Start-Container', 'Stop-Container', 'Wait-Container' { (& $_ -Name 'web-1' -PassThru).PSTypeNames[0] | Should -Be 'Silo.Container' }
    It 'Start-Container says verbosely that one runs already' { Start-Container -Name 'web-1' -Verbose 4>&1 | Out-String | Should -Match 'web-1' }
    It 'Stop-Container sends its time-out and -Force' {
        Stop-Container -Name 'db' -TimeoutSeconds 7 -Force
        (Get-Sent 'container/stop').timeoutSeconds | Should -Be 7
        (Get-Sent 'container/stop').force | Should -BeTrue
        Stop-Container -Name 'db'
        (Get-Sent 'container/stop').Keys | Should -Not -Contain 'timeoutSeconds'
    }
    It 'Wait-Container writes OperationTimedOut where the engine says so' {
        Wait-Container -Name 'fail-OperationTimedOut' -TimeoutSeconds 1 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'OperationTimedOut,Wait-Container'
        $problem[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        $problem[0].Exception | Should -BeOfType [System.TimeoutException]
    }
    It 'Remove-Container -Force is passed to the engine' {
        Remove-Container -Name 'db' -Force -KeepVolume
        (Get-Sent 'container/remove').force | Should -BeTrue
        (Get-Sent 'container/remove').keepVolumes | Should -BeTrue
    }
    It '-WhatIf sends nothing' {
        $before = Get-SentCount 'container/remove'
        Remove-Container -Name 'web*' -Force -WhatIf
        Get-SentCount 'container/remove' | Should -Be $before
    }
}

Describe 'An object of a container' -Tag Fast {
    It 'has arrays where there may be several, also of none and one, and values alone' {
        $container = Get-Container -Name 'web-1'
        foreach ($name in 'Command', 'Environment', 'Labels', 'Mounts', 'Ports') { , $container.$name | Should -BeOfType [array] -Because $name }
        $container.CreatedAt | Should -BeOfType [datetime]
        $container.CreatedAt.Kind | Should -Be 'Utc'
        @($container.PSObject.Members | Where-Object { $_.MemberType -in 'ScriptMethod', 'CodeMethod' -and $_.IsInstance }) | Should -BeNullOrEmpty
    }
}

Describe 'New-Container' -Tag Fast {
    It 'starts from the settings of another container, by its name or as an object' {
        New-Container -From 'web-1' -Name 'n' -MemoryBytes 64MB | Out-Null
        $sent = Get-Sent 'container/create'
        $sent.from | Should -Be '/web-1'
        $sent.memoryBytes | Should -Be 64MB
        $sent.Keys | Should -Not -Contain 'image'
        $container = Get-Container -Name 'web-1'
        New-Container -From $container -Image 'busybox' | Out-Null
        $sent = Get-Sent 'container/create'
        $sent.from | Should -Be $container.Id
        $sent.image | Should -Be 'busybox'
        { New-Container -From 'no*such' } | Should -Throw -ErrorId 'ContainerNotFound,New-Container'
    }
    It 'starts from the settings of each container that comes down the pipeline, also over remoting' {
        $container = Get-Container -Name 'web-1'
        ($container | New-Container -Name 'n' -MemoryBytes 64MB).Name | Should -Be 'n'
        $sent = Get-Sent 'container/create'
        $sent.from | Should -Be $container.Id
        $sent.memoryBytes | Should -Be 64MB
        $sent.Keys | Should -Not -Contain 'image'
        $container | New-Container -Image 'busybox' | Out-Null
        (Get-Sent 'container/create').image | Should -Be 'busybox'
        $remote = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($container))
        $remote | New-Container | Out-Null
        $sent = Get-Sent 'container/create'
        $sent.from | Should -Be $container.Id
        $sent.Keys | Should -Not -Contain 'image'
        Get-Container -Name 'web-1' | ForEach-Object { New-Container -Image 'busybox' } | Out-Null
        (Get-Sent 'container/create').Keys | Should -Not -Contain 'from'
        $before = @(Read-Record $record | Where-Object { $_['method'] -eq 'container/create' }).Count
        Get-Container -Name 'web-1', 'web-2' | New-Container | Should -HaveCount 2
        @(Read-Record $record | Where-Object { $_['method'] -eq 'container/create' }).Count | Should -Be ($before + 2)
        Get-ContainerImage -Name 'busybox:latest' | New-Container | Out-Null
        (Get-Sent 'container/create').Keys | Should -Not -Contain 'from'
    }
    It 'sends what was given, and nothing else' {
        New-Container -Image 'busybox' -Name 'n' -Command 'sleep', '60' -Entrypoint '/bin/sh' -Environment ([ordered] @{ A = 1; B = 'x y' }) -Label @{ l = 'v' } -User '1:1' -WorkingDirectory '/w' -HostName 'h' `
            -Network None -Isolation Process -MemoryBytes 512MB -CpuCount 0.5 -CpuWeight 7 -ProcessCount 9 -ReadOnly -StopSignal SIGQUIT -StopTimeoutSeconds 3 -AutoRemove -Mount 'type=bind,source=/srv,target=/t,readonly' | Out-Null
        $sent = Get-Sent 'container/create'
        $sent.command | Should -Be 'sleep', '60'
        , $sent.entrypoint | Should -BeOfType [array]
        $sent.environment[1].value | Should -Be 'x y'
        $sent.memoryBytes | Should -Be 536870912
        $sent.cpuCount | Should -Be 0.5
        $sent.readOnlyRoot | Should -BeTrue
        $sent.mounts[0].target | Should -Be '/t'
        $sent.mounts[0].readOnly | Should -BeTrue
        New-Container -Image 'busybox' | Out-Null
        @((Get-Sent 'container/create').Keys) | Should -Be 'image'
    }
    It 'sends the settings of Linux containers in the words of the wire' {
        New-Container -Image 'busybox' -MemoryBytes 64MB -MemorySwapBytes 32MB -CpuSet '0-1' -BlockIoWeight 200 -BlockIoLimit @{ Device = '/dev/sda'; ReadBytesPerSecond = 1MB } -OomScoreAdjust 5 -DisableOomKill -AdditionalGroup audio `
            -AddCapability NET_ADMIN -DropCapability ALL -Device '/dev/fuse' -Ulimit ([ordered] @{ nofile = 9; nproc = '1:2'; core = 'unlimited' }) -Sysctl @{ 'net.core.somaxconn' = 7 } -SeccompProfile Unconfined -ShmSizeBytes 1MB -StorageSizeBytes 64MB `
            -Init -PidMode Host -IpcMode Container:db -UserNamespace Host | Out-Null
        $sent = Get-Sent 'container/create'
        $sent.memorySwapBytes, $sent.cpuSet, $sent.blockIoWeight, $sent.oomScoreAdjust, $sent.sharedMemoryBytes, $sent.pidMode, $sent.ipcMode, $sent.userNamespace, $sent.seccompProfile |
            Should -Be 33554432, '0-1', 200, 5, 1048576, 'Host', 'Container:db', 'Host', 'Unconfined'
        $sent.storageBytes | Should -Be 67108864
        $sent.oomKillDisabled, $sent.init | Should -Be $true, $true
        $sent.blockIoLimits[0].device, $sent.blockIoLimits[0].readBytesPerSecond | Should -Be '/dev/sda', 1048576
        foreach ($list in 'additionalGroups', 'addedCapabilities', 'droppedCapabilities', 'devices') { , $sent.$list | Should -BeOfType [array] -Because $list }
        @($sent.userLimits | ForEach-Object { "$($_.name) $($_.soft) $($_.hard)" }) | Should -Be 'nofile 9 ', 'nproc 1 2', 'core -1 '
        $sent.kernelParameters[0].name, $sent.kernelParameters[0].value | Should -Be 'net.core.somaxconn', '7'
    }
    It 'sends a credential specification as JSON, whether it is a path, JSON, a hashtable or an object' {
        $spec = @{ CmsPlugins = @('ActiveDirectory'); ActiveDirectoryConfig = @{ GroupManagedServiceAccounts = @(@{ Name = 'WebApp01'; Scope = 'contoso.com' }) } }
        $json = ConvertTo-Json -InputObject $spec -Depth 8
        $file = Join-Path -Path $TestDrive -ChildPath 'web.json'
        [System.IO.File]::WriteAllText($file, $json)
        foreach ($form in $file, (Get-Item -LiteralPath $file), $json, $spec, (ConvertFrom-Json -InputObject $json)) {
            New-Container -Image 'busybox' -CredentialSpec $form | Out-Null
            $sent = ConvertFrom-Json -InputObject (Get-Sent 'container/create').credentialSpec
            @($sent.CmsPlugins) | Should -Be 'ActiveDirectory' -Because $form.GetType().Name
            @($sent.ActiveDirectoryConfig.GroupManagedServiceAccounts)[0].Scope | Should -Be 'contoso.com' -Because $form.GetType().Name
        }
        { New-Container -Image 'busybox' -CredentialSpec "$file.not" } | Should -Throw -ErrorId 'PathNotFound,New-Container'
        foreach ($form in '{ "CmsPlugins": ', 7) { { New-Container -Image 'busybox' -CredentialSpec $form } | Should -Throw -ErrorId '*,New-Container' }
        { New-Container -Image 'busybox' -CredentialSpec '{ no' } | Should -Throw -ErrorId 'ParameterInvalid,New-Container'
    }
    It 'makes the path of a seccomp profile absolute' {
        New-Container -Image 'busybox' -SeccompProfile './strict.json' | Out-Null
        (Get-Sent 'container/create').seccompProfile | Should -Be (Join-Path -Path $PWD.ProviderPath -ChildPath 'strict.json')
    }
    It 'refuses a limit that is no number' { { New-Container -Image 'busybox' -Ulimit @{ nofile = 'many' } } | Should -Throw -ErrorId 'ParameterInvalid,New-Container' }
    It 'refuses a word of -BlockIoLimit that it does not know' { { New-Container -Image 'busybox' -BlockIoLimit @{ Disk = '/dev/sda' } } | Should -Throw -ErrorId 'ParameterInvalid,New-Container' }
    It 'completes capabilities and namespaces' {
        (TabExpansion2 -inputScript 'New-Container -AddCapability net_a' -cursorColumn 34).CompletionMatches.CompletionText | Should -Be 'NET_ADMIN'
        (TabExpansion2 -inputScript 'New-Container -PidMode Ho' -cursorColumn 25).CompletionMatches.CompletionText | Should -Be 'Host'
    }
    It 'reads an environment file, and lets -Environment win' {
        $file = Join-Path -Path $TestDrive -ChildPath 'app.env'
        Set-Content -LiteralPath $file -Value '# comment', '', 'A=1=2', 'B=file'
        New-Container -Image 'busybox' -EnvironmentFile $file -Environment @{ B = 'own' } | Out-Null
        $sent = (Get-Sent 'container/create').environment
        ($sent | Where-Object { $_.name -eq 'A' }).value | Should -Be '1=2'
        @($sent | Where-Object { $_.name -eq 'B' })[-1].value | Should -Be 'own'
    }
    It 'leaves the path of a Windows pipe as it is' {
        New-Container -Image 'busybox' -Mount 'type=bind,source=\\.\pipe\a,target=\\.\pipe\b' | Out-Null
        (Get-Sent 'container/create').mounts[0].source | Should -Be '\\.\pipe\a'
    }
    It 'refuses a mount that says too little' { { New-Container -Image 'busybox' -Mount 'type=bind,source=/srv' } | Should -Throw -ErrorId 'ParameterInvalid,New-Container' }
    It 'refuses a mount word that it does not know' { { New-Container -Image 'busybox' -Mount 'typo=bind' } | Should -Throw -ErrorId 'ParameterInvalid,New-Container' }
    It 'asks for an existing one with -IfNotExists' {
        New-Container -Image 'busybox' -Name 'n' -IfNotExists -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] -and "$_" -match "'n'" } | Should -Not -BeNullOrEmpty
        (Get-Sent 'container/create').ifNotExists | Should -BeTrue
    }
    It 'takes rows of a file from the pipeline, with name and image' {
        $rows = 'Name,Image', 'first,busybox', 'second,db:1' | ConvertFrom-Csv
        $sent = Get-SentCount 'container/create'
        ($rows | New-Container -Command 'ls').Count | Should -Be 2
        $asked = @(Read-Record $record | Where-Object { $_.method -eq 'container/create' } | Select-Object -Skip $sent).params
        $asked.name | Should -Be 'first', 'second'
        $asked.image | Should -Be 'busybox', 'db:1'
        $asked.command | Should -Be 'ls', 'ls'
        ($rows | New-ContainerVolume).Count | Should -Be 2
        (Get-Sent 'volume/create').name | Should -Be 'second'
        [void] ($rows | New-ContainerNetwork)
        (Get-Sent 'network/create').name | Should -Be 'second'
    }
    It 'does not call a container as its image or its model is called' {
        [void] (Get-ContainerImage -Name 'busybox:latest' | New-Container)
        Get-Sent 'container/create' | Should -Not -BeNullOrEmpty
        (Get-Sent 'container/create').ContainsKey('name') | Should -BeFalse
        [void] (Get-Container -Name 'web-1' | New-Container)
        (Get-Sent 'container/create').ContainsKey('name') | Should -BeFalse
        [void] (Get-ContainerImage -Name 'busybox:latest' | New-Container -Name 'mine')
        (Get-Sent 'container/create').name | Should -Be 'mine'
    }
    It 'takes images from the pipeline' {
        (Get-ContainerImage -Name 'busybox:latest' | New-Container).State | Should -Be 'Created'
        (Get-Sent 'container/create').image | Should -Be 'docker.io/library/busybox:latest'
    }
}

Describe 'Invoke-ContainerImage' -Tag Fast {
    It 'gives standard output as strings, and standard error to the information stream' {
        $output = Invoke-ContainerImage -Image 'busybox' -InformationVariable information
        $output | Should -Be 'line 1 of nameless', 'line 2 of nameless'
        $information.Count | Should -Be 1
        $information[0].Tags | Should -Be 'stderr'
        "$($information[0].MessageData)" | Should -Be 'line 3 of nameless'
    }
    It 'writes ContainerExitedNonZero, without ending the pipeline' {
        $output = Invoke-ContainerImage -Image 'busybox' -Name 'ends-3' -ErrorVariable problem -ErrorAction SilentlyContinue
        @($output).Count | Should -Be 2
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerExitedNonZero,Invoke-ContainerImage'
        $problem[0].TargetObject.ExitCode | Should -Be 3
        $problem[0].CategoryInfo.Category | Should -Be 'InvalidOperation'
    }
    It 'gives one object with -PassThru, and no error' {
        $result = Invoke-ContainerImage -Image 'busybox' -Name 'ends-4' -PassThru -ErrorVariable problem
        $result.PSTypeNames[0] | Should -Be 'Silo.ContainerResult'
        $result.ExitCode | Should -Be 4
        $result.StdOut | Should -Be "line 1 of ends-4`nline 2 of ends-4"
        $result.StdErr | Should -Be 'line 3 of ends-4'
        $result.ContainerId | Should -Match '^[0-9a-f]{64}$'
        $problem | Should -BeNullOrEmpty
    }
    It 'starts and gives the container with -Detach' {
        (Invoke-ContainerImage -Image 'busybox' -Name 'd' -Detach).PSTypeNames[0] | Should -Be 'Silo.Container'
        Get-Sent 'container/start' | Should -Not -BeNullOrEmpty
    }
}

Describe 'Start-ContainerProcess' -Tag Fast {
    It 'gives a process at once' {
        $process = Start-ContainerProcess -Name 'db' -FilePath 'ls' -ArgumentList '-l', 'a b'
        $process.PSTypeNames[0] | Should -Be 'Silo.ContainerProcess'
        $process.State | Should -Be 'Running'
        (Get-Sent 'process/start').command | Should -Be 'ls', '-l', 'a b'
    }
    It 'fills exit code and output with -Wait' {
        $process = Start-ContainerProcess -Name 'db' -FilePath 'exit' -ArgumentList '5' -Wait
        $process.ExitCode | Should -Be 5
        $process.StdOut | Should -Match 'line 1'
        $process.StdErr | Should -Match 'line 3'
    }
    It 'sends standard input as bytes of UTF-8' {
        Start-ContainerProcess -Name 'db' -FilePath 'cat' -StandardInput ([string] [char] 0xD55C) | Out-Null
        (Get-Sent 'process/start').input | Should -Be '7ZWc'
    }
    It '<Command> takes standard input from the pipeline where a parameter names the container' -ForEach @(
        @{ Command = 'Start-ContainerProcess'; Method = 'process/start' }
        @{ Command = 'Invoke-ContainerCommand'; Method = 'process/run' }
    ) {
        $before = Get-SentCount $Method
        'one', '', 'two' | & $Command -Name 'db' -FilePath 'sort' | Out-Null
        Get-SentCount $Method | Should -Be ($before + 1)
        [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String((Get-Sent $Method).input)) | Should -Be "one`n`ntwo`n"
        , ([byte[]] (0, 255, 10)) | & $Command 'db' 'sort' | Out-Null
        [Convert]::FromBase64String((Get-Sent $Method).input) | Should -Be 0, 255, 10
        [byte[]] (7, 8) | & $Command 'db' 'sort' | Out-Null
        [Convert]::FromBase64String((Get-Sent $Method).input) | Should -Be 7, 8
        @() | & $Command 'db' 'sort' | Out-Null
        (Get-Sent $Method).input | Should -BeNullOrEmpty
        & $Command 'db' 'sort' -StandardInput 'one', 'two' | Out-Null
        [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String((Get-Sent $Method).input)) | Should -Be "one`ntwo`n"
        Get-SentCount $Method | Should -Be ($before + 5)
    }
    It '<Command> takes containers from the pipeline where no parameter names one, and no input from it' -ForEach @(
        @{ Command = 'Start-ContainerProcess'; Method = 'process/start' }
        @{ Command = 'Invoke-ContainerCommand'; Method = 'process/run' }
    ) {
        $before = Get-SentCount $Method
        Get-Container -Name 'db' | & $Command -FilePath 'cat' | Out-Null
        (Get-Sent $Method).PSObject.Properties.Name | Should -Not -Contain 'input'
        'db' | & $Command -FilePath 'cat' -StandardInput 'text' | Out-Null
        (Get-Sent $Method).input | Should -Be ([Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes('text')))
        Get-SentCount $Method | Should -Be ($before + 2)
    }
}

Describe 'Isolation' -Tag Fast {
    It 'of an image that only a VM runs is told with a warning: <What>' -ForEach @(
        @{ What = 'New-Container'; Do = { (New-Container -Image 'older/app' -WarningVariable told -WarningAction SilentlyContinue).EffectiveIsolation; $told } }
        @{ What = 'Invoke-ContainerImage -Detach'; Do = { (Invoke-ContainerImage -Image 'older/app' -Name 'web-1' -Detach -WarningVariable told -WarningAction SilentlyContinue) | Out-Null; 'HyperV'; $told } }
        @{ What = 'Invoke-ContainerImage'; Do = { $null = Invoke-ContainerImage -Image 'older/app' -Name 'ends-0' -WarningVariable told -WarningAction SilentlyContinue; 'HyperV'; $told } }
    ) {
        $effective, $warning = & $Do
        $effective | Should -Be 'HyperV'
        @($warning).Count | Should -Be 1
        "$warning" | Should -BeLike 'HyperV isolation is used: *17763*with Hyper-V isolation only.'
    }
    It 'makes no warning of what is usual' {
        $null = New-Container -Image 'busybox' -WarningVariable told
        $told | Should -BeNullOrEmpty
    }
    It 'says what would bring the one that the host lacks' {
        ((Get-Isolation).Available | Where-Object Isolation -EQ HyperV).Action | Should -Be 'Install-WindowsFeature -Name Hyper-V'
        (Get-Isolation | Out-String) | Should -Match 'no hypervisor; Install-WindowsFeature'
    }
    It 'that an image cannot have is the error <_>' -ForEach 'ImagePlatformMismatch', 'IsolationUnsupported', 'IsolationChangeUnsupported' {
        Set-Isolation HyperV -Name "fail-$_" -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be "$_,Set-Isolation"
        $problem[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }
    It 'binds objects to parameters named ContainerId, as Enter-PSSession, Invoke-Command and Get-ComputeProcess have' {
        function Get-Bound { param([Parameter(ValueFromPipelineByPropertyName = $true)] [string] $ContainerId) process { $ContainerId } }
        (Get-Container -Name 'web*' | Get-Bound) | Should -Be (Get-Container -Name 'web*').Id
    }
    It 'shows the host without parameters' { (Get-Isolation).Scope | Should -Be 'Host' }
    It 'shows containers from the pipeline' { (Get-Container -Name 'web*' | Get-Isolation).Scope | Should -Be 'Container', 'Container' }
    It 'sets containers' {
        (Set-Isolation HyperV -Name 'db' -PassThru).Isolation | Should -Be 'HyperV'
        (Get-Sent 'isolation/set').container | Should -Be '/db'
        (Get-Sent 'isolation/set').Keys | Should -Not -Contain 'default'
    }
    It 'sets the host only with -Default' {
        Set-Isolation -Isolation Process -Default
        (Get-Sent 'isolation/set').default | Should -BeTrue
        (Get-Sent 'isolation/set').Keys | Should -Not -Contain 'container'
        $before = Get-SentCount 'isolation/set'
        Set-Isolation -Isolation Process -Default:$false
        Get-SentCount 'isolation/set' | Should -Be $before
    }
    It 'refuses both' { { Set-Isolation -Isolation Auto -Default -Name 'db' } | Should -Throw }
    It 'never takes the host by omission' {
        $set = (Get-Command -Name Set-Isolation).ParameterSets
        foreach ($one in $set) { @($one.Parameters | Where-Object { $_.IsMandatory -and $_.Name -ne 'Isolation' }).Count | Should -Be 1 }
        $before = Get-SentCount 'isolation/set'
        @() | Set-Isolation -Isolation HyperV
        Get-SentCount 'isolation/set' | Should -Be $before
    }
}

Describe 'Images' -Tag Fast {
    It 'lists, with wildcards' {
        (Get-ContainerImage)[0].PSTypeNames[0] | Should -Be 'Silo.ContainerImage'
        (Get-ContainerImage -Name 'alp*').Name | Should -Be 'alpine:3.20'
    }
    It 'imports paths of the file system, also relative ones' {
        Push-Location -LiteralPath $TestDrive
        try { (Import-ContainerImage -Path './x.tar' -Name 'tools:1' -Command '/bin/sh' -Environment @{ A = 'b' }).Name | Should -Be 'tools:1' } finally { Pop-Location }
        $sent = Get-Sent 'image/import'
        $sent.path | Should -Be (Join-Path -Path (Get-Item -LiteralPath $TestDrive).FullName -ChildPath 'x.tar')
        $sent.config.environment[0].name | Should -Be 'A'
    }
    It 'imports files from the pipeline' {
        Set-Content -LiteralPath (Join-Path -Path $TestDrive -ChildPath 'a[1].tar') -Value 'x'
        Get-ChildItem -LiteralPath $TestDrive -Filter '*.tar' | Import-ContainerImage | Out-Null
        (Get-Sent 'image/import').path | Should -BeLike '*a`[1`].tar'
    }
    It 'removes one name of an object, not all that share its id' {
        (Get-ContainerImage -Name 'alp*' | Remove-ContainerImage -PassThru).Removed | Should -Be 'docker.io/library/alpine:3.20'
        (Get-Sent 'image/remove').image | Should -Be 'docker.io/library/alpine:3.20'
    }
}

Describe 'Errors' -Tag Fast {
    BeforeDiscovery {
        $contract = Import-PowerShellDataFile -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath '../../module/Silo/Contract.psd1')
        $oneOfEach = foreach ($class in $contract.ErrorClasses.Keys | Where-Object { $_ -ne 'connection' } | Sort-Object) {
            $code = $contract.ErrorCodes.Keys | Where-Object { $contract.ErrorCodes[$_] -eq $class } | Sort-Object | Select-Object -First 1
            if ($code) { @{ Code = $code; Class = $class; Category = $contract.ErrorClasses[$class].Category } }
        }
    }
    It '<Code> (<Class>) becomes a record of category <Category>' -ForEach $oneOfEach {
        Start-Container -Name "fail-$Code" -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be "$Code,Start-Container"
        "$($problem[0].CategoryInfo.Category)" | Should -Be $Category
        $problem[0].TargetObject | Should -Be "fail-$Code"
        $problem[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $problem[0].Exception.Data['Code'] | Should -Be $Code
        $problem[0].Exception.Data['Operation'] | Should -Be 'container/start'
        $problem[0].Exception.Message | Should -Not -Match '\{id\}'
    }
    It 'speak the language of the user' {
        $before = [System.Threading.Thread]::CurrentThread.CurrentUICulture
        try {
            [System.Threading.Thread]::CurrentThread.CurrentUICulture = 'ko-KR'
            Import-SiloForTest
            Get-Container -Name 'absent-x' -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem[0].Exception.Message | Should -Match "'absent-x'"
            $problem[0].Exception.Message | Should -Match '\p{IsHangulSyllables}'
            $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerNotFound,Get-Container'
        } finally { [System.Threading.Thread]::CurrentThread.CurrentUICulture = $before }
    }
}

Describe 'Jobs' {
    BeforeAll { $record = New-RecordFile; Import-SiloForTest -Script @{ record = $record } }
    It 'run the command on the same targets and give its output' {
        $job = 'web-1', 'db' | Start-Container -PassThru -AsJob
        $job | Should -HaveCount 1
        ($job | Wait-Job | Receive-Job).Name | Should -Be 'web-1', 'db'
        $job | Remove-Job
    }
    It 'carry the errors' {
        $job = Stop-Container -Name 'absent-x' -AsJob | Wait-Job
        Receive-Job -Job $job -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Match '^ContainerNotFound'
        $job | Remove-Job
    }
    It 'end the request when they are stopped' {
        $job = Wait-Container -Name 'slow-60000' -AsJob
        Wait-Until { Read-Record $record | Where-Object { $_.method -eq 'container/wait' } } | Should -BeTrue
        $job | Stop-Job
        Wait-Until { Read-Record $record | Where-Object { $_.cancelled -eq 'container/wait' } } | Should -BeTrue
        $job | Remove-Job -Force
    }
    It 'start nothing under -WhatIf' { Remove-Container -Name 'web-1' -AsJob -WhatIf | Should -BeNullOrEmpty }
    It 'run an image' {
        $job = Invoke-ContainerImage -Image 'busybox' -Name 'ends-0' -AsJob
        $job | Wait-Job | Receive-Job | Should -Be 'line 1 of ends-0', 'line 2 of ends-0'
        $job | Remove-Job
    }
}
