BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if ($missing) { Write-Information -MessageData "No container can run here ($missing): the tests on the engine are skipped." -InformationAction Continue }
}

Describe 'Files of containers' -Tag Fast {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $record = New-RecordFile
        Import-SiloForTest -Script @{ record = $record }
        function Get-Sent { param($Method) @(Read-Record $record | Where-Object { $_.method -eq $Method }).params | Select-Object -Last 1 }
        Push-Location -LiteralPath $TestDrive
    }
    AfterAll {
        Pop-Location
        Remove-SiloForTest
    }

    It 'Copy-ContainerFile copies out of a container to where this session is' {
        $copy = Copy-ContainerFile -Name 'web-1' -Path '/etc/hosts' -Destination './hosts' -PassThru
        $copy.PSTypeNames[0] | Should -Be 'Silo.ContainerFileCopy'
        $sent = Get-Sent 'container/copy'
        $sent.direction | Should -Be 'FromContainer'
        $sent.containerPath | Should -Be '/etc/hosts'
        $sent.hostPath | Should -Be (Join-Path -Path $TestDrive -ChildPath 'hosts')
        $sent.Keys | Should -Not -Contain 'force'
        Copy-ContainerFile -Name 'web-1' -Path '/etc/hosts' -Destination './hosts' | Should -BeNullOrEmpty
    }
    It 'Copy-ContainerFile copies into a container what a wildcard finds, each by itself' {
        'a.txt', 'b.txt' | ForEach-Object { Set-Content -LiteralPath $_ -Value 'x' }
        Copy-ContainerFile -Name 'web-1' -ToContainer -Path '*.txt' -Destination '/www' -Recurse -Force -FollowLink -KeepOwner
        $sent = @(Read-Record $record | Where-Object { $_.method -eq 'container/copy' }).params | Select-Object -Last 2
        $sent.hostPath | Should -Be (Join-Path -Path $TestDrive -ChildPath 'a.txt'), (Join-Path -Path $TestDrive -ChildPath 'b.txt')
        $sent[0].containerPath | Should -Be '/www'
        $sent[0].direction | Should -Be 'ToContainer'
        $sent[0].recurse, $sent[0].force, $sent[0].followLinks, $sent[0].keepOwners | Should -Be $true, $true, $true, $true
        Copy-ContainerFile -Name 'web-1' -ToContainer -Path './.' -Destination '/www' -Recurse
        (Get-Sent 'container/copy').hostPath | Should -Match '/\.$'
    }
    It 'Copy-ContainerFile warns of what is not copied, and takes one direction' {
        Copy-ContainerFile -Name 'web-1' -Path '/run' -Destination '.' -Recurse -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -Match '/run/socket'
        { Copy-ContainerFile -Name 'web-1' -Path '/run' -Destination '.' -FromContainer -ToContainer } | Should -Throw -ErrorId 'ParameterInvalid,Copy-ContainerFile'
    }
    It 'Get-ContainerChange gives changes, of the kinds that are asked for' {
        $change = Get-ContainerChange -Name 'web-1'
        $change[0].PSTypeNames[0] | Should -Be 'Silo.ContainerChange'
        $change.Kind | Should -Be 'Modified', 'Added', 'Deleted'
        ('web-1' | Get-ContainerChange -Kind Added, Deleted).Path | Should -Be '/etc/new', '/old'
    }
    It 'Export-Container writes where this session is' {
        (Export-Container -Name 'web-1' -Path './web.tar' -NoPause -Force -PassThru).SizeBytes | Should -Be 10240
        $sent = Get-Sent 'container/export'
        $sent.path | Should -Be (Join-Path -Path $TestDrive -ChildPath 'web.tar')
        $sent.pause | Should -BeFalse
        $sent.force | Should -BeTrue
    }
}

Describe 'Files of real containers' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $stateRoot = Initialize-StateRoot
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $TestDrive) -Name 'tools' -Command '/bin/sh')
        [void] (Invoke-ContainerImage -Image 'tools' -Name 'files' -Command 'sleep', '1000' -Detach)
        $here = Join-Path -Path $TestDrive -ChildPath 'here'
        [void] (New-Item -ItemType Directory -Path $here)
    }
    AfterAll {
        Get-Container | Remove-Container -Force
        Clear-StateRoot -Path $stateRoot
    }
    It 'go in and come out, and are told as changes' {
        Set-Content -LiteralPath (Join-Path -Path $here -ChildPath 'note') -Value 'a note'
        Copy-ContainerFile -Name 'files' -ToContainer -Path (Join-Path -Path $here -ChildPath 'note') -Destination '/tmp/note'
        Invoke-ContainerCommand -Name 'files' -FilePath 'cat' -ArgumentList '/tmp/note' | Should -Be 'a note'
        (Get-ContainerChange -Name 'files' -Kind Added).Path | Should -Contain '/tmp/note'
        Copy-ContainerFile -Name 'files' -Path '/tmp/note' -Destination (Join-Path -Path $here -ChildPath 'again')
        Get-Content -LiteralPath (Join-Path -Path $here -ChildPath 'again') | Should -Be 'a note'
        Copy-ContainerFile -Name 'files' -Path '/tmp/note' -Destination (Join-Path -Path $here -ChildPath 'again') -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'PathExists,Copy-ContainerFile'
        Copy-ContainerFile -Name 'files' -Path '/tmp/note' -Destination (Join-Path -Path $here -ChildPath 'by-a-job') -AsJob | Wait-Job | Receive-Job
        Get-Content -LiteralPath (Join-Path -Path $here -ChildPath 'by-a-job') | Should -Be 'a note'
    }
    It 'are written to an archive that becomes an image' {
        Export-Container -Name 'files' -Path (Join-Path -Path $here -ChildPath 'files.tar') -PassThru | Import-ContainerImage -Name 'flat' -Command 'cat', '/tmp/note' | Out-Null
        Invoke-ContainerImage -Image 'flat' -AutoRemove | Should -Be 'a note'
    }
}
