BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $record = New-RecordFile
    Import-SiloForTest -Script @{ record = $record }
    function Get-Sent { param($Method) @(Read-Record $record | Where-Object { $_.method -eq $Method }).params | Select-Object -Last 1 }
    function Get-SentCount { param($Method) @(Read-Record $record | Where-Object { $_.method -eq $Method }).Count }
    $credential = Get-TestCredential
}
AfterAll { Remove-SiloForTest }

Describe 'Request-ContainerImage' -Tag Fast {
    It 'sends what was given and gives the image' {
        $image = Request-ContainerImage -Reference 'reg.example/app:2' -Platform 'linux/arm64' -OSVersion '10.0.20348' -IncludeReferrer -Pull Missing -Credential $credential
        $image.PSTypeNames[0] | Should -Be 'Silo.ContainerImage'
        $sent = Get-Sent 'image/pull'
        $sent.reference | Should -Be 'reg.example/app:2'
        $sent.platform | Should -Be 'linux/arm64'
        $sent.osVersion | Should -Be '10.0.20348'
        $sent.policy | Should -Be 'Missing'
        $sent.referrers | Should -BeTrue
        $sent.credential.userName | Should -Be 'me'
        $sent.credential.secret | Should -Be 'hunter2'
    }
    It 'asks the registry each time, and sends nothing that was not given' {
        Request-ContainerImage 'alpine' | Out-Null
        (Get-Sent 'image/pull').Keys | Sort-Object | Should -Be 'policy', 'progressToken', 'reference'
        (Get-Sent 'image/pull').policy | Should -Be 'Always'
    }
    It 'says verbosely that nothing had to be done' { Request-ContainerImage -Reference 'busybox:latest' -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | Out-String | Should -Match 'busybox:latest' }
    It 'takes what Find-ContainerImage found' {
        (Find-ContainerImage -Repository 'team/app' -Registry 'reg.example' -Tag '1.*' | Request-ContainerImage).Name | Should -Be 'reg.example/team/app:1.0', 'reg.example/team/app:1.1'
    }
    It 'goes on after one that is not there' {
        (Request-ContainerImage -Reference 'nowhere/a', 'reg.example/b' -ErrorVariable problem -ErrorAction SilentlyContinue).Name | Should -Be 'reg.example/b'
        $problem[0].FullyQualifiedErrorId | Should -Be 'TagNotFound,Request-ContainerImage'
    }
    It 'remembers the names for completion' {
        [void] (Request-ContainerImage -Reference 'reg.example/remembered:1')
        & (Get-Module -Name Silo) { $script:KnownName.Image.Keys } | Should -Contain 'reg.example/remembered:1'
    }
    It 'shows download and extraction apart, with sizes' -Tag Once {
        $shell = [powershell]::Create()
        try {
            [void] $shell.AddScript('param($manifest) Import-Module $manifest; Request-ContainerImage -Reference missing/slowly; Remove-Module Silo').AddArgument((Get-Module -Name Silo).Path.Replace('.psm1', '.psd1'))
            [void] $shell.Invoke()
            $bars = @($shell.Streams.Progress)
            @($bars.Activity | Sort-Object -Unique) | Should -Be 'Layer 0123456789ab', 'Layer 1 of 1'
            @($bars | Where-Object Activity -EQ 'Layer 0123456789ab')[0].StatusDescription | Should -Match '^Downloading \(\S+ [KM]B / \S+ MB\)$'
            foreach ($group in $bars | Group-Object -Property ActivityId) { $group.Group[-1].RecordType | Should -Be 'Completed' }
        } finally { $shell.Dispose() }
    }
}

Describe 'A time left' -Tag Fast {
    It 'comes from the bytes of the time that was seen' {
        $view = & (Get-Module -Name Silo) { Get-ProgressView -Value ([pscustomobject] @{ status = 'Downloading'; currentBytes = 30MB; totalBytes = 110MB }) -Bar @{ Since = [datetime]::UtcNow.AddSeconds(-2); SinceBytes = 10MB } -Now ([datetime]::UtcNow) }
        $view.SecondsRemaining | Should -BeIn 7, 8, 9
        $view.PercentComplete | Should -Be 27
    }
    It 'is not guessed at the beginning' {
        $now = [datetime]::UtcNow
        $view = & (Get-Module -Name Silo) { Get-ProgressView -Value ([pscustomobject] @{ status = 'Reading'; currentBytes = 5KB }) -Bar @{ Since = $args[0]; SinceBytes = 0 } -Now $args[0] } $now
        $view.Keys | Should -Not -Contain 'SecondsRemaining'
        $view.Status | Should -Be 'Reading (5.0 KB)'
    }
}

Describe '-Pull' -Tag Fast {
    BeforeAll {
        function Import-Fresh { Import-SiloForTest -Script @{ record = $record } }
    }
    It 'Missing, the default, gets an image that is not here, and makes the container' {
        Import-Fresh
        $before = Get-SentCount 'image/pull'
        (New-Container -Image 'missing/app:1' -Name 'n').Name | Should -Be 'n'
        Get-SentCount 'image/pull' | Should -Be ($before + 1)
        (Get-Sent 'image/pull').policy | Should -Be 'Missing'
        (New-Container -Image 'missing/app:1' -Name 'n').Name | Should -Be 'n'
        Get-SentCount 'image/pull' | Should -Be ($before + 1)
    }
    It 'Missing runs an image that was not here, and loses no line' {
        Import-Fresh
        Invoke-ContainerImage -Image 'missing/app:1' | Should -Be 'line 1 of nameless', 'line 2 of nameless'
        (Invoke-ContainerImage -Image 'missing/other:1' -PassThru).StdErr | Should -Be 'line 3 of nameless'
        (Invoke-ContainerImage -Image 'missing/third:1' -Detach).PSTypeNames[0] | Should -Be 'Silo.Container'
    }
    It 'Missing asks no registry for an image that is here' {
        $before = Get-SentCount 'image/pull'
        [void] (New-Container -Image 'busybox')
        Get-SentCount 'image/pull' | Should -Be $before
    }
    It 'Missing writes the error of the registry, once' {
        New-Container -Image 'nowhere/app' -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        Invoke-ContainerImage -Image 'nowhere/app' -ErrorVariable +problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -Be 'TagNotFound,New-Container', 'TagNotFound,Invoke-ContainerImage'
    }
    It 'Never gets nothing' {
        $before = Get-SentCount 'image/pull'
        New-Container -Image 'missing/never' -Pull Never -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ImageNotFound,New-Container'
        Get-SentCount 'image/pull' | Should -Be $before
    }
    It 'Always asks first' {
        [void] (New-Container -Image 'busybox:latest' -Pull Always)
        (Get-Sent 'image/pull').policy | Should -Be 'Always'
        $before = Get-SentCount 'container/run'
        Invoke-ContainerImage -Image 'nowhere/app' -Pull Always -ErrorAction SilentlyContinue
        Get-SentCount 'container/run' | Should -Be $before
    }
}

Describe 'Registries' -Tag Fast {
    BeforeAll { Import-SiloForTest -Script @{ record = $record } }
    It 'finds tags, and filters them' {
        (Find-ContainerImage -Repository 'busybox').Tag | Should -Be '1.0', '1.1', 'latest'
        (Find-ContainerImage -Repository 'busybox' -Tag 'l*', '1.0').Tag | Should -Be '1.0', 'latest'
    }
    It 'finds repositories, and filters them' {
        $found = Find-ContainerImage -Registry 'reg.example' -Repository 'team/*' -Limit 50
        $found.Repository | Should -Be 'team/app', 'team/tools'
        $found[0].Reference | Should -Be 'reg.example/team/app'
        (Get-Sent 'image/find').limit | Should -Be 50
        (Get-Sent 'image/find').Keys | Should -Not -Contain 'repository'
    }
    It 'finds what refers to an image' {
        (Find-ContainerImage -ReferrerOf 'reg.example/app:1').PSTypeNames[0] | Should -Be 'Silo.RegistryReferrer'
        (Get-Sent 'image/referrers').reference | Should -Be 'reg.example/app:1'
        { Find-ContainerImage -ReferrerOf 'reg.example/app:1' -Tag '1' } | Should -Throw
    }
    It 'pushes, also elsewhere' {
        $pushed = Submit-ContainerImage -Name 'app:1' -Destination 'reg.example/app:1' -Credential $credential -IncludeForeignLayer -AllPlatform
        $pushed.PSTypeNames[0] | Should -Be 'Silo.SubmittedContainerImage'
        $pushed.Digest | Should -Match '^sha256:'
        (Get-Sent 'image/push').includeForeignLayers | Should -BeTrue
        (Get-Sent 'image/push').allPlatforms | Should -BeTrue
        (Get-Sent 'image/push').credential.secret | Should -Be 'hunter2'
        (Get-ContainerImage -Name 'alp*' | Submit-ContainerImage).Reference | Should -Be 'docker.io/library/alpine:3.20'
    }
    It 'says that a login is needed, and who can give it' {
        Submit-ContainerImage -Name 'private.example/app' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'RegistryLoginRequired,Submit-ContainerImage'
        $problem[0].ErrorDetails.RecommendedAction | Should -Match 'Connect-ContainerRegistry'
    }
    It 'refuses a wrong password, and keeps nothing' {
        { Connect-ContainerRegistry -Registry 'private.example' -Credential (Get-TestCredential -Password 'wrong') -ErrorAction Stop } | Should -Throw -ErrorId 'RegistryLoginRequired,Connect-ContainerRegistry'
        & (Get-Module -Name Silo) { $script:KnownCredential.Count } | Should -Be 0
    }
    It 'keeps a login beyond the life of an engine' {
        $login = Connect-ContainerRegistry -Registry 'private.example' -Credential $credential
        $login.PSTypeNames[0] | Should -Be 'Silo.ContainerRegistry'
        $login.UserName | Should -Be 'me'
        $login.PSObject.Properties.Name | Should -Not -Contain 'Secret'
        [void] (Submit-ContainerImage -Name 'private.example/app' -ErrorAction Stop)
        Get-SentCount 'registry/connect' | Should -Be 2
        $engine = Get-Process -Id (Get-EnginePid)
        $engine.Kill()
        [void] $engine.WaitForExit(5000)
        [void] (Submit-ContainerImage -Name 'private.example/app' -ErrorAction Stop)
        Get-SentCount 'registry/connect' | Should -Be 3
        [void] (Get-ContainerImage)
        Get-SentCount 'registry/connect' | Should -Be 3
    }
    It 'gives a job the logins of its session' {
        $job = Request-ContainerImage -Reference 'private.example/app' -AsJob
        ($job | Wait-Job -Timeout 60 | Receive-Job -ErrorAction Stop).Name | Should -Be 'private.example/app'
        $job | Remove-Job
    }
    It 'forgets a login' {
        Disconnect-ContainerRegistry -Registry 'private.example'
        Submit-ContainerImage -Name 'private.example/app' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'RegistryLoginRequired,Submit-ContainerImage'
        Disconnect-ContainerRegistry -Registry 'private.example' -Verbose 4>&1 | Out-String | Should -Match 'private.example'
    }
    It 'leaves to a helper what a helper keeps' {
        (Connect-ContainerRegistry -Registry 'helped.example' -Credential $credential).Kept | Should -Be 'CredentialHelper'
        & (Get-Module -Name Silo) { $script:KnownCredential.Count } | Should -Be 0
    }
    It 'never shows a password: not with -Debug, not in errors, not in what is given' {
        $shown = & {
            Connect-ContainerRegistry -Registry 'private.example' -Credential $credential -Debug
            Request-ContainerImage -Reference 'private.example/app' -Credential $credential -Debug -Verbose
            Request-ContainerImage -Reference 'nowhere/app' -Credential $credential -Debug
            Submit-ContainerImage -Name 'private.example/app' -Credential $credential -Debug
            Find-ContainerImage -Repository 'private.example/app' -Credential $credential -Debug
            Test-ContainerImage -Name 'busybox' -Credential $credential -Debug
            New-ContainerImage -Path $TestDrive -Credential $credential -BuildArgument @{ TOKEN = 'hunter2]"' } -Debug
            Connect-ContainerRegistry -Registry 'private.example' -Credential (Get-TestCredential -Password 'hunter2"]}') -Debug
        } *>&1 | ForEach-Object { "$_"; $_ | Format-List * -Force | Out-String -Width 10000 }
        "$shown" | Should -Match '"secret":"\*\*\*"'
        "$shown" | Should -Match 'TOKEN'
        "$shown" | Should -Not -Match 'hunter2'
        Disconnect-ContainerRegistry -Registry 'private.example'
    }
}

Describe 'Names of images' -Tag Fast {
    It 'are added, for images by name and from the pipeline' {
        Add-ContainerImageTag -Name 'busybox' -Reference 'reg.example/busybox:1', 'reg.example/busybox:2' | Should -BeNullOrEmpty
        (Get-Sent 'image/tag').reference | Should -Be 'reg.example/busybox:2'
        (Get-ContainerImage -Name 'alp*' | Add-ContainerImageTag -Reference 'mine:1' -PassThru).Name | Should -Be 'mine:1'
        (Get-Sent 'image/tag').image | Should -Be 'docker.io/library/alpine:3.20'
    }
    It 'are taken from another image only with -Force' {
        { Add-ContainerImageTag -Name 'busybox' -Reference 'taken:1' -ErrorAction Stop } | Should -Throw -ErrorId 'ImageReferenceInUse,Add-ContainerImageTag'
        Add-ContainerImageTag -Name 'busybox' -Reference 'taken:1' -Force
        (Get-Sent 'image/tag').force | Should -BeTrue
    }
    It 'are removed, one at a time' {
        Remove-ContainerImageTag -Reference 'busybox:latest' | Should -BeNullOrEmpty
        (Get-Sent 'image/remove').image | Should -Be 'docker.io/library/busybox:latest'
    }
}

Describe 'What an image is made of' -Tag Fast {
    It 'are steps, newest first, and they say of which image' {
        $steps = Get-ContainerImageHistory -Name 'busybox'
        $steps.Count | Should -Be 2
        $steps[0].PSTypeNames[0] | Should -Be 'Silo.ContainerImageHistory'
        $steps[0].CreatedAt | Should -BeOfType [datetime]
        $steps[1].Image | Should -Be 'busybox'
        $steps | Format-Table | Out-String -Width 100 | Should -Match '4\.3 MB +ADD rootfs'
    }
    It 'are layers: of an image, of all, and of none' {
        (Get-ContainerImageLayer -Name 'busybox')[0].PSTypeNames[0] | Should -Be 'Silo.ContainerImageLayer'
        (Get-Sent 'image/layers').image | Should -Be 'busybox'
        [void] (Get-ContainerImageLayer)
        @((Get-Sent 'image/layers').Keys).Count | Should -Be 0
        (Get-ContainerImageLayer -Orphaned).Images | Should -BeNullOrEmpty
        (Get-Sent 'image/layers').orphaned | Should -BeTrue
        { Get-ContainerImageLayer -Name 'busybox' -Orphaned } | Should -Throw
    }
    It 'asks for nothing where a wildcard matches nothing' {
        $before = Get-SentCount 'image/layers'
        Get-ContainerImageLayer -Name 'nothing*' | Should -BeNullOrEmpty
        Get-SentCount 'image/layers' | Should -Be $before
    }
    It 'is tested: whole or not, and whether it runs here' {
        $test = Test-ContainerImage -Name 'busybox'
        $test.PSTypeNames[0] | Should -Be 'Silo.ContainerImageTest'
        $test.Intact | Should -BeTrue
        $test.Compatible | Should -BeTrue
        $test.Platform | Should -Be 'linux/amd64'
        $foreign = Test-ContainerImage -Name 'windows/servercore:ltsc2022'
        $foreign.Compatible | Should -BeFalse
        $foreign.ImageBuild | Should -Be '20348'
        $foreign.Intact | Should -BeNullOrEmpty
        (Test-ContainerImage -Name 'damaged/app').Damaged.Count | Should -Be 1
        'busybox', 'damaged/app', 'windows/servercore' | Test-ContainerImage -Quiet | Should -Be $true, $false, $false
    }
}

Describe 'Export-ContainerImage' -Tag Fast {
    It 'writes all images of a pipeline into one archive' {
        Push-Location -LiteralPath $TestDrive
        try { $archive = Get-ContainerImage | Export-ContainerImage -Path './all.tar' -Format DockerArchive -PassThru } finally { Pop-Location }
        $sent = Get-Sent 'image/export'
        $sent.images.Count | Should -Be 2
        $sent.path | Should -Be (Join-Path -Path (Get-Item -LiteralPath $TestDrive).FullName -ChildPath 'all.tar')
        $sent.format | Should -Be 'DockerArchive'
        $archive.Digests.Count | Should -Be 2
        $archive.PSTypeNames[0] | Should -Be 'Silo.ContainerImageArchive'
    }
    It 'gives nothing without -PassThru, and replaces only with -Force' {
        { Export-ContainerImage -Name 'busybox' -Path '/tmp/taken.tar' -ErrorAction Stop } | Should -Throw -ErrorId 'PathExists,Export-ContainerImage'
        Export-ContainerImage -Name 'busybox' -Path '/tmp/taken.tar' -Force | Should -BeNullOrEmpty
    }
    It 'writes nothing where a wildcard matches nothing' {
        $before = Get-SentCount 'image/export'
        Export-ContainerImage -Name 'nothing*' -Path '/tmp/x.tar'
        Get-SentCount 'image/export' | Should -Be $before
    }
    It 'gives what Import-ContainerImage takes' {
        [void] (Export-ContainerImage -Name 'busybox' -Path '/tmp/round.tar' -PassThru | Import-ContainerImage)
        (Get-Sent 'image/import').path | Should -Be '/tmp/round.tar'
    }
}

Describe 'New-ContainerImage' -Tag Fast {
    BeforeAll {
        $context = Join-Path -Path (Get-Item -LiteralPath $TestDrive).FullName -ChildPath 'context'
        [void] (New-Item -Path $context -ItemType Directory -Force)
        Set-Content -LiteralPath "$context/Dockerfile.dev" -Value 'FROM scratch'
        Set-Content -LiteralPath (Join-Path -Path $TestDrive -ChildPath 'Dockerfile.here') -Value 'FROM scratch'
    }
    It 'sends what was given, with full paths' {
        Push-Location -LiteralPath $TestDrive
        try {
            $image = New-ContainerImage -Path './context' -Dockerfile 'Dockerfile.dev' -Reference 'app:2', 'app:latest' -Target 'final' -BuildArgument ([ordered] @{ VERSION = 2; Path = 'x' }) -Label @{ l = 'v' } -Secret @{ npmrc = './.npmrc' } -NoCache -Pull Always -SourceDateEpoch 1767225600
        } finally { Pop-Location }
        $image.Name | Should -Be 'app:2'
        $sent = Get-Sent 'image/build'
        $sent.path | Should -Be $context
        $sent.dockerfile | Should -Be 'Dockerfile.dev'
        $sent.references | Should -Be 'app:2', 'app:latest'
        $sent.target | Should -Be 'final'
        $sent.buildArguments[0].value | Should -Be '2'
        $sent.labels[0].name | Should -Be 'l'
        $sent.secrets[0].id | Should -Be 'npmrc'
        $sent.secrets[0].source | Should -Be (Join-Path -Path (Split-Path -Path $context -Parent) -ChildPath '.npmrc')
        $sent.noCache | Should -BeTrue
        $sent.pull | Should -Be 'Always'
        $sent.sourceDateEpoch | Should -Be 1767225600
    }
    It 'finds a Dockerfile where the caller stands' {
        Push-Location -LiteralPath $TestDrive
        try { [void] (New-ContainerImage -Path './context' -Dockerfile './Dockerfile.here') } finally { Pop-Location }
        (Get-Sent 'image/build').dockerfile | Should -Be (Join-Path -Path (Split-Path -Path $context -Parent) -ChildPath 'Dockerfile.here')
    }
    It 'takes a folder from the pipeline' {
        (Get-Item -LiteralPath $context | New-ContainerImage).PSTypeNames[0] | Should -Be 'Silo.ContainerImage'
        (Get-Sent 'image/build').path | Should -Be $context
        (Get-Sent 'image/build').Keys | Sort-Object | Should -Be 'path', 'progressToken', 'pull', 'stream'
    }
    It 'gives the image alone; the output of steps is information' {
        @(New-ContainerImage -Path $context -InformationVariable information).Count | Should -Be 1
        $information.Count | Should -Be 6
        $information[0].Tags | Should -Be 'build', 'stdout'
        $information[2].Tags | Should -Be 'build', 'stderr'
        "$($information[5].MessageData)" | Should -Be 'line 6 of lines-6'
        New-ContainerImage -Path $context -Verbose 4>&1 | Out-String | Should -Match '1'
    }
    It 'puts the last lines of a failed step into its error' {
        New-ContainerImage -Path $context -Target 'broken' -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -Be 'BuildStepFailed,New-ContainerImage'
        $problem[0].Exception.Data['Output'] | Should -Contain 'line 6 of lines-6'
        "$($problem[0])" | Should -Match 'line 6 of lines-6'
        $problem[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }
}

Describe 'ConvertTo-ContainerImage' -Tag Fast {
    It 'sends what was given and gives the image' {
        (ConvertTo-ContainerImage -Name 'web-1' -Reference 'web:2' -Author 'me' -Message 'patched' -Change 'CMD ["sh"]', 'ENV A=b' -NoPause).Name | Should -Be 'web:2'
        $sent = Get-Sent 'container/commit'
        $sent.container | Should -Be '/web-1'
        $sent.changes | Should -Be 'CMD ["sh"]', 'ENV A=b'
        $sent.pause | Should -BeFalse
        $sent.author | Should -Be 'me'
        $sent.message | Should -Be 'patched'
    }
    It 'takes containers from the pipeline' {
        [void] (Get-Container -Name 'db' | ConvertTo-ContainerImage)
        (Get-Sent 'container/commit').container | Should -Be (Get-Container -Name 'db').Id
    }
}

Describe 'The store' -Tag Fast {
    BeforeAll { Import-SiloForTest -Script @{ record = $record } }
    It 'is optimized: one object an item' {
        $items = Optimize-ContainerStore -UnusedImage -DanglingImage -StoppedContainer -BuildCache -KeepLast 2 -OlderThan ([datetime]::SpecifyKind('2026-01-02T03:04:05', 'Utc'))
        $items.Count | Should -Be 2
        $items[0].PSTypeNames[0] | Should -Be 'Silo.ContainerStoreItem'
        $items.Action | Should -Be 'Removed', 'Removed'
        $sent = Get-Sent 'store/optimize'
        foreach ($name in 'unusedImages', 'danglingImages', 'stoppedContainers', 'buildCache') { $sent.$name | Should -BeTrue -Because $name }
        $sent.keepLast | Should -Be 2
        $sent.olderThan | Should -Be '2026-01-02T03:04:05.0000000Z'
        $sent.dryRun | Should -BeFalse
    }
    It 'is told with where it is and what its parts take' {
        $store = Get-ContainerStore
        $store.PSTypeNames[0] | Should -Be 'Silo.ContainerStoreUsage'
        $store.Path, $store.FileSystem, $store.LayerBytes, $store.ReclaimableBytes | Should -Be '/var/lib/silo', 'ext4', 4500000, 4500512
        $store | Out-String | Should -Match 'Reclaimable *: 4\.3 MB'
    }
    It 'is tested by what a repair would mend, and nothing is changed' {
        (Test-ContainerStore -Verify).Action | Should -Be 'WouldRepair'
        (Get-Sent 'store/repair').verify, (Get-Sent 'store/repair').dryRun | Should -Be $true, $true
        Test-ContainerStore -Quiet | Should -BeFalse
        (Get-Sent 'store/repair').dryRun | Should -BeTrue
    }
    It '<_> -WhatIf is the dry run of the engine' -ForEach 'Optimize-ContainerStore', 'Repair-ContainerStore' {
        $items = @(& $_ -WhatIf)
        $items[0].Action | Should -Match '^Would'
        (Get-Sent ('store/' + $_.Split('-')[0].ToLowerInvariant())).dryRun | Should -BeTrue
        $items | Format-Table | Out-String -Width 120 | Should -Match 'Would'
    }
    It 'says what was freed' { Optimize-ContainerStore -WhatIf -Verbose 4>&1 | Out-String | Should -Match '4\.3 MB' }
    It 'is repaired, with every blob where asked' {
        (Repair-ContainerStore -Verify).Action | Should -Be 'Repaired'
        (Get-Sent 'store/repair').verify | Should -BeTrue
    }
    It 'is moved' {
        (Move-ContainerStore -Path '/tmp/elsewhere' -WhatIf).MovedBytes | Should -Be 12000000
        (Get-Sent 'store/move').dryRun | Should -BeTrue
        (Move-ContainerStore -Path '/tmp/elsewhere').Path | Should -Be '/tmp/elsewhere'
        (Get-Sent 'store/move').dryRun | Should -BeFalse
        Push-Location -LiteralPath $TestDrive
        try { [void] (Move-ContainerStore -Path './new') } finally { Pop-Location }
        (Get-Sent 'store/move').path | Should -Be (Join-Path -Path (Get-Item -LiteralPath $TestDrive).FullName -ChildPath 'new')
    }
    It 'is looked at, not changed, by -AsJob under -WhatIf' {
        Optimize-ContainerStore -AsJob -WhatIf | Should -Not -BeOfType [System.Management.Automation.Job]
    }
}

Describe 'Jobs of images' {
    BeforeAll { Import-SiloForTest -Script @{ record = $record } }
    It '<Command> runs as a job' -ForEach @(
        @{ Command = 'Request-ContainerImage'; Parameter = @{ Reference = 'busybox:latest' }; Type = 'Silo.ContainerImage' }
        @{ Command = 'Submit-ContainerImage'; Parameter = @{ Name = 'busybox:latest' }; Type = 'Silo.SubmittedContainerImage' }
        @{ Command = 'Test-ContainerImage'; Parameter = @{ Name = 'busybox:latest' }; Type = 'Silo.ContainerImageTest' }
        @{ Command = 'Export-ContainerImage'; Parameter = @{ Name = 'busybox:latest'; Path = '/tmp/job.tar'; PassThru = $true }; Type = 'Silo.ContainerImageArchive' }
        @{ Command = 'New-ContainerImage'; Parameter = @{ Path = '/tmp'; Secret = @{ a = '/tmp/a' } }; Type = 'Silo.ContainerImage' }
        @{ Command = 'Optimize-ContainerStore'; Parameter = @{ UnusedImage = $true }; Type = 'Silo.ContainerStoreItem' }
        @{ Command = 'Repair-ContainerStore'; Parameter = @{ Verify = $true }; Type = 'Silo.ContainerStoreItem' }
        @{ Command = 'Test-ContainerStore'; Parameter = @{ Verify = $true }; Type = 'Silo.ContainerStoreItem' }
        @{ Command = 'Move-ContainerStore'; Parameter = @{ Path = '/tmp/elsewhere' }; Type = 'Silo.ContainerStore' }
    ) {
        $job = & $Command @Parameter -AsJob
        $result = @($job | Wait-Job -Timeout 60 | Receive-Job)
        $result[0].PSTypeNames[0] | Should -Match "$Type`$"
        $job | Remove-Job -Force
    }
}
