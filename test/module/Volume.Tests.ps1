BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $record = New-RecordFile
    Import-SiloForTest -Script @{ record = $record }
    function Get-Sent { param($Method) @(Read-Record $record | Where-Object { $_.method -eq $Method }).params | Select-Object -Last 1 }
    function Get-SentCount { param($Method) @(Read-Record $record | Where-Object { $_.method -eq $Method }).Count }
}
AfterAll { Remove-SiloForTest }

Describe 'Volumes' -Tag Fast {
    It 'are typed objects with their containers' {
        $volume = Get-ContainerVolume -Name 'data'
        $volume.PSTypeNames[0] | Should -Be 'Silo.ContainerVolume'
        $volume.Containers | Should -Be 'web-1', 'db'
        $volume.CreatedAt | Should -BeOfType [datetime]
        $volume.SizeBytes | Should -BeNullOrEmpty
    }
    It 'are found by wildcards' { (Get-ContainerVolume -Name 'data*').Name | Should -Be 'data', 'database' }
    It 'have a size where it was asked for' { (Get-ContainerVolume -Name 'data' -Size).SizeBytes | Should -Be 4096 }
    It 'that are not there are an error' {
        Get-ContainerVolume -Name 'absent' -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -Be 'VolumeNotFound,Get-ContainerVolume'
    }
    It 'are made with name and labels' {
        (New-ContainerVolume -Name 'cache' -Label @{ tier = 'x' }).Name | Should -Be 'cache'
        (Get-Sent 'volume/create').labels[0].value | Should -Be 'x'
        New-ContainerVolume -Name 'data' -IfNotExists -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] -and "$_" -match "'data'" } | Should -Not -BeNullOrEmpty
        (New-ContainerVolume).Name | Should -MatchExactly '^[0-9a-f]{64}$'
    }
    It 'are removed by name, by wildcard and as objects' {
        Remove-ContainerVolume -Name 'data'
        (Get-Sent 'volume/remove').volume | Should -Be 'data'
        $before = Get-SentCount 'volume/remove'
        Get-ContainerVolume -Name 'data*' | Remove-ContainerVolume
        Get-SentCount 'volume/remove' | Should -Be ($before + 2)
    }
    It 'that containers mount are kept, with an error' {
        Remove-ContainerVolume -Name 'held' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'VolumeInUse,Remove-ContainerVolume'
    }
    It 'that are not there are no error with -Force' { { Remove-ContainerVolume -Name 'absent' -Force -ErrorAction Stop } | Should -Not -Throw }
    It 'are not removed with -WhatIf' {
        $before = Get-SentCount 'volume/remove'
        Remove-ContainerVolume -Name 'data*' -WhatIf
        Get-SentCount 'volume/remove' | Should -Be $before
    }
    It 'that nobody mounts are removed with the rest of the store' {
        Optimize-ContainerStore -UnusedVolume | Out-Null
        (Get-Sent 'store/optimize').unusedVolumes | Should -BeTrue
    }
    It 'are completed' { (TabExpansion2 -inputScript 'Remove-ContainerVolume dat' -cursorColumn 26).CompletionMatches.CompletionText | Should -Be 'data', 'database' }
}

Describe 'Mounts' -Tag Fast {
    It 'are objects or texts, and both say the same' {
        $object = New-ContainerMount -Type Bind -Source './www' -Target '/t' -ReadOnly -Propagation rslave
        $object.PSTypeNames[0] | Should -Be 'Silo.ContainerMount'
        New-Container -Image 'busybox' -Mount $object, 'type=bind,source=./www,target=/t,readonly,propagation=rslave' | Out-Null
        $one, $other = (Get-Sent 'container/create').mounts
        foreach ($key in 'kind', 'source', 'target', 'readOnly', 'propagation') { $one.$key | Should -Be $other.$key -Because $key }
        $one.source | Should -Be (Join-Path -Path $PWD.ProviderPath -ChildPath 'www')
    }
    It 'in memory have a size and a mode' {
        New-Container -Image 'busybox' -Mount (New-ContainerMount -Type Tmpfs -Target '/t' -SizeBytes 1MB -Mode 0750), 'type=tmpfs,target=/u,size=64m,mode=0700' | Out-Null
        $one, $other = (Get-Sent 'container/create').mounts
        $one.kind, $one.source, $one.sizeBytes, $one.mode | Should -Be 'Tmpfs', '', 1048576, 488
        $other.sizeBytes, $other.mode | Should -Be 67108864, 448
    }
    It 'of volumes may have no name, and need not begin with what the image has' {
        New-Container -Image 'busybox' -Mount 'type=volume,target=/t,nocopy', (New-ContainerMount -Type Volume -Source 'data' -Target '/u') | Out-Null
        $one, $other = (Get-Sent 'container/create').mounts
        $one.source, $one.noCopy | Should -Be '', $true
        $other.source | Should -Be 'data'
        $other.Keys | Should -Not -Contain 'noCopy'
    }
    It 'refuse a size that is none' { { New-Container -Image 'busybox' -Mount 'type=tmpfs,target=/t,size=much' } | Should -Throw -ErrorId 'ParameterInvalid,New-Container' }
    It 'refuse an object that is no mount' { { New-Container -Image 'busybox' -Mount ([pscustomobject] @{ Target = '/t' }) } | Should -Throw -ErrorId 'ParameterInvalid,New-Container' }
    It 'of SMB shares are refused by name' { { New-Container -Image 'busybox' -Mount 'type=smb,source=//server/share,target=/t' } | Should -Throw -ErrorId 'OptionUnsupported,New-Container' }
    It 'need a source to bind' { { New-ContainerMount -Type Bind -Target '/t' } | Should -Throw -ErrorId 'ParameterInvalid,New-ContainerMount' }
}

Describe 'Volumes and settings on this host' -Tag Engine -Skip:($null -ne (& { Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force; Get-MissingForContainer })) {
    BeforeAll {
        $stateRoot = Initialize-StateRoot
        Import-ContainerImage -LiteralPath (New-RootFileSystem -Folder $TestDrive) -Reference 'busybox:volumes' | Out-Null
    }
    AfterAll { Clear-StateRoot -Path $stateRoot }

    It 'keeps what a container wrote until the volume is removed' {
        New-ContainerVolume -Name 'kept' | Out-Null
        Invoke-ContainerImage -Image 'busybox:volumes' -AutoRemove -Mount 'type=volume,source=kept,target=/data' -Command 'sh', '-c', 'echo hello > /data/file'
        Invoke-ContainerImage -Image 'busybox:volumes' -AutoRemove -Mount (New-ContainerMount -Type Volume -Source 'kept' -Target '/data' -ReadOnly) -Command 'cat', '/data/file' | Should -Be 'hello'
        New-Container -Image 'busybox:volumes' -Name 'holder' -Mount 'type=volume,source=kept,target=/data' -Command 'true' | Out-Null
        { Remove-ContainerVolume -Name 'kept' -ErrorAction Stop } | Should -Throw '*holder*'
        Remove-Container -Name 'holder'
        (Optimize-ContainerStore -UnusedVolume | Where-Object { $_.Kind -eq 'Volume' }).Id | Should -Be 'kept'
        Get-ContainerVolume | Should -BeNullOrEmpty
    }
    It 'sets what was asked for within the container' {
        $output = Invoke-ContainerImage -Image 'busybox:volumes' -AutoRemove -DropCapability ALL -AddCapability CHOWN -Ulimit @{ nofile = '200:300' } -ShmSizeBytes 1MB -AdditionalGroup 77 `
            -Mount 'type=tmpfs,target=/scratch,size=1m' -Command 'sh', '-c', 'grep CapEff /proc/self/status; ulimit -Sn; ulimit -Hn; df -k /dev/shm | tail -1; id -G; df -k /scratch | tail -1'
        $output[0] | Should -Match '0000000000000001$'
        $output[1..2] | Should -Be '200', '300'
        $output[3] | Should -Match ' 1024 '
        $output[4] | Should -Be '0 77'
        $output[5] | Should -Match ' 1024 '
    }
    It 'refuses by name what it cannot give' {
        { New-Container -Image 'busybox:volumes' -Command 'true' -Sysctl @{ 'vm.swappiness' = 1 } -ErrorAction Stop } | Should -Throw -ErrorId 'OptionUnsupported,New-Container'
        { New-Container -Image 'busybox:volumes' -Command 'true' -UserNamespace remap -ErrorAction Stop } | Should -Throw -ErrorId 'OptionUnsupported,New-Container'
    }
}
