BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if ($missing) { Write-Information -MessageData "No container can run here ($missing): the resources of DSC are not tested on the engine." -InformationAction Continue }
    $missingNetwork = $missing
    if (-not $missing -and -not (Get-Command -Name ip, nft -CommandType Application -ErrorAction Ignore | Select-Object -Skip 1)) { $missingNetwork = 'ip or nft is not installed' }
    $root = Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent
    $resources = (Import-PowerShellDataFile -LiteralPath (Join-Path -Path $root -ChildPath 'module/Silo/Silo.psd1')).DscResourcesToExport | ForEach-Object { @{ Name = $_ } }
}
BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $moduleRoot = Join-Path -Path (Get-ProjectRoot) -ChildPath 'module/Silo'

    function New-Resource {
        param([string] $Name, [hashtable] $Property)
        & (Get-Module -Name Silo) { param($Name, $Property) New-Object -TypeName $Name -Property $Property } $Name $Property
    }
    function Set-Resource {
        # Sets twice, and expects that Test is true after each and that the second changes nothing.
        param([string] $Name, [hashtable] $Property)
        $resource = New-Resource -Name $Name -Property $Property
        foreach ($round in 1, 2) {
            $resource.Set() | Should -BeNullOrEmpty
            $resource.Test() | Should -BeTrue
        }
        @($resource.Get().Reasons).Count | Should -Be 0
    }
    function Get-Reason {
        param([string] $Name, [hashtable] $Property)
        $resource = New-Resource -Name $Name -Property $Property
        $resource.Test() | Should -BeFalse
        $resource.Get().Reasons
    }
}

Describe 'Resources where there is no engine' -Tag Fast {
    BeforeAll {
        Import-SiloForTest
        $env:SILO_ENGINE = '/nowhere/silo.mjs'
    }
    AfterAll { Remove-SiloForTest }
    It 'say so in the reasons that machine configuration reads: <Name>' -ForEach @(
        @{ Name = 'SiloContainer'; Property = @{ Name = 'web'; Image = 'x' }; Key = 'Name' }
        @{ Name = 'SiloHost'; Property = @{ IsSingleInstance = 'Yes' }; Key = 'IsSingleInstance' }
    ) {
        $resource = New-Resource -Name $Name -Property $Property
        $resource.Test() | Should -BeFalse
        $found = $resource.Get()
        $found.$Key | Should -Be $Property[$Key]
        $found.Reasons.Code | Should -Be 'Silo:Engine:NotInstalled'
        $found.Reasons.Phrase | Should -Match '/nowhere/silo.mjs'
        { $resource.Set() } | Should -Throw -ErrorId 'EngineNotFound*'
    }
}

Describe 'The resource <Name>' -ForEach $resources {
    BeforeAll {
        $ast = [System.Management.Automation.Language.Parser]::ParseFile((Join-Path -Path $moduleRoot -ChildPath 'Silo.psm1'), [ref] $null, [ref] $null)
        $class = $ast.Find({ $args[0] -is [System.Management.Automation.Language.TypeDefinitionAst] -and $args[0].Name -eq $Name }, $true)
        $properties = $class.Members | Where-Object { $_ -is [System.Management.Automation.Language.PropertyMemberAst] }
        function Get-Kind { param($Property) @($Property.Attributes | Where-Object { "$($_.TypeName)" -eq 'DscProperty' }).PositionalArguments + @($Property.Attributes | Where-Object { "$($_.TypeName)" -eq 'DscProperty' }).NamedArguments.ArgumentName }
    }
    It 'stands in Silo.psm1 itself, where DSC looks for it' {
        $class | Should -Not -BeNullOrEmpty
        "$($class.Attributes.TypeName)" | Should -Be 'DscResource'
    }
    It 'has one key, and only types that Windows PowerShell 5.1 can put into a MOF' {
        @($properties | Where-Object { 'Key' -in (Get-Kind $_) }).Count | Should -Be 1
        $allowed = 'string', 'string[]', 'hashtable', 'pscredential', 'SiloEnsure', 'SiloReason[]', 'SiloContainerEntry[]', 'Nullable[bool]', 'Nullable[int]', 'Nullable[uint32]', 'Nullable[uint64]', 'Nullable[double]'
        foreach ($property in $properties) { "$($property.PropertyType.TypeName)" | Should -BeIn $allowed -Because $property.Name }
    }
    It 'has Get, Test and Set, and the reasons that machine configuration reads' {
        $methods = $class.Members | Where-Object { $_ -is [System.Management.Automation.Language.FunctionMemberAst] }
        $methods.Name | Should -Be 'Get', 'Test', 'Set', 'Export'
        ($properties | Where-Object Name -EQ 'Reasons').PropertyType.TypeName.FullName | Should -Be 'SiloReason[]'
    }
    It 'keeps nothing between two calls: every method is one call' {
        foreach ($method in $class.Members | Where-Object { $_ -is [System.Management.Automation.Language.FunctionMemberAst] }) { $method.Body.EndBlock.Statements.Count | Should -Be 1 }
    }
    It 'has an example that parses' {
        $path = Join-Path -Path $moduleRoot -ChildPath "Examples/$Name.ps1"
        $problems = $null
        [void] [System.Management.Automation.Language.Parser]::ParseFile($path, [ref] $null, [ref] $problems)
        $problems | Should -BeNullOrEmpty
    }
}

Describe 'Resources of DSC' -Skip:([bool] $missing) {
    BeforeAll {
        $stateRoot = Initialize-StateRoot
        $archive = New-RootFileSystem -Folder $TestDrive
        [void] (Import-ContainerImage -Path $archive -Name 'tools' -Command '/bin/sh')
        $web = @{ Name = 'web'; Image = 'tools'; Command = 'sleep', '1000'; State = 'Running'; SettleSeconds = 0.2; StopTimeoutSeconds = 0 }
    }
    AfterAll { Clear-StateRoot -Path $stateRoot }

    Context 'a container' {
        AfterEach { Get-Container -Name 'web*' | Remove-Container -Force }
        It 'is made once, with all that was asked for' {
            $property = $web + @{
                Environment = @{ A = 'b' }; Label = @{ tier = 'web' }; Mount = 'type=tmpfs,target=/scratch,size=1m,mode=0700', 'type=volume,source=data,target=/data,readonly'; Network = 'None'; Isolation = 'Process'; MemoryBytes = 64MB; CpuCount = 0.5
                RestartPolicy = 'OnFailure'; MaximumRetryCount = 2; User = '0'; WorkingDirectory = '/tmp'; HostName = 'web'; ReadOnly = $true
            }
            (Get-Reason -Name 'SiloContainer' -Property $property).Code | Should -Be 'Silo:SiloContainer:Ensure'
            Set-Resource -Name 'SiloContainer' -Property $property
            $found = (New-Resource -Name 'SiloContainer' -Property $property).Get()
            foreach ($name in 'Name', 'Command', 'State', 'Network', 'Isolation', 'MemoryBytes', 'CpuCount', 'RestartPolicy', 'MaximumRetryCount', 'WorkingDirectory', 'HostName', 'ReadOnly') { $found.$name | Should -Be $property.$name -Because $name }
            $found.Ensure | Should -Be 'Present'
            $found.Environment.A | Should -Be 'b'
            $found.Mount | Should -Be 'type=tmpfs,target=/scratch,size=1048576,mode=0700', 'type=volume,source=data,target=/data,readonly'
            $found.ContainerId | Should -Be (Get-Container -Name 'web').Id
            $found.ImageDigest | Should -Match '^sha256:'
        }
        It 'that somebody changed is told property by property, and mended in place where that is possible' {
            Set-Resource -Name 'SiloContainer' -Property $web
            $id = (Get-Container -Name 'web').Id
            Set-Container -Name 'web' -MemoryBytes 32MB
            Stop-Container -Name 'web' -Force
            $wish = $web + @{ MemoryBytes = 64MB }
            $reason = Get-Reason -Name 'SiloContainer' -Property $wish
            $reason.Code | Should -Be 'Silo:SiloContainer:MemoryBytes', 'Silo:SiloContainer:State'
            $reason[0].Phrase | Should -Be 'MemoryBytes of web: it is 33554432 and shall be 67108864.'
            Set-Resource -Name 'SiloContainer' -Property $wish
            (Get-Container -Name 'web').Id | Should -Be $id
        }
        It 'is made anew where its command differs, and that is the reason' {
            Set-Resource -Name 'SiloContainer' -Property $web
            $id = (Get-Container -Name 'web').Id
            $wish = $web + @{}
            $wish.Command = 'sleep', '2000'
            (Get-Reason -Name 'SiloContainer' -Property $wish).Phrase | Should -Be 'Command of web: it runs ["sleep","1000"] and shall run ["sleep","2000"].'
            Set-Resource -Name 'SiloContainer' -Property $wish
            (Get-Container -Name 'web').Id | Should -Not -Be $id
        }
        It 'goes, and an image is then not needed' {
            Set-Resource -Name 'SiloContainer' -Property $web
            Set-Resource -Name 'SiloContainer' -Property @{ Name = 'web'; Ensure = 'Absent' }
            Get-Container -Name 'web*' | Should -BeNullOrEmpty
            (New-Resource -Name 'SiloContainer' -Property @{ Name = 'web'; Ensure = 'Absent' }).Get().Ensure | Should -Be 'Absent'
        }
        It 'that ends at once has not started' {
            $caught = try { (New-Resource -Name 'SiloContainer' -Property @{ Name = 'web'; Image = 'tools'; Command = 'false'; State = 'Running' }).Set() } catch { $_ }
            $caught.FullyQualifiedErrorId | Should -BeLike 'ContainerNotRunning*'
            "$caught" | Should -Match 'exit code 1'
        }
        It 'is exported in words that ask for what is there' {
            Set-Resource -Name 'SiloContainer' -Property $web
            $exported = & (Get-Module -Name Silo) { [SiloContainer]::Export() }
            $exported.Name | Should -Be 'web'
            $exported.Command | Should -Be 'sleep', '1000'
            $exported.Image | Should -Be 'tools:latest'
            $exported.Test() | Should -BeTrue
        }
        It 'writes nothing but verbose text, and no value of a variable' {
            $wish = $web + @{ Environment = @{ SECRET = 'hunter2' } }
            $resource = New-Resource -Name 'SiloContainer' -Property $wish
            $all = & { $VerbosePreference = 'Continue'; $resource.Set(); $resource.Test(); [void] $resource.Get() } *>&1
            @($all | Where-Object { $_ -isnot [System.Management.Automation.VerboseRecord] }) | Should -Be $true
            "$all" | Should -Not -Match 'hunter2'
        }
    }

    It 'bring an image, and take it away' {
        $wish = @{ Reference = 'archive:1'; Path = $archive }
        (Get-Reason -Name 'SiloImage' -Property $wish).Code | Should -Be 'Silo:SiloImage:Ensure'
        Set-Resource -Name 'SiloImage' -Property $wish
        $digest = (New-Resource -Name 'SiloImage' -Property $wish).Get().Digest
        Set-Resource -Name 'SiloImage' -Property ($wish + @{ Digest = $digest })
        (Get-Reason -Name 'SiloImage' -Property @{ Reference = 'archive:1'; Platform = 'windows/amd64' }).Code | Should -Be 'Silo:SiloImage:Platform'
        Set-Resource -Name 'SiloImage' -Property @{ Reference = 'archive:1'; Ensure = 'Absent' }
        Get-ContainerImage -Name 'archive*' | Should -BeNullOrEmpty
    }
    It 'make a volume and its labels' {
        Set-Resource -Name 'SiloVolume' -Property @{ Name = 'kept'; Label = @{ backup = 'daily' } }
        (Get-Reason -Name 'SiloVolume' -Property @{ Name = 'kept'; Label = @{ backup = 'never' } }).Code | Should -Be 'Silo:SiloVolume:Label'
        Set-Resource -Name 'SiloVolume' -Property @{ Name = 'kept'; Label = @{ backup = 'never' } }
        (New-Resource -Name 'SiloVolume' -Property @{ Name = 'kept' }).Get().Path | Should -Exist
        Set-Resource -Name 'SiloVolume' -Property @{ Name = 'kept'; Ensure = 'Absent' }
    }
    It 'make a network, and make it anew' -Skip:([bool] $missingNetwork) {
        $wish = @{ Name = 'dsc-net'; Driver = 'Internal'; Subnet = '10.213.0.0/24' }
        Set-Resource -Name 'SiloNetwork' -Property $wish
        (Get-Reason -Name 'SiloNetwork' -Property @{ Name = 'dsc-net'; Subnet = '10.214.0.0/24' }).Code | Should -Be 'Silo:SiloNetwork:Subnet'
        Set-Resource -Name 'SiloNetwork' -Property @{ Name = 'dsc-net'; Driver = 'Internal'; Subnet = '10.214.0.0/24' }
        (Get-ContainerNetwork -Name 'dsc-net').Subnets.Prefix | Should -Be '10.214.0.0/24'
        Set-Resource -Name 'SiloNetwork' -Property @{ Name = 'dsc-net'; Ensure = 'Absent' }
    }
    It 'set the isolation of the host' {
        (Get-Reason -Name 'SiloHost' -Property @{ IsSingleInstance = 'Yes'; Isolation = 'Process' }).Phrase | Should -Be 'Isolation of Yes: it is Auto and shall be Process.'
        Set-Resource -Name 'SiloHost' -Property @{ Isolation = 'Process' }
        (Get-Isolation).Isolation | Should -Be 'Process'
        Set-Resource -Name 'SiloHost' -Property @{ Isolation = 'Auto' }
    }
    It 'bring up an application of several containers' {
        $folder = Join-Path -Path $TestDrive -ChildPath 'shop'
        [void] (New-Item -Path $folder -ItemType Directory)
        Set-Content -LiteralPath "$folder/compose.yaml" -Value 'services: { web: { image: tools, command: [sleep, "1000"], network_mode: none, stop_grace_period: 0s } }'
        $wish = @{ Name = 'shop'; Path = $folder; State = 'Running' }
        Set-Resource -Name 'SiloApplication' -Property $wish
        Stop-ContainerApplication -Name 'shop'
        (Get-Reason -Name 'SiloApplication' -Property $wish).Code | Should -Be 'Silo:SiloApplication:State'
        Set-Resource -Name 'SiloApplication' -Property $wish
        (New-Resource -Name 'SiloApplication' -Property $wish).Get().Container | Should -Be 'shop-web-1'
        Set-Resource -Name 'SiloApplication' -Property @{ Name = 'shop'; Ensure = 'Absent' }
    }
    It 'keep a list, and purge what it does not have' {
        function Get-Entry { param($Name) $entry = $web + @{}; $entry.Name = $Name; New-Resource -Name 'SiloContainerEntry' -Property $entry }
        [void] (New-Container -Image 'tools' -Name 'stranger')
        Set-Resource -Name 'SiloContainerList' -Property @{ Scope = 'shop'; Container = (Get-Entry 'one'), (Get-Entry 'two') }
        $wish = @{ Scope = 'shop'; Container = @(Get-Entry 'one'); Purge = $true }
        (Get-Reason -Name 'SiloContainerList' -Property $wish).Phrase | Should -Be 'Purge of shop: two is not listed.'
        Set-Resource -Name 'SiloContainerList' -Property $wish
        (New-Resource -Name 'SiloContainerList' -Property $wish).Get().Container.Name | Should -Be 'one'
        Stop-Container -Name 'one' -Force
        (Get-Reason -Name 'SiloContainerList' -Property $wish).Phrase | Should -Be 'Container of shop: one: state: it is exited and shall run.'
        Set-Resource -Name 'SiloContainerList' -Property @{ Scope = 'shop'; Ensure = 'Absent' }
        (Get-Container).Name | Should -Be 'stranger'
        Remove-Container -Name 'stranger'
    }
    It 'are reached through using module, in a session that knows nothing else' {
        $file = Join-Path -Path $TestDrive -ChildPath 'using.ps1'
        Set-Content -LiteralPath $file -Value "using module '$moduleRoot/Silo.psd1'", "`$volume = [SiloVolume]::new(); `$volume.Name = 'by-using'; `$volume.Test(); `$volume.Set(); `$volume.Test(); `$volume.Ensure = 'Absent'; `$volume.Set(); `$volume.Test()"
        '' | & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $file | Should -Be 'False', 'True', 'True'
    }
    It 'give a registry password to the engine alone' {
        # The stand-in of a registry that refuses: the password stands in no message.
        $caught = try { (New-Resource -Name 'SiloImage' -Property @{ Reference = '127.0.0.1:9/private:1'; RegistryCredential = (Get-TestCredential) }).Set() } catch { $_ }
        $caught.FullyQualifiedErrorId | Should -BeLike 'RegistryUnreachable*'
        "$caught $($caught.Exception.Data.Values)" | Should -Not -Match 'hunter2'
    }
    It 'do what the topic about them says (<_>)' -ForEach 'en-US', 'ko-KR' {
        [void] (Add-ContainerImageTag -Name 'tools' -Reference 'busybox:latest' -Force)
        function Invoke-DscResource { param($ModuleName, $Name, $Method, $Property) (New-Resource -Name $Name -Property $Property).$Method() }
        $examples = @([System.IO.File]::ReadAllLines((Join-Path -Path $moduleRoot -ChildPath "$_/about_Silo_Dsc.help.txt")) -match '^ {8}Invoke-DscResource ')
        $examples.Count | Should -Be 5
        $said = foreach ($example in $examples) { [pscustomobject] @{ Answer = Invoke-Expression -Command $example; Container = Get-Container -Name 'we[b]' } }
        $said[0].Container.State | Should -Be 'Running'
        $said[1].Container.Id | Should -Be $said[0].Container.Id
        $said[1].Container.MemoryBytes | Should -Be 64MB
        $said[2].Container.Id | Should -Not -Be $said[0].Container.Id
        $said[2].Container.MemoryBytes | Should -Be 64MB
        $said[3].Answer | Should -BeFalse
        $said[4].Container | Should -BeNullOrEmpty
    }
    It 'have examples that do what they say' {
        [void] (Add-ContainerImageTag -Name 'tools' -Reference 'busybox:latest' -Force)
        # In the place of DSC: makes the resource and calls it, as Invoke-DscResource does.
        function Invoke-DscResource { param($ModuleName, $Name, $Method, $Property) (New-Resource -Name $Name -Property $Property).$Method(); $script:asked += @(@{ Name = $Name; Property = $Property }) }
        $script:asked = @()
        $skipped = @('SiloContainerList') + $(if (-not (Get-Command -Name ip, nft -CommandType Application -ErrorAction Ignore | Select-Object -Skip 1)) { 'SiloNetwork' })
        foreach ($file in Get-ChildItem -LiteralPath (Join-Path -Path $moduleRoot -ChildPath 'Examples') -Filter '*.ps1' | Where-Object { $_.BaseName -notin $skipped }) { . $file.FullName }
        $script:asked.Count | Should -BeGreaterOrEqual 5
        foreach ($one in $script:asked) { (New-Resource @one).Test() | Should -BeTrue -Because $one.Name }
        (Get-Container -Name 'web').State | Should -Be 'Running'
        # The example of the list finds the module where modules are installed.
        $file = Join-Path -Path $TestDrive -ChildPath 'list.ps1'
        Set-Content -LiteralPath $file -Value "`$env:PSModulePath = '$(Split-Path -Path $moduleRoot)'", 'function Invoke-DscResource { param($ModuleName, $Name, $Method, $Property) $list = & (Get-Module -Name $ModuleName) { New-Object -TypeName $args[0] -Property $args[1] } $Name $Property; $list.$Method(); $list.Test() }', ". '$moduleRoot/Examples/SiloContainerList.ps1'"
        '' | & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $file | Should -Be 'True'
        (Get-Container -Name 'worker').Labels.Value | Should -Be 'batch'
        Get-Container | Remove-Container -Force
        foreach ($one in $script:asked | Where-Object { $_.Name -in 'SiloNetwork', 'SiloVolume', 'SiloApplication' }) { (New-Resource -Name $one.Name -Property @{ Name = $one.Property.Name; Ensure = 'Absent' }).Set() }
    }
}
