BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = @(Get-MissingForContainer; Get-MissingForRegistry) | Select-Object -First 1
    if ($missing) { Write-Information -MessageData "Images of a live registry cannot be tried here ($missing): their tests are skipped." -InformationAction Continue }
    $noLogin = [bool] $missing -or -not (Get-Command -Name htpasswd -CommandType Application -ErrorAction Ignore)
    if ($noLogin -and -not $missing) { Write-Information -MessageData 'No htpasswd (apt-get install apache2-utils): the tests with a login are skipped.' -InformationAction Continue }
}

# Images as a person uses them, on the real engine and Debian's docker-registry: each step needs those before.
Describe 'Images and a live registry' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $stateRoot = Initialize-StateRoot
        $registry = Start-TestRegistry
        $app = "$($registry.Host)/team/app:1.0"
        $folder = (Get-Item -LiteralPath $TestDrive).FullName
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $folder) -Name 'tools:1.0' -Command '/bin/sh' -Environment @{ FROM = 'image' })
        function Remove-Everything { Get-Container | Remove-Container -Force; Get-ContainerImage | Remove-ContainerImage -Force }
    }
    AfterAll {
        Stop-TestRegistry -Registry $registry
        Clear-StateRoot -Path $stateRoot
    }

    It 'names an image for the registry' {
        Add-ContainerImageTag -Name 'tools:1.0' -Reference $app
        (Get-ContainerImage -Name "$($registry.Host)/*").Name | Should -Be $app
        (Get-ContainerImage -Name $app).Id | Should -Be (Get-ContainerImage -Name 'tools:1.0').Id
    }
    It 'does not take a name from another image without -Force' {
        [void] (Import-ContainerImage -Path "$folder/rootfs.tar" -Name 'other:1.0' -Command '/bin/true')
        { Add-ContainerImageTag -Name 'other:1.0' -Reference $app -ErrorAction Stop } | Should -Throw -ErrorId 'ImageReferenceInUse,Add-ContainerImageTag'
        Remove-ContainerImage -Name 'other:1.0'
    }
    It 'pushes it, and pushes nothing twice' {
        $pushed = Submit-ContainerImage -Name $app
        $pushed.Digest | Should -Be (Get-ContainerImage -Name $app).Digest
        $pushed.UploadedBytes | Should -BeGreaterThan 100KB
        (Submit-ContainerImage -Name $app).UploadedBytes | Should -Be 0
    }
    It 'pushes to a destination, and mounts what another repository has' {
        $pushed = Submit-ContainerImage -Name $app -Destination "$($registry.Host)/team/copy:1.0"
        $pushed.Reference | Should -Be "$($registry.Host)/team/copy:1.0"
        $pushed.UploadedBytes | Should -BeLessThan 100KB
    }
    It 'finds repositories and tags' {
        (Find-ContainerImage -Registry $registry.Host).Repository | Should -Be 'team/app', 'team/copy'
        (Find-ContainerImage -Repository "$($registry.Host)/team/app").Tag | Should -Be '1.0'
        (Find-ContainerImage -Registry $registry.Host -Repository 'team/c*').Reference | Should -Be "$($registry.Host)/team/copy"
    }
    It 'tests an image of the registry that is not here' {
        $test = Test-ContainerImage -Name "$($registry.Host)/team/copy:1.0"
        $test.Local | Should -BeFalse
        $test.Intact | Should -BeNullOrEmpty
        $test.Compatible | Should -BeTrue
    }
    It 'pulls it again, the same to the last bit' {
        $before = Get-ContainerImage -Name $app
        Remove-Everything
        Get-ContainerImage | Should -BeNullOrEmpty
        $image = Find-ContainerImage -Repository "$($registry.Host)/team/app" | Request-ContainerImage
        $image.Name | Should -Be $app
        $image.Id | Should -Be $before.Id
        $image.Digest | Should -Be $before.Digest
        Invoke-ContainerImage -Image $app -Command 'sh', '-c', 'echo $FROM' -AutoRemove | Should -Be 'image'
    }
    It 'has nothing to do the second time' {
        Request-ContainerImage -Reference $app -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | Should -Not -BeNullOrEmpty
        (Request-ContainerImage -Reference $app -Pull Never).Name | Should -Be $app
    }
    It 'mirrors: every platform, and what refers to the image' {
        (Request-ContainerImage -Reference $app -Platform all -IncludeReferrer).Name | Should -Be $app
        $pushed = Submit-ContainerImage -Name $app -Destination "$($registry.Host)/mirror/app:1.0" -AllPlatform
        $pushed.Digest | Should -Be (Get-ContainerImage -Name $app).Digest
        Find-ContainerImage -ReferrerOf $app | Should -BeNullOrEmpty
    }
    It 'pulls by digest' { (Request-ContainerImage -Reference "$($registry.Host)/team/app@$((Get-ContainerImage -Name $app).Digest)").Digest | Should -Be (Get-ContainerImage -Name $app).Digest }
    It 'runs what is not here: it is pulled first' {
        Remove-Everything
        Invoke-ContainerImage -Image $app -Command 'echo', 'pulled' -AutoRemove | Should -Be 'pulled'
        (Get-ContainerImage).Name | Should -Be $app
        Remove-Everything
        { New-Container -Image $app -Pull Never -ErrorAction Stop } | Should -Throw -ErrorId 'ImageNotFound,New-Container'
        (New-Container -Image $app -Name 'made').State | Should -Be 'Created'
        Remove-Container -Name 'made'
    }
    It '<What> is <Code>' -ForEach @(
        @{ What = 'a tag that is not there'; Code = 'TagNotFound'; Do = { param($from) Request-ContainerImage -Reference "$from/team/app:9.9" -ErrorAction Stop } }
        @{ What = 'a registry that is not there'; Code = 'RegistryUnreachable'; Do = { Request-ContainerImage -Reference '127.0.0.1:9/team/app:1' -ErrorAction Stop } }
        @{ What = 'a reference in capitals'; Code = 'ImageReferenceInvalid'; Do = { Request-ContainerImage -Reference 'TEAM/APP' -ErrorAction Stop } }
        @{ What = 'a platform that the image does not have'; Code = 'ImagePlatformMismatch'; Do = { param($from) Request-ContainerImage -Reference "$from/team/app:1.0" -Platform 'linux/s390x' -ErrorAction Stop } }
        @{ What = 'an image to push that is not here'; Code = 'ImageNotFound'; Do = { param($from) Submit-ContainerImage -Name "$from/none:1" -ErrorAction Stop } }
    ) {
        $caught = try { & $Do $registry.Host; $null } catch { $_ }
        $caught.FullyQualifiedErrorId | Should -Match "^$Code,"
        $caught.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }
    It 'tests what is here: whole, and damaged' {
        (Test-ContainerImage -Name $app).Intact | Should -BeTrue
        Test-ContainerImage -Name $app -Quiet | Should -BeTrue
    }
    It 'shows its history and its layers' {
        @(Get-ContainerImageHistory -Name $app).Count | Should -BeGreaterThan 0
        $layer = @(Get-ContainerImageLayer -Name $app)
        $layer.Count | Should -Be 1
        $layer[0].Unpacked | Should -BeTrue
        $layer[0].Images | Should -Contain $app
        Get-ContainerImageLayer -Orphaned | Should -BeNullOrEmpty
    }
    It 'makes an image of a container' {
        $container = Invoke-ContainerImage -Image $app -Name 'changed' -Command 'sh', '-c', 'echo new > /tmp/file; sleep 1000' -Detach
        [void] (Wait-Until { (Start-ContainerProcess -Name 'changed' -FilePath 'test' -ArgumentList '-e', '/tmp/file' -Wait).ExitCode -eq 0 })
        $image = $container | ConvertTo-ContainerImage -Reference 'committed:1' -Author 'me' -Message 'a file' -Change 'ENV ADDED=yes', 'CMD ["cat", "/tmp/file"]'
        $image.LayerCount | Should -Be 2
        $history = @(Get-ContainerImageHistory -Name 'committed:1')
        $history[0].Comment | Should -Be 'a file'
        $history[0].Author | Should -Be 'me'
        Invoke-ContainerImage -Image 'committed:1' -AutoRemove | Should -Be 'new'
        Invoke-ContainerImage -Image 'committed:1' -Command 'sh', '-c', 'echo $ADDED' -AutoRemove | Should -Be 'yes'
        ($container | ConvertTo-ContainerImage -Reference 'committed:2' -Author 'me' -Message 'a file' -Change 'ENV ADDED=yes', 'CMD ["cat", "/tmp/file"]').Id | Should -Be $image.Id
        $container | Remove-Container -Force
    }
    It 'shows a shared layer once, with both names' {
        $shared = Get-ContainerImageLayer | Where-Object { $_.Images.Count -gt 1 -and $_.Images -contains $app }
        @($shared).Count | Should -Be 1
    }
    It 'takes a name away, but never the last one' {
        Remove-ContainerImageTag -Reference 'committed:2'
        Get-ContainerImage -Name 'committed*' | Select-Object -ExpandProperty Name | Should -Be 'committed:1'
        Remove-ContainerImageTag -Reference 'committed:1' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ParameterInvalid,Remove-ContainerImageTag'
        (Get-ContainerImage -Name 'committed:1').Name | Should -Be 'committed:1'
    }
    It 'writes <Format> and reads it back, the same' -ForEach @(
        @{ Format = 'OciArchive'; File = 'oci.tar' }
        @{ Format = 'OciFolder'; File = 'layout' }
        @{ Format = 'DockerArchive'; File = 'docker.tar' }
    ) {
        $before = Get-ContainerImage -Name 'committed:1'
        $archive = Export-ContainerImage -Name 'committed:1' -Path "$folder/$File" -Format $Format -PassThru
        $archive.Path | Should -Be "$folder/$File"
        $archive.SizeBytes | Should -BeGreaterThan 100KB
        "$folder/$File" | Should -Exist
        { Export-ContainerImage -Name 'committed:1' -Path "$folder/$File" -Format $Format -ErrorAction Stop } | Should -Throw -ErrorId 'PathExists,Export-ContainerImage'
        Export-ContainerImage -Name 'committed:1' -Path "$folder/$File" -Format $Format -Force | Should -BeNullOrEmpty
        Remove-ContainerImage -Name 'committed:1'
        $image = Import-ContainerImage -Path "$folder/$File"
        $image.Name | Should -Be 'committed:1'
        $image.Id | Should -Be $before.Id
        if ($Format -ne 'DockerArchive') { $image.Digest | Should -Be $before.Digest }
        Invoke-ContainerImage -Image 'committed:1' -AutoRemove | Should -Be 'new'
    }
    It 'writes two images into one archive' {
        Get-ContainerImage -Name $app, 'committed:1' | Export-ContainerImage -Path "$folder/two.tar"
        Remove-Everything
        (Import-ContainerImage -Path "$folder/two.tar").Name | Sort-Object | Should -Be (@($app, 'committed:1') | Sort-Object)
    }
    Context 'a build' {
        BeforeAll {
            $context = Join-Path -Path $folder -ChildPath 'context'
            [void] (New-Item -Path $context -ItemType Directory)
            Set-Content -LiteralPath "$context/hello.txt" -Value 'hello'
            Set-Content -LiteralPath "$context/secret.txt" -Value 'hunter2' -NoNewline
            Set-Content -LiteralPath "$context/.dockerignore" -Value 'secret.txt'
            Set-Content -LiteralPath "$context/Dockerfile" -Value @"
ARG BASE=$app
FROM `${BASE} AS make
ARG VERSION=0
COPY hello.txt /srv/
RUN echo "building `$VERSION" && echo "`$VERSION" > /srv/version
RUN --mount=type=secret,id=token wc -c < /run/secrets/token > /srv/length

FROM make AS final
ENV WHO=built
CMD ["cat", "/srv/hello.txt", "/srv/version", "/srv/length"]

FROM final AS broken
RUN echo what went wrong >&2; exit 3
"@
            $build = @{ Path = $context; BuildArgument = @{ VERSION = '7' }; Secret = @{ token = "$context/secret.txt" }; SourceDateEpoch = 1767225600; Target = 'final' }
        }
        It 'makes an image that runs' {
            $image = New-ContainerImage @build -Reference 'built:1' -Label @{ made = 'here' } -InformationVariable information
            $image.Name | Should -Be 'built:1'
            "$($information.MessageData)" | Should -Match 'building 7'
            Invoke-ContainerImage -Image 'built:1' -AutoRemove | Should -Be 'hello', '7', '7'
        }
        It 'takes every step from the cache the second time, and gives the same image' {
            $image = New-ContainerImage @build -Reference 'built:2' -Label @{ made = 'here' } -InformationVariable information -Verbose 4>&1
            $image | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | Out-String | Should -Match "'built:2'"
            "$($information.MessageData)" | Should -Not -Match 'building 7'
            (Get-ContainerImage -Name 'built:2').Digest | Should -Be (Get-ContainerImage -Name 'built:1').Digest
        }
        It 'runs every step again with -NoCache, and the epoch makes it the same image' {
            $image = New-ContainerImage @build -Reference 'built:3' -Label @{ made = 'here' } -NoCache -InformationVariable information
            "$($information.MessageData)" | Should -Match 'building 7'
            $image.Digest | Should -Be (Get-ContainerImage -Name 'built:1').Digest
        }
        It 'leaves no secret in the image' {
            Export-ContainerImage -Name 'built:1' -Path "$folder/built" -Format OciFolder
            foreach ($blob in Get-ChildItem -LiteralPath "$folder/built/blobs/sha256") {
                & sh -c "(gzip -dc '$($blob.FullName)' 2>/dev/null || cat '$($blob.FullName)') | grep -c hunter2" | Should -Be '0'
            }
        }
        It 'fails at the step that fails, and shows what it wrote' {
            New-ContainerImage -Path $context -Target 'broken' -Secret $build.Secret -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $problem[0].FullyQualifiedErrorId | Should -Be 'BuildStepFailed,New-ContainerImage'
            "$($problem[0])" | Should -Match 'what went wrong'
        }
        It 'leaves nothing behind where it is stopped' {
            Set-Content -LiteralPath "$context/Dockerfile.endless" -Value "FROM $app", 'RUN echo begun && sleep 98765'
            $shell = [powershell]::Create()
            try {
                [void] $shell.AddScript('param($manifest, $path) Import-Module $manifest; New-ContainerImage -Path $path -Dockerfile Dockerfile.endless -Reference endless:1 -InformationAction Continue').AddArgument((Get-Module -Name Silo).Path.Replace('.psm1', '.psd1')).AddArgument($context)
                $running = $shell.BeginInvoke()
                Wait-Until { $shell.Streams.Information.Count -gt 0 } -TimeoutSeconds 30 | Should -BeTrue
                Wait-Until { Get-Process | Where-Object { $_.CommandLine -match 'sleep 98765$' } } | Should -BeTrue
                $shell.Stop()
                try { [void] $shell.EndInvoke($running) } catch { $null = $_ }
                Wait-Until { -not (Get-Process | Where-Object { $_.CommandLine -match 'sleep 98765$' }) } -TimeoutSeconds 30 | Should -BeTrue
            } finally { $shell.Dispose() }
            Get-ContainerImage -Name 'endless*' | Should -BeNullOrEmpty
            Get-Container | Should -BeNullOrEmpty
        }
        It 'says which line of a Dockerfile is wrong' {
            Set-Content -LiteralPath "$context/Dockerfile.wrong" -Value "FROM $app", 'COPYY a b'
            { New-ContainerImage -Path $context -Dockerfile 'Dockerfile.wrong' -ErrorAction Stop } | Should -Throw -ErrorId 'DockerfileInvalid,New-ContainerImage'
        }
        It 'pushes and pulls what it made' {
            $pushed = Get-ContainerImage -Name 'built:1' | Submit-ContainerImage -Destination "$($registry.Host)/built:1"
            (Request-ContainerImage -Reference "$($registry.Host)/built:1").Digest | Should -Be $pushed.Digest
        }
    }
    It 'removes what is left' {
        Get-ContainerImage | Remove-ContainerImage
        Get-ContainerImage | Should -BeNullOrEmpty
    }
}

Describe 'A registry that asks for a login' -Skip:$noLogin {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $stateRoot = Initialize-StateRoot
        $registry = Start-TestRegistry -Password 'hunter2'
        $app = "$($registry.Host)/app:1"
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $TestDrive) -Name $app -Command '/bin/sh')
    }
    AfterAll {
        Stop-TestRegistry -Registry $registry
        Clear-StateRoot -Path $stateRoot
    }
    It 'refuses who does not log in, and who has the wrong password' {
        { Submit-ContainerImage -Name $app -ErrorAction Stop } | Should -Throw -ErrorId 'RegistryLoginRequired,Submit-ContainerImage'
        Submit-ContainerImage -Name $app -Credential (Get-TestCredential -Password 'wrong') -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Match '^Registry(LoginRequired|AccessDenied),Submit-ContainerImage$'
        Connect-ContainerRegistry -Registry $registry.Host -Credential (Get-TestCredential -Password 'wrong') -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -Match '^Registry(LoginRequired|AccessDenied),Connect-ContainerRegistry$'
    }
    It 'takes -Credential for one command' {
        (Submit-ContainerImage -Name $app -Credential (Get-TestCredential)).UploadedBytes | Should -BeGreaterThan 0
        { Find-ContainerImage -Repository "$($registry.Host)/app" -ErrorAction Stop } | Should -Throw -ErrorId 'RegistryLoginRequired,Find-ContainerImage'
    }
    It 'takes a login for the session, also when its engine ended meanwhile' {
        (Connect-ContainerRegistry -Registry $registry.Host -Credential (Get-TestCredential)).Kept | Should -Be 'Engine'
        (Find-ContainerImage -Repository "$($registry.Host)/app").Tag | Should -Be '1'
        $engine = Get-Process -Id (Get-EnginePid)
        $engine.Kill()
        [void] $engine.WaitForExit(5000)
        (Request-ContainerImage -Reference $app).Name | Should -Be $app
        (Request-ContainerImage -Reference $app -AsJob | Wait-Job -Timeout 60 | Receive-Job).Name | Should -Be $app
    }
    It 'wrote the password nowhere' {
        & sh -c "grep -rl hunter2 '$stateRoot' | wc -l" | Should -Be '0'
    }
    It 'asks again after the logout' {
        Disconnect-ContainerRegistry -Registry $registry.Host
        { Request-ContainerImage -Reference $app -ErrorAction Stop } | Should -Throw -ErrorId 'RegistryLoginRequired,Request-ContainerImage'
    }
}
