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
    It 'may be SMB shares, whose password is nowhere but in the request' {
        $secret = ConvertTo-SecureString -String 'p,w"1' -AsPlainText -Force
        $volume, $debug = New-ContainerVolume -Name 'files' -SmbPath '\\server\share\www' -Credential ([pscredential]::new('CORP\web', $secret)) -RequirePrivacy -Mode 0750 -UserId 5 -GroupId 6 -Debug 5>&1
        $volume = @($volume) + @($debug) | Where-Object { $_ -isnot [System.Management.Automation.DebugRecord] }
        $volume.Path, $volume.Share.Source, $volume.Share.UserName | Should -Be '\\server\share\www', '\\server\share\www', 'CORP\web'
        ($volume | Format-List | Out-String) | Should -Match 'CORP'
        ($volume | Format-List -Property * | Out-String), "$debug" | Should -Not -Match 'p,w'
        $sent = (Get-Sent 'volume/create').share
        $sent.source, $sent.mode, $sent.userId, $sent.groupId, $sent.requirePrivacy | Should -Be '\\server\share\www', 488, 5, 6, $true
        $sent.credential.userName, $sent.credential.secret | Should -Be 'CORP\web', 'p,w"1'
        New-ContainerVolume -Name 'files' -SmbPath '//server/share' -UserName 'web' -IfNotExists | Out-Null
        $sent = (Get-Sent 'volume/create').share
        $sent.userName | Should -Be 'web'
        $sent.Keys | Should -Not -Contain 'credential'
        $sent.Keys | Should -Not -Contain 'requirePrivacy'
    }
    It 'that are SMB shares take no empty password, and one account' {
        { New-ContainerVolume -Name 'files' -SmbPath '//server/share' -Credential ([pscredential]::new('web', [securestring]::new())) } | Should -Throw -ErrorId 'ShareCredentialInvalid,New-ContainerVolume'
        { New-ContainerVolume -Name 'files' -SmbPath '//server/share' -UserName 'a' -Credential ([pscredential]::new('web', (ConvertTo-SecureString 'x' -AsPlainText -Force))) } | Should -Throw -ErrorId 'ParameterInvalid,New-ContainerVolume'
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
        New-Container -Image 'busybox' -Mount 'type=volume,target=/t,nocopy,subpath=a/b', (New-ContainerMount -Type Volume -Source 'data' -Target '/u' -SubPath 'c') | Out-Null
        $one, $other = (Get-Sent 'container/create').mounts
        $one.source, $one.noCopy, $one.subPath | Should -Be '', $true, 'a/b'
        $other.subPath | Should -Be 'c'
        $other.source | Should -Be 'data'
        $other.Keys | Should -Not -Contain 'noCopy'
    }
    It 'refuse the form with colons, which a drive letter would make ambiguous' { { New-Container -Image 'busybox' -Mount '/srv:/t' } | Should -Throw -ErrorId 'ParameterInvalid,New-Container' }
    It 'refuse a size that is none' { { New-Container -Image 'busybox' -Mount 'type=tmpfs,target=/t,size=much' } | Should -Throw -ErrorId 'ParameterInvalid,New-Container' }
    It 'refuse an object that is no mount' { { New-Container -Image 'busybox' -Mount ([pscustomobject] @{ Target = '/t' }) } | Should -Throw -ErrorId 'ParameterInvalid,New-Container' }
    It 'of SMB shares have a path, an account and a password, which is nowhere but in the request' {
        $secret = ConvertTo-SecureString -String 'p,w"1' -AsPlainText -Force
        $mount = New-ContainerMount -SmbPath '\\server\share\www' -Target '/t' -Credential ([pscredential]::new('CORP\web', $secret)) -RequirePrivacy -Mode 0750 -UserId 5 -GroupId 6 -ReadOnly
        $mount.PSTypeNames[0], $mount.Kind, $mount.UserName | Should -Be 'Silo.ContainerMount', 'Smb', 'CORP\web'
        ($mount | Format-List | Out-String), ($mount | ConvertTo-Json -Depth 5 -WarningAction SilentlyContinue) | Should -Not -Match 'p,w'
        $debug = New-Container -Image 'busybox' -Mount $mount -Debug 5>&1 | Where-Object { $_ -is [System.Management.Automation.DebugRecord] }
        "$debug" | Should -Match 'CORP'
        "$debug" | Should -Not -Match 'p,w'
        $sent = (Get-Sent 'container/create').mounts
        $sent.kind, $sent.source, $sent.userName, $sent.mode, $sent.userId, $sent.groupId | Should -Be 'Smb', '\\server\share\www', 'CORP\web', 488, 5, 6
        $sent.requirePrivacy, $sent.readOnly | Should -Be $true, $true
        $sent.credential.userName, $sent.credential.secret | Should -Be 'CORP\web', 'p,w"1'
    }
    It 'of SMB shares may name an account alone, as texts do' {
        New-Container -Image 'busybox' -Mount (New-ContainerMount -SmbPath '//server/share' -Target '/t' -UserName 'web' -RequirePrivacy -UserId 5), 'type=smb,source=//server/share,target=/t,username=web,privacy,uid=5' | Out-Null
        $one, $other = (Get-Sent 'container/create').mounts
        foreach ($key in 'kind', 'source', 'target', 'readOnly', 'userName', 'requirePrivacy', 'userId') { $one.$key | Should -Be $other.$key -Because $key }
        $one.Keys | Should -Not -Contain 'credential'
    }
    It 'of SMB shares take no password in a text, and no empty one' {
        { New-Container -Image 'busybox' -Mount 'type=smb,source=//server/share,target=/t,username=web,password=hunter2' } | Should -Throw -ErrorId 'ParameterInvalid,New-Container'
        "$($Error[0].TargetObject) $($Error[0])" | Should -Not -Match 'hunter2'
        { New-ContainerMount -SmbPath '//server/share' -Target '/t' -Credential ([pscredential]::new('web', [securestring]::new())) } | Should -Throw -ErrorId 'ShareCredentialInvalid,New-ContainerMount'
        { New-ContainerMount -SmbPath '//server/share' -Target '/t' -UserName 'a' -Credential ([pscredential]::new('web', (ConvertTo-SecureString 'x' -AsPlainText -Force))) } | Should -Throw -ErrorId 'ParameterInvalid,New-ContainerMount'
        { New-Container -Image 'busybox' -Mount 'type=smb,target=/t' } | Should -Throw -ErrorId 'ParameterInvalid,New-Container'
    }
    It 'of SMB shares get another password' {
        Set-Container -Name 'web-1' -ShareCredential ([pscredential]::new('web', (ConvertTo-SecureString 'new one' -AsPlainText -Force)))
        (Get-Sent 'container/update').shareCredential.secret | Should -Be 'new one'
    }
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
    It 'says of an SMB share what it is and why it cannot be had, and never its password' {
        $share = New-ContainerMount -SmbPath '\\127.0.0.1\data' -Target '/data' -Credential ([pscredential]::new('CORP\web', (ConvertTo-SecureString 'hunter2' -AsPlainText -Force)))
        $container = New-Container -Image 'busybox:volumes' -Name 'sharing' -Command 'true' -Mount $share -RestartPolicy Always -WarningVariable warning -WarningAction SilentlyContinue
        "$warning" | Should -Match 'Set-Container -ShareCredential'
        $container.Mounts[0].Kind, $container.Mounts[0].Source, $container.Mounts[0].UserName | Should -Be 'Smb', '//127.0.0.1/data', 'CORP\web'
        Start-Container -Name 'sharing' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeIn 'ShareUnreachable,Start-Container', 'ShareAccessDenied,Start-Container', 'ShareSupportMissing,Start-Container'
        (Get-Container -Name 'sharing').StartError | Should -Match '//127.0.0.1/data'
        Set-Container -Name 'sharing' -ShareCredential ([pscredential]::new('other', (ConvertTo-SecureString 'x' -AsPlainText -Force))) -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ShareCredentialInvalid,Set-Container'
        $container | ConvertTo-Json -Depth 6 | Should -Not -Match 'hunter2'
        Remove-Container -Name 'sharing'
        { New-Container -Image 'busybox:volumes' -Command 'true' -Mount 'type=smb,source=//127.0.0.1/data,target=/data,username=CORP\web' -ErrorAction Stop } | Should -Throw -ErrorId 'ShareCredentialMissing,New-Container'
        { New-Container -Image 'busybox:volumes' -Command 'true' -Mount 'type=smb,source=/srv/data,target=/data' -ErrorAction Stop } | Should -Throw -ErrorId 'SharePathInvalid,New-Container'
    }
    It 'refuses by name what it cannot give' {
        { New-Container -Image 'busybox:volumes' -Command 'true' -Sysctl @{ 'vm.swappiness' = 1 } -ErrorAction Stop } | Should -Throw -ErrorId 'OptionUnsupported,New-Container'
        { New-Container -Image 'busybox:volumes' -Command 'true' -UserNamespace remap -ErrorAction Stop } | Should -Throw -ErrorId 'OptionUnsupported,New-Container'
    }
}
