BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if (-not $missing -and -not (Get-Command -Name ip, nft -CommandType Application -ErrorAction Ignore | Select-Object -Skip 1)) { $missing = 'ip or nft is not installed' }
    if ($missing) { Write-Information -MessageData "No container can run here ($missing): the tests of what goes wrong with containers are skipped." -InformationAction Continue }
}

# What people complain of, in the order of about_Silo_Troubleshooting: each is provoked, and the remedy that stands there is used.
Describe 'What goes wrong with containers' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $stateRoot = Initialize-StateRoot
        $folder = (Get-Item -LiteralPath $TestDrive).FullName
        $archive = New-RootFileSystem -Folder $folder
        [void] (Import-ContainerImage -Path $archive -Name 'tools' -Command '/bin/sh')

        function New-ImageOf {
            # An archive of docker save with an empty layer, for the given system.
            param([string] $Name, [hashtable] $System)
            $tree = "$folder/$Name"
            [void] (New-Item -Path "$tree/layer" -ItemType Directory -Force)
            Set-Content -LiteralPath "$tree/layer/file" -Value $Name
            & tar --create --file "$tree/layer.tar" --directory "$tree/layer" file
            $diffId = 'sha256:' + (Get-FileHash -LiteralPath "$tree/layer.tar" -Algorithm SHA256).Hash.ToLowerInvariant()
            Set-Content -LiteralPath "$tree/config.json" -NoNewline -Value (ConvertTo-Json -Depth 5 -InputObject ($System + @{ rootfs = @{ type = 'layers'; diff_ids = @($diffId) }; config = @{ Cmd = @('cmd') } }))
            Set-Content -LiteralPath "$tree/manifest.json" -NoNewline -Value (ConvertTo-Json -Depth 5 -InputObject @(@{ Config = 'config.json'; RepoTags = @("${Name}:latest"); Layers = @('layer.tar') }))
            & tar --create --file "$folder/$Name.tar" --directory $tree config.json manifest.json layer.tar
            "$folder/$Name.tar"
        }
        function Get-Failure { param([scriptblock] $Script) try { & $Script; throw 'nothing failed' } catch { $_ } }
    }
    AfterAll {
        Get-Container | Remove-Container -Force
        Get-ContainerNetwork | Remove-ContainerNetwork -Force
        Clear-StateRoot -Path $stateRoot
    }
    AfterEach { Get-Container | Remove-Container -Force }

    It ' 1 layers stay on the disk: who holds them is named, and what nothing needs goes with its bytes' {
        $archive = New-ImageOf -Name 'held' -System @{ os = 'linux'; architecture = 'amd64' }
        [void] (Import-ContainerImage -Path $archive)
        [void] (New-Container -Image 'held' -Name 'holder')
        $failure = Get-Failure { Remove-ContainerImage -Name 'held' -Confirm:$false -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -Be 'ImageInUse,Remove-ContainerImage'
        "$failure" | Should -Match ([regex]::Escape((Get-Container -Name 'holder').Id.Substring(0, 12)) + '|holder')
        # Its name goes; the layer is an orphan that one container still needs, and then nobody.
        Remove-ContainerImage -Name 'held' -Force
        $orphan = @(Get-ContainerImageLayer -Orphaned)
        $orphan.Count | Should -Be 1
        Remove-Container -Name 'holder'
        [void] (Optimize-ContainerStore)
        @(Get-ContainerImageLayer -Orphaned).Count | Should -Be 0
        @(Repair-ContainerStore -WhatIf).Count | Should -Be 0
    }
    It ' 2 an image of another Windows build: that is told before it is tried, and is the same when it is' {
        [void] (Import-ContainerImage -Path (New-ImageOf -Name 'newer' -System @{ os = 'windows'; architecture = 'amd64'; 'os.version' = '10.0.26100.1742' }) -Platform 'windows/amd64')
        $test = Test-ContainerImage -Name 'newer'
        $test.Compatible | Should -BeFalse
        $test.Reason | Should -Not -BeNullOrEmpty
        (Get-Failure { New-Container -Image 'newer' -ErrorAction Stop }).FullyQualifiedErrorId | Should -Be 'ImagePlatformMismatch,New-Container'
        Remove-ContainerImage -Name 'newer'
    }
    It ' 3 an error of the system says nothing: its code, its name and what to do stand in the record, and in the help' {
        $failure = Get-Failure { Invoke-ContainerImage -Image 'tools' -Command '/no/such/program' -AutoRemove -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -Be 'ExecutableNotFound,Invoke-ContainerImage'
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $failure.Exception.Data.Keys | Should -Contain 'Code'
        $help = Get-Content -LiteralPath (Join-Path -Path (Get-ProjectRoot) -ChildPath 'module/Silo/en-US/about_Silo_Errors.help.txt') -Raw
        foreach ($code in '0x80370102', '0x80370106', '0x803b0013') { $help | Should -Match $code }
    }
    It ' 4 pulls are slow: an archive needs no registry, and a job nobody who waits' {
        $job = Import-ContainerImage -Path $archive -Name 'offline' -Command '/bin/true' -AsJob
        (Receive-Job -Job $job -Wait -AutoRemoveJob).Name | Should -Be 'offline:latest'
        Invoke-ContainerImage -Image 'offline' -Pull Never -AutoRemove -PassThru | ForEach-Object ExitCode | Should -Be 0
    }
    It ' 5 two networks want one subnet: the other is named with its owner, and a free one is chosen where none is given' {
        $first = New-ContainerNetwork -Name 'first' -Type Internal
        $failure = Get-Failure { New-ContainerNetwork -Name 'second' -Type Internal -Subnet $first.Subnets[0].Prefix -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -Be 'SubnetConflict,New-ContainerNetwork'
        "$failure" | Should -Match ([regex]::Escape($first.Subnets[0].Prefix))
        "$failure" | Should -Match 'first'
        (New-ContainerNetwork -Name 'second' -Type Internal).Subnets[0].Prefix | Should -Not -Be $first.Subnets[0].Prefix
        Get-ContainerNetwork -Name 'second' | Remove-ContainerNetwork
    }
    It ' 6 a bridge is gone, as after a crash, and a port is taken: both are told, and the bridge is made again' {
        $network = Get-ContainerNetwork -Name 'first'
        [void] (Invoke-ContainerImage -Image 'tools' -Network 'first' -Command 'sleep', '1000' -Detach)
        & ip link delete $network.HostId
        @(Repair-ContainerNetwork -WhatIf).Action | Should -Contain 'WouldRepair'
        @(Repair-ContainerNetwork).Action | Should -Contain 'Repaired'
        & ip link show $network.HostId | Should -Not -BeNullOrEmpty
        [void] (New-ContainerNetwork -Name 'out')
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Any, 0)
        $listener.Start()
        try {
            $failure = Get-Failure { Invoke-ContainerImage -Image 'tools' -Network 'out' -Publish "$($listener.LocalEndpoint.Port):80" -Command 'sleep', '1000' -Detach -ErrorAction Stop }
        } finally { $listener.Stop() }
        $failure.FullyQualifiedErrorId | Should -Be 'PortInUse,Invoke-ContainerImage'
        "$failure" | Should -Match "$($listener.LocalEndpoint.Port).*pwsh"
    }
    It ' 7 a container does not stop, and an engine is killed: it is ended in time, and others go on' {
        $deaf = Invoke-ContainerImage -Image 'tools' -Command 'sh', '-c', 'trap "" TERM; while true; do sleep 1; done' -Detach
        $goesOn = Invoke-ContainerImage -Image 'tools' -Command 'sleep', '1000' -Detach
        Stop-Container -Id $deaf.Id -TimeoutSeconds 1 -Verbose 4>&1 | Out-String | Should -Match 'TimedOut'
        Stop-Process -Id (Get-EnginePid) -Force
        (Get-Container -Id $goesOn.Id).State | Should -Be 'Running'
        Stop-Container -Id $goesOn.Id -Force
        (Get-Container -Id $goesOn.Id).State | Should -Be 'Exited'
        @(Repair-ContainerStore -WhatIf).Count | Should -Be 0
    }
    It ' 8 a container is ended too early: it has the time that is given, and how it ended is told' {
        $slow = Invoke-ContainerImage -Image 'tools' -Command 'sh', '-c', 'trap "sleep 2; echo finished; exit 0" TERM; echo ready; while true; do sleep 0.1; done' -Detach
        Wait-Until { (Get-ContainerLog -Id $slow.Id).Text -contains 'ready' } | Should -BeTrue
        Stop-Container -Id $slow.Id -TimeoutSeconds 60 -Verbose 4>&1 | Out-String | Should -Match 'Graceful'
        (Get-ContainerLog -Id $slow.Id).Text | Should -Contain 'finished'
        (Get-Container -Id $slow.Id).ExitCode | Should -Be 0
    }
    It ' 9 a build fails: the line and what it wrote are told, and nothing is left' {
        [void] (New-Item -Path "$folder/context" -ItemType Directory)
        Set-Content -LiteralPath "$folder/context/Dockerfile" -Value 'FROM tools', 'RUN true', 'RUN echo went wrong >&2; exit 3'
        $failure = Get-Failure { New-ContainerImage -Path "$folder/context" -Reference 'broken:1' -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -Be 'BuildStepFailed,New-ContainerImage'
        "$failure" | Should -Match '(?s)line 3.*went wrong'
        Get-ContainerImage -Name 'broken*' | Should -BeNullOrEmpty
        Get-Container | Should -BeNullOrEmpty
    }
    It '10 it is not clear what to install: every requirement has what was found, and what is missing its remedy' {
        $requirements = Test-ContainerHost
        $requirements.Count | Should -BeGreaterThan 3
        @($requirements | Where-Object { -not $_.Detail }) | Should -BeNullOrEmpty
        $requirements | Where-Object { $_.Satisfied -eq $false -and -not $_.Remedy } | Should -BeNullOrEmpty
    }
    It '11 another program holds files: the error names the place, and nothing is half done' {
        # On Linux a program that works in the folder of a container takes the part of a filter driver.
        $container = Invoke-ContainerImage -Image 'tools' -Command 'sleep', '1000' -Detach
        $other = Start-Process -FilePath 'sh' -ArgumentList '-c', "`"cd /proc/$($container.Pid)/root/etc && exec sleep 60 3< passwd`"" -PassThru
        Wait-Until { (Get-Item -LiteralPath "/proc/$($other.Id)/fd/3" -ErrorAction Ignore) } | Should -BeTrue
        try {
            Remove-Container -Id $container.Id -Force -ErrorVariable problem -ErrorAction SilentlyContinue
            foreach ($one in $problem) { $one.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty }
        } finally { $other.Kill(); $other.WaitForExit() }
        Get-Container | Remove-Container -Force
        [void] (Repair-ContainerStore)
        @(Repair-ContainerStore -WhatIf).Count | Should -Be 0
    }
    It '12 an account of a domain does not work: what is wrong with its document is named' {
        $spec = '{"CmsPlugins":["ActiveDirectory"],"DomainJoinConfig":{"Sid":"S-1-5-32-544","MachineAccountName":"web","Guid":"244818ae-87ac-4fcd-92ec-e79e5252348a","DnsTreeName":"contoso.com","DnsName":"contoso.com","NetBiosName":"CONTOSO"},"ActiveDirectoryConfig":{"GroupManagedServiceAccounts":[{"Name":"web","Scope":"contoso.com"}]}}'
        ($spec | Test-ContainerCredentialSpec | Where-Object Satisfied -EQ $false).Name | Should -Be 'DomainSid', 'Scope'
    }
    It '13 a log grows without end: it is turned over, and its lines have time and stream' {
        $loud = Invoke-ContainerImage -Image 'tools' -Command 'sh', '-c', 'seq 1 200000; echo last >&2' -LogMaximumBytes 64KB -LogFileCount 2 -Detach
        [void] (Wait-Container -Id $loud.Id -TimeoutSeconds 60)
        $bytes = { (Get-ChildItem -LiteralPath $stateRoot -Recurse -File -Filter '*.log*' | Where-Object { $_.FullName -like "*$($loud.Id)*" } | Measure-Object -Property Length -Sum).Sum }
        Wait-Until { (& $bytes) -lt 1MB } -TimeoutSeconds 20 | Should -BeTrue
        $last = Get-ContainerLog -Id $loud.Id -Stream stderr -Tail 1
        $last.Text, $last.Stream | Should -Be 'last', 'stderr'
        $last.Time | Should -BeOfType [datetime]
    }
    It '14 a folder cannot be written: which account wants to is seen, and its right is enough' {
        $data = "$folder/data"
        [void] (New-Item -Path $data -ItemType Directory)
        $mount = New-ContainerMount -Type Bind -Source $data -Target '/data'
        (Invoke-ContainerImage -Image 'tools' -User 'app' -Mount $mount -Command 'touch', '/data/file' -AutoRemove -PassThru -ErrorAction SilentlyContinue).ExitCode | Should -Be 1
        Invoke-ContainerImage -Image 'tools' -User 'app' -Command 'id', '-u' -AutoRemove | Should -Be '1000'
        & chown 1000 $data
        (Invoke-ContainerImage -Image 'tools' -User 'app' -Mount $mount -Command 'touch', '/data/file' -AutoRemove -PassThru).ExitCode | Should -Be 0
        $failure = Get-Failure { Invoke-ContainerImage -Image 'tools' -Mount (New-ContainerMount -Type Bind -Source "$folder/nowhere" -Target '/data') -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -Be 'PathNotFound,Invoke-ContainerImage'
        "$failure" | Should -Match 'nowhere'
    }
    It '15 somebody without rights: that is said, and by whom the engine is asked' {
        (Get-ContainerHost).Elevated | Should -BeTrue
        (Test-ContainerHost | Where-Object Name -EQ 'administrative rights').Satisfied | Should -BeTrue
        $root = "$folder/nobody"
        [void] (New-Item -Path $root -ItemType Directory)
        & chown nobody $root
        & chmod 755 $folder
        $script = "Import-Module '$(Join-Path -Path (Get-ProjectRoot) -ChildPath 'module/Silo/Silo.psd1')'; (Test-ContainerHost | Where-Object Name -EQ 'administrative rights').Satisfied; try { Import-ContainerImage -Path '$archive' -Name tools -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }"
        $output = & runuser -u nobody -- env "HOME=$root" "SILO_ROOT=$root/root" "SILO_ENGINE=$env:SILO_ENGINE" (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $script
        $output | Should -Be 'False', 'ElevationRequired,Import-ContainerImage'
    }
    It '16 PowerShell itself: what Get-Container gives goes down the pipeline, also after a remote session' {
        foreach ($name in 'one', 'two') { [void] (Invoke-ContainerImage -Image 'tools' -Name $name -Command 'true') }
        $kept = "$folder/containers.xml"
        Get-Container -Name 'two' | Export-Clixml -LiteralPath $kept
        Get-Container -State Exited | Where-Object Name -EQ 'one' | Remove-Container
        Import-Clixml -LiteralPath $kept | Remove-Container
        Get-Container | Should -BeNullOrEmpty
        # PowerShell's own cmdlets find a compute system by its whole id, from an object's property of that name.
        (New-Container -Image 'tools').ContainerId | Should -Match '^[0-9a-f]{64}$'
    }
}

Describe 'The help for what goes wrong (<_>)' -Tag Fast -ForEach 'en-US', 'ko-KR' {
    It 'has all sixteen, each with something to run' {
        $root = Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent
        $text = Get-Content -LiteralPath "$root/module/Silo/$_/about_Silo_Troubleshooting.help.txt" -Raw
        $parts = [regex]::Matches($text, '(?ms)^ ?(\d+)\. .*?(?=^ ?\d+\. |^\S)')
        $parts.ForEach({ [int] $_.Groups[1].Value }) | Should -Be (1..16)
        foreach ($part in $parts) { $part.Value | Should -Match '(?m)^ {8}\S' }
    }
}
