BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if ($missing) { Write-Information -MessageData "Containers cannot run here ($missing): the round trip of real ones is skipped." -InformationAction Continue }
    # A value for every setting that a specification may have.
    $samples = [ordered] @{
        Image = 'busybox:latest'; Name = 'n'; Command = @('sh', '-c', "echo 'a' `"b`" `$c"); Entrypoint = @('/bin/sh'); Environment = @{ A = "it's"; B = ''; TZ = 'Asia/Seoul' }
        Label = @{ 'a.b/c' = [string] [char] 0xD55C; day = '2026-11-22T00:00:00Z' }; Network = @('front', 'back'); Publish = @('127.0.0.1:8080:80/tcp', '53:53/udp')
        Mount = @('type=bind,source=/srv/www,target=/www,readonly,propagation=rslave', 'type=volume,source=data,target=/data,nocopy', 'type=volume,source=data,target=/part,subpath=a/b', 'type=volume,target=/own', 'type=tmpfs,target=/m,size=65536,mode=0700', 'type=smb,source=\\server\share,target=/s,username=EXAMPLE\me,privacy,uid=5')
        IPAddress = @('10.9.0.4'); MacAddress = '02:00:00:00:00:07'; NetworkAlias = @('db'); DnsServer = @('192.0.2.1'); DnsSearch = @('example'); DnsOption = @('ndots:2'); DomainName = 'box.example'; HostEntry = @{ gate = '192.0.2.9' }
        Isolation = 'Process'; MemoryBytes = 512MB; CpuCount = 0.5; CpuWeight = 7; ProcessCount = 99; MemorySwapBytes = 16MB; CpuSet = '0-1'; BlockIoWeight = 50
        BlockIoLimit = @(@{ Device = '/dev/sda'; ReadBytesPerSecond = 10MB }, @{ Device = '/dev/sdb'; WriteBytesPerSecond = 5MB }); StorageSizeBytes = 32MB; OomScoreAdjust = -500; DisableOomKill = $true
        AdditionalGroup = @('4711'); AddCapability = @('CAP_NET_ADMIN'); DropCapability = @('ALL'); Device = @('/dev/null:/dev/other:rw'); Ulimit = @{ nofile = 1024; nproc = '100:200'; core = 'unlimited'; memlock = '5:unlimited' }
        Sysctl = @{ 'net.ipv4.ip_unprivileged_port_start' = '80' }; SeccompProfile = 'unconfined'; ShmSizeBytes = 1MB; Init = $true; PidMode = 'host'; IpcMode = 'Container:other'
        User = '1000:1000'; WorkingDirectory = '/w'; HostName = 'box'; ReadOnly = $true; Privileged = $true; StopSignal = 'SIGQUIT'; StopTimeoutSeconds = 3
        RestartPolicy = 'OnFailure'; MaximumRetryCount = 4; HealthCommand = @('true'); HealthIntervalSeconds = 7; HealthTimeoutSeconds = 2.5; HealthStartPeriodSeconds = 1; HealthStartIntervalSeconds = 0.5; HealthRetryCount = 9
        NoHealthCheck = $true; LogMaximumBytes = 65536; LogFileCount = 2; AutoRemove = $true; Terminal = $true; OpenStandardInput = $true
    }
    # What a specification does not say, and why.
    $unsaid = @{
        From = 'it says how a container is made'; EnvironmentFile = 'its variables are in Environment'; Pull = 'it says how a container is made'; IfNotExists = 'it says how a container is made'
        VolumeFrom = 'its mounts are in Mount'; HostConnection = 'it says who is asked'; CredentialSpec = 'it is a secret'; UserNamespace = 'there is one alone'
    }
    # A retry count belongs to a policy, and the parts of a health check to one another.
    $together = @{ MaximumRetryCount = 'RestartPolicy'; HealthIntervalSeconds = 'Health*Seconds', 'HealthRetryCount', 'HealthCommand'; LogMaximumBytes = 'LogFileCount'; MacAddress = 'Network'; IPAddress = 'Network'; NetworkAlias = 'Network' }
    $rounds = foreach ($key in $samples.Keys) {
        $value = @{ Image = 'busybox:latest' }
        $value[$key] = $samples[$key]
        if ($key -like 'Health*') { foreach ($other in @($samples.Keys) -like 'Health*') { $value[$other] = $samples[$other] } }
        foreach ($other in $together[$key] | Where-Object { $_ -and $_ -notlike 'Health*' }) { $value[$other] = $samples[$other] }
        if ($key -eq 'LogFileCount') { $value['LogMaximumBytes'] = 16MB }
        @{ Key = $key; Value = $value }
    }
    $formats = 'psd1', 'json'
}
BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $record = New-RecordFile
    Import-SiloForTest -Script @{ record = $record }
    function Get-Sent { param($Method) @(Read-Record $record | Where-Object { $_['method'] -eq $Method })[-1]['params'] }
    function ConvertTo-Sorted {
        # Two things that are the same have the same text: names in order, lists of names and values too.
        param($Value)
        if ($Value -is [System.Collections.IDictionary]) { return '{' + ((@($Value.Keys) | Sort-Object -CaseSensitive | ForEach-Object { "$_=$(ConvertTo-Sorted $Value[$_])" }) -join ';') + '}' }
        if ($Value -is [array]) {
            $items = @($Value | ForEach-Object { ConvertTo-Sorted $_ })
            return '[' + ($(if ($items -match '^\{.*\bname=') { $items | Sort-Object -CaseSensitive } else { $items }) -join ',') + ']'
        }
        "$Value"
    }
    function Use-Cmdlet {
        # Within the module, and on behalf of a command.
        [CmdletBinding()]
        param([scriptblock] $Body, $One, $Other)
        & (Get-Module -Name Silo) $Body $PSCmdlet $One $Other
    }
    function ConvertTo-Answer {
        # What is sent, as the engine would give it back.
        param($Wire)
        & (Get-Module -Name Silo) { ConvertFrom-WireJson -Text (Rename-WireField -Text (ConvertTo-Json -InputObject $args[0] -Depth 8 -Compress) -Method 'container/specification') } $Wire
    }
    function ConvertTo-Wire {
        # What container/create is told of these parameters.
        param([hashtable] $Bound)
        Use-Cmdlet { param($Cmdlet, $Bound) ConvertTo-CreateParameter -Cmdlet $Cmdlet -Bound $Bound } $Bound
    }
    function Write-Specification {
        param($Path, $Specification)
        Use-Cmdlet { param($Cmdlet, $Path, $Specification) Save-Specification -Cmdlet $Cmdlet -Path $Path -Specification $Specification -Force } $Path $Specification
    }
    function Read-Back { param($Path) Use-Cmdlet { param($Cmdlet, $Path) Read-Specification -Cmdlet $Cmdlet -Path $Path } $Path }
}
AfterAll { Remove-SiloForTest }

Describe 'A specification' -Tag Fast {
    It 'says every parameter of New-Container, or there is a reason' {
        $common = @([System.Management.Automation.PSCmdlet]::CommonParameters) + @([System.Management.Automation.PSCmdlet]::OptionalCommonParameters)
        $own = @((Get-Command -Name New-Container -Module Silo).Parameters.Keys | Where-Object { $_ -notin $common -and $_ -ne 'InputObject' })
        @($samples.Keys) + @($unsaid.Keys) | Sort-Object | Should -Be ($own | Sort-Object)
    } -TestCases @{ samples = $samples; unsaid = $unsaid }
    It 'says <Key>, and is read again as it was' -ForEach $rounds {
        $wire = ConvertTo-Wire $Value
        $said = New-Object -TypeName 'System.Collections.Generic.List[string]'
        $specification = & (Get-Module -Name Silo) { ConvertTo-Specification -Wire $args[0] -Unsaid $args[1] } (ConvertTo-Answer $wire) $said
        $said.Count | Should -Be 0
        $specification.Contains($Key) | Should -BeTrue
        foreach ($format in 'psd1', 'json') {
            $file = Join-Path -Path $TestDrive -ChildPath "round.$format"
            Write-Specification $file $specification
            $bound = Read-Back $file
            ConvertTo-Sorted (ConvertTo-Wire $bound) | Should -BeExactly (ConvertTo-Sorted $wire) -Because $format
        }
    }
    It 'has values of any kind in a <_> file' -ForEach $formats {
        $random = New-Object -TypeName System.Random -ArgumentList 7
        $letters = @('a', 'B', "'", '"', '$', '`', '\', '{', '}', ';', '#', '@', ' ', "`t", "`n", "`r`n", ',', '=', '(', ')', '2026-11-22', '/Date(0)/', '<', '&', '%') + @(0x2018, 0x2019, 0x201A, 0x201B, 0x201C, 0x201D, 0xD55C, 0xE9, 0x1, 0x7F, 0x85, 0x2028, 0xFEFF | ForEach-Object { [string] [char] $_ }) + [char]::ConvertFromUtf32(0x1F433)
        $text = { -join (1..$random.Next(1, 12) | ForEach-Object { $letters[$random.Next($letters.Count)] }) }
        foreach ($round in 1..100) {
            $environment = @{}
            foreach ($number in 1..$random.Next(1, 5)) { $environment[(& $text) + $number] = & $text }
            $value = @{ Image = & $text; Command = @(1..$random.Next(1, 4) | ForEach-Object { & $text }); Environment = $environment; CpuCount = $random.NextDouble() * 1e3; MemoryBytes = [uint64] ($random.NextDouble() * 9e15); OomScoreAdjust = $random.Next(-1000, 1000); Init = $random.Next(2) -eq 1 }
            $file = Join-Path -Path $TestDrive -ChildPath "any.$_"
            Write-Specification $file $value
            $back = Read-Back $file
            ConvertTo-Sorted $back | Should -BeExactly (ConvertTo-Sorted $value) -Because "round $round"
            $back.CpuCount | Should -Be $value.CpuCount
            $back.Init | Should -BeOfType [bool]
        }
    }
    It 'has names that no dictionary of PowerShell can have, in a <_> file' -ForEach $formats {
        $entries = @{ name = 'Path'; value = '1' }, @{ name = 'PATH'; value = '2' }, @{ name = ''; value = '3' }
        $specification = & (Get-Module -Name Silo) { ConvertTo-Specification -Wire $args[0] -Unsaid $null } (ConvertTo-Answer @{ image = 'i'; labels = $entries })
        $file = Join-Path -Path $TestDrive -ChildPath "odd.$_"
        Write-Specification $file $specification
        ConvertTo-Sorted (ConvertTo-Wire (Read-Back $file)).labels | Should -BeExactly (ConvertTo-Sorted $entries)
    }
    It 'has paths that the short form of a mount cannot say' {
        $mounts = @{ kind = 'Bind'; source = '/a,b'; target = '/t=1'; readOnly = $true }, @{ kind = 'Bind'; source = '/a[1]'; target = '/u'; readOnly = $false }
        $specification = & (Get-Module -Name Silo) { ConvertTo-Specification -Wire $args[0] -Unsaid $null } (ConvertTo-Answer @{ image = 'i'; mounts = $mounts })
        Write-Specification "$TestDrive/mount.psd1" $specification
        ConvertTo-Sorted (ConvertTo-Wire (Read-Back "$TestDrive/mount.psd1")).mounts | Should -BeExactly (ConvertTo-Sorted $mounts)
    }
    It 'is ASCII, or has a byte order mark where it is a data file' {
        Write-Specification "$TestDrive/plain.psd1" @{ Image = 'a' }
        Write-Specification "$TestDrive/far.psd1" @{ Image = [string] [char] 0xD55C }
        Write-Specification "$TestDrive/far.json" @{ Image = [string] [char] 0xD55C }
        @('plain.psd1', 'far.psd1', 'far.json').ForEach({ [System.IO.File]::ReadAllBytes("$TestDrive/$_")[0] -eq 0xEF }) | Should -Be $false, $true, $false
    }
    It 'is refused: <Reason>' -ForEach @(
        @{ Reason = 'no version'; File = 'a.psd1'; Text = "@{ Container = @{ Image = 'a' } }"; Match = 'SpecificationVersion' }
        @{ Reason = 'another version'; File = 'a.json'; Text = '{"SpecificationVersion":2,"Container":{"Image":"a"}}'; Match = '(?<![0-9])2(?![0-9])' }
        @{ Reason = 'keys that are none'; File = 'a.json'; Text = '{"SpecificationVersion":1,"Container":{"Image":"a","Imgae":"b","MemroyBytes":1}}'; Match = 'Imgae, MemroyBytes' }
        @{ Reason = 'a key beside the container'; File = 'a.psd1'; Text = "@{ SpecificationVersion = 1; Container = @{ Image = 'a' }; Extra = 1 }"; Match = 'Extra' }
        @{ Reason = 'a parameter of the command'; File = 'a.psd1'; Text = "@{ SpecificationVersion = 1; Container = @{ Image = 'a'; From = 'b' } }"; Match = 'From' }
        @{ Reason = 'no image'; File = 'a.psd1'; Text = "@{ SpecificationVersion = 1; Container = @{ Name = 'a' } }"; Match = 'Image' }
        @{ Reason = 'a value that is no number'; File = 'a.psd1'; Text = "@{ SpecificationVersion = 1; Container = @{ Image = 'a'; MemoryBytes = 'much' } }"; Match = 'MemoryBytes' }
        @{ Reason = 'a value that is no text'; File = 'a.psd1'; Text = "@{ SpecificationVersion = 1; Container = @{ Image = 'a'; User = @{} } }"; Match = 'User' }
        @{ Reason = 'a value that is no list of text'; File = 'a.json'; Text = '{"SpecificationVersion":1,"Container":{"Image":"a","Command":[{"x":1}]}}'; Match = 'Command' }
        @{ Reason = 'a text that is no truth value'; File = 'a.json'; Text = '{"SpecificationVersion":1,"Container":{"Image":"a","Init":"false"}}'; Match = 'Init' }
        @{ Reason = 'variables without names'; File = 'a.json'; Text = '{"SpecificationVersion":1,"Container":{"Image":"a","Environment":["A=1"]}}'; Match = 'Environment' }
        @{ Reason = 'text that is no JSON'; File = 'a.json'; Text = '{'; Match = '.' }
        @{ Reason = 'a data file with a command'; File = 'a.psd1'; Text = "@{ SpecificationVersion = 1; Container = @{ Image = (Get-Date) } }"; Match = '.' }
        @{ Reason = 'another kind of file'; File = 'a.txt'; Text = 'x'; Match = '\.psd1' }
    ) {
        $before = @(Read-Record $record | Where-Object { $_['method'] -eq 'container/create' }).Count
        Set-Content -LiteralPath "$TestDrive/$File" -Value $Text
        Import-Container -Path "$TestDrive/$File" -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[-1].FullyQualifiedErrorId | Should -Be 'SpecificationInvalid,Import-Container'
        $problem[-1].Exception.Message | Should -Match ([regex]::Escape("$TestDrive/$File") + ".*$Match")
        @(Read-Record $record | Where-Object { $_['method'] -eq 'container/create' }).Count | Should -Be $before
    }
}

Describe 'Export-Container -SpecificationPath' -Tag Fast {
    It 'writes what the engine says, and warns of what it leaves out' {
        $file = "$TestDrive/web.psd1"
        $written = Export-Container -Name 'web-1' -SpecificationPath $file -PassThru -WarningVariable warning -WarningAction SilentlyContinue
        $written | Should -BeOfType [System.IO.FileInfo]
        $found = Import-PowerShellDataFile -LiteralPath $file
        $found.SpecificationVersion | Should -Be 1
        $found.Container.Image | Should -Be 'docker.io/library/busybox:latest'
        $found.Container.Name | Should -Be 'web-1'
        $found.Container.Network | Should -Be 'front', 'back'
        $found.Container.IPAddress | Should -Be '10.9.0.4'
        "$warning" | Should -Match 'Environment DB_PASSWORD'
        "$warning" | Should -Match 'CredentialSpec'
        "$warning" | Should -Match 'Mount /run/secrets/key'
        "$warning" | Should -Match 'ShareCredential /share'
        "$warning" | Should -Match 'NetworkAlias \(back\)'
    }
    It 'takes a container by its name, id or object, and asks for nothing with -WhatIf' {
        $container = Get-Container -Name 'web-1'
        Export-Container -Id $container.Id -SpecificationPath "$TestDrive/id.json" -WarningAction SilentlyContinue
        (Get-Sent 'container/specification').container | Should -Be $container.Id
        $container | Export-Container -SpecificationPath "$TestDrive/object.json" -WarningAction SilentlyContinue
        Test-Path -LiteralPath "$TestDrive/object.json" | Should -BeTrue
        Export-Container -Name 'web-1' -SpecificationPath "$TestDrive/whatif.json" -WhatIf
        Test-Path -LiteralPath "$TestDrive/whatif.json" | Should -BeFalse
    }
    It 'replaces no file without -Force' {
        Set-Content -LiteralPath "$TestDrive/there.json" -Value 'mine'
        { Export-Container -Name 'web-1' -SpecificationPath "$TestDrive/there.json" } | Should -Throw -ErrorId 'PathExists,Export-Container'
        Export-Container -Name 'web-1' -SpecificationPath "$TestDrive/there.json" -Force -WarningAction SilentlyContinue
        Get-Content -LiteralPath "$TestDrive/there.json" -Raw | Should -Match 'SpecificationVersion'
    }
    It 'refuses other kinds of files and folders that are not there' {
        { Export-Container -Name 'web-1' -SpecificationPath "$TestDrive/web.yaml" } | Should -Throw -ErrorId 'ParameterInvalid,Export-Container'
        { Export-Container -Name 'web-1' -SpecificationPath "$TestDrive/no/web.json" -WarningAction SilentlyContinue } | Should -Throw -ErrorId 'PathNotFound,Export-Container'
        { Export-Container -Name 'web-1' -SpecificationPath "$TestDrive/x.json" -Path "$TestDrive/x.tar" } | Should -Throw -ErrorId 'AmbiguousParameterSet,Export-Container'
        Export-Container -Name 'absent-1' -SpecificationPath "$TestDrive/absent.json" -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerNotFound,Export-Container'
        Test-Path -LiteralPath "$TestDrive/absent.json" | Should -BeFalse
    }
}

Describe 'Import-Container' -Tag Fast {
    BeforeAll {
        $file = Join-Path -Path $TestDrive -ChildPath 'import.psd1'
        Set-Content -LiteralPath $file -Value "@{ SpecificationVersion = 1; Container = @{ Image = 'busybox'; Name = 'made'; Command = 'sleep', '60'; MemoryBytes = 64MB; Environment = @{ A = '1' }; Init = `$true } }".Replace('64MB', '67108864')
    }
    It 'asks for what New-Container asks for with the same parameters' {
        (Import-Container -Path $file).Name | Should -Be 'made'
        $imported = Get-Sent 'container/create'
        $web = (Import-PowerShellDataFile -LiteralPath $file).Container
        New-Container @web | Out-Null
        ConvertTo-Sorted (Get-Sent 'container/create') | Should -BeExactly (ConvertTo-Sorted $imported)
        $imported.memoryBytes | Should -Be 64MB
    }
    It 'takes another name, further variables and what is secret' {
        $spec = '{"CmsPlugins":["ActiveDirectory"]}'
        Import-Container -Path $file -Name 'other' -Environment @{ DB_PASSWORD = 'hunter2' } -CredentialSpec $spec -IfNotExists | Out-Null
        $sent = Get-Sent 'container/create'
        $sent.name | Should -Be 'other'
        $sent.environment.ForEach({ "$($_['name'])=$($_['value'])" }) | Should -Be 'A=1', 'DB_PASSWORD=hunter2'
        $sent.credentialSpec | Should -Be $spec
        $sent.ifNotExists | Should -BeTrue
    }
    It 'takes the passwords of shares for the mounts of their accounts alone' {
        $password = Get-TestCredential
        $other = [pscredential]::new('EXAMPLE\other', $password.Password)
        Set-Content -LiteralPath "$TestDrive/share.json" -Value "{`"SpecificationVersion`":1,`"Container`":{`"Image`":`"busybox`",`"Mount`":[`"type=smb,source=//s/one,target=/one,username=$($password.UserName)`",`"type=smb,source=//s/two,target=/two,username=somebody`",`"type=volume,source=v,target=/v`"]}}"
        Import-Container -Path "$TestDrive/share.json" -ShareCredential $other, $password | Out-Null
        $mounts = (Get-Sent 'container/create').mounts
        $mounts[0].credential.secret | Should -Be $password.GetNetworkCredential().Password
        $mounts[1].Keys + $mounts[2].Keys | Should -Not -Contain 'credential'
    }
    It 'starts it, and makes nothing with -WhatIf' {
        Import-Container -Path $file -Name 'web-1' -Start | Should -Not -BeNullOrEmpty
        @(Read-Record $record)[-1].method | Should -Be 'container/start'
        $before = @(Read-Record $record).Count
        Import-Container -Path $file -Start -WhatIf | Should -BeNullOrEmpty
        @(Read-Record $record).Count | Should -Be $before
    }
    It 'takes files from the pipeline and by wildcards, and goes on after one that is none' {
        Set-Content -LiteralPath "$TestDrive/import-2.psd1" -Value 'x'
        $made = Import-Container -Path "$TestDrive/import*.psd1" -ErrorVariable problem -ErrorAction SilentlyContinue
        $made.Name | Should -Be 'made'
        @($problem.FullyQualifiedErrorId) | Should -Contain 'SpecificationInvalid,Import-Container'
        (Get-Item -LiteralPath $file | Import-Container -Name 'piped').Name | Should -Be 'piped'
        Import-Container -Path "$TestDrive/none.psd1" -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'PathNotFound,Import-Container'
    }
    It 'gets an image that is missing, unless it must not' {
        Set-Content -LiteralPath "$TestDrive/pull.json" -Value '{"SpecificationVersion":1,"Container":{"Image":"missing/import"}}'
        Import-Container -Path "$TestDrive/pull.json" -Pull Never -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ImageNotFound,Import-Container'
        Import-Container -Path "$TestDrive/pull.json" | Should -Not -BeNullOrEmpty
        (Get-Sent 'image/pull').reference | Should -Be 'missing/import'
    }
}

Describe 'A real container' -Skip:([bool] $missing) {
    BeforeAll {
        $stateRoot = Initialize-StateRoot
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $TestDrive) -Name 'tools')
        function Get-Looks {
            # All properties but those that only one container can have.
            param($Name)
            $found = Get-Container -Name $Name
            $table = @{}
            foreach ($property in $found.PSObject.Properties | Where-Object { $_.Name -notin 'Id', 'ContainerId', 'SandboxId', 'CreatedAt' -and $_.MemberType -eq 'NoteProperty' }) { $table[$property.Name] = $property.Value }
            if ($table.HostName -eq $found.Id.Substring(0, 12)) { $table.HostName = '' }
            $table.Environment = $table.Environment | Sort-Object -Property Name -CaseSensitive
            $table.Labels = $table.Labels | Sort-Object -Property Name -CaseSensitive
            ConvertTo-Json -InputObject ([pscustomobject] $table | Select-Object -Property (@($table.Keys) | Sort-Object)) -Depth 6
        }
    }
    AfterAll { Clear-StateRoot -Path $stateRoot }
    It 'is the same after export, remove and import of a <_> file, and does the same' -ForEach $formats {
        New-Container -Image 'tools' -Name 'round' -Network None -Command 'sh', '-c', 'echo "$A"; cat /data/file; ulimit -n; hostname' -Environment @{ A = "it's `"x`""; TZ = 'UTC' } -Label @{ day = '2026-11-22T00:00:00Z'; n = [string] [char] 0xD55C } -User 'app' -HostName 'box' `
            -Mount 'type=volume,source=data,target=/data' -MemoryBytes 64MB -CpuCount 0.5 -Ulimit @{ nofile = '100:200' } -HealthCommand 'true' -HealthStartIntervalSeconds 2 -RestartPolicy OnFailure -MaximumRetryCount 2 -Init -StopTimeoutSeconds 1 | Out-Null
        $before = Get-Looks 'round'
        $file = Join-Path -Path $TestDrive -ChildPath "real.$_"
        Export-Container -Name 'round' -SpecificationPath $file -WarningVariable warning
        $warning | Should -BeNullOrEmpty
        Remove-Container -Name 'round'
        Import-Container -Path $file | Out-Null
        Get-Looks 'round' | Should -BeExactly $before
        Import-Container -Path $file -IfNotExists -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | Should -Not -BeNullOrEmpty
        New-Container -Image 'tools' -Name 'writer' -Network None -Mount 'type=volume,source=data,target=/data' -Command 'sh', '-c', 'echo there > /data/file' | Start-Container -PassThru | Wait-Container
        Start-Container -Name 'round'
        Wait-Container -Name 'round' | Out-Null
        (Get-ContainerLog -Name 'round').Text | Should -Be "it's `"x`"", 'there', '100', 'box'
        Get-Container | Remove-Container -Force
    }
    It 'is given also where it could not be started' {
        Set-Content -LiteralPath "$TestDrive/bad.json" -Value '{"SpecificationVersion":1,"Container":{"Image":"tools","Name":"bad","Network":"None","Command":["no-such-program"]}}'
        (Import-Container -Path "$TestDrive/bad.json" -Start -ErrorVariable problem -ErrorAction SilentlyContinue).Name | Should -Be 'bad'
        $problem[0].FullyQualifiedErrorId | Should -Be 'ExecutableNotFound,Import-Container'
    }
    It 'comes of the example that lies in the module, but for its image' {
        $file = Join-Path -Path (Get-ProjectRoot) -ChildPath 'module/Silo/Examples/Specification.psd1'
        $web = (Import-PowerShellDataFile -LiteralPath $file).Container
        $web.Image, $web.Command, $web.Network = 'tools', 'true', 'None'
        $web.Remove('Publish')
        Set-Content -LiteralPath "$TestDrive/example.json" -Value (ConvertTo-Json -InputObject @{ SpecificationVersion = 1; Container = $web } -Depth 4)
        $made = Import-Container -Path "$TestDrive/example.json" -Environment @{ COLOUR = 'blue' }
        $made.Mounts.Target | Should -Be '/usr/share/nginx/html'
        $made.MemoryBytes | Should -Be 512MB
        ($made.Environment | Where-Object Name -In 'TZ', 'COLOUR').Value | Should -Be 'Asia/Seoul', 'blue'
    }
}
