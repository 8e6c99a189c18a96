BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if ($missing) { Write-Information -MessageData "No container can run here ($missing): the tests of the store are skipped." -InformationAction Continue }
}

# Keeping house, on the real engine: each step needs those before.
Describe 'The store' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $stateRoot = Initialize-StateRoot
        $folder = (Get-Item -LiteralPath $TestDrive).FullName
        $app = 'tools:1.0'
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $folder) -Name $app -Command '/bin/sh')
        [void] (New-Item -Path "$folder/context" -ItemType Directory)
        Set-Content -LiteralPath "$folder/context/Dockerfile" -Value "FROM $app", 'RUN seq 1 100000 > /srv', 'CMD ["true"]'
        [void] (New-ContainerImage -Path "$folder/context" -Reference 'built:1')
    }
    AfterAll {
        Clear-StateRoot -Path $stateRoot
        Remove-Item -LiteralPath "$stateRoot-moved" -Recurse -Force -ErrorAction Ignore
    }

    It 'shows with -WhatIf what an optimization would remove, and removes nothing' {
        $before = @(Get-ContainerImage).Count
        $items = @(Optimize-ContainerStore -UnusedImage -BuildCache -WhatIf)
        $items.Count | Should -BeGreaterThan 0
        $items.Action | Sort-Object -Unique | Should -Be 'WouldRemove'
        ($items | Measure-Object -Property SizeBytes -Sum).Sum | Should -BeGreaterThan 1MB
        @(Get-ContainerImage).Count | Should -Be $before
    }
    It 'has nothing to mend' {
        Repair-ContainerStore -Verify -WhatIf | Should -BeNullOrEmpty
        Test-ContainerStore -Verify | Should -BeNullOrEmpty
        Test-ContainerStore -Quiet | Should -BeTrue
    }
    It 'finds a damaged blob' {
        $digest = (Get-ContainerImage -Name 'built:1').Digest
        $blob = Get-ChildItem -LiteralPath "$stateRoot/blobs" -Recurse -File | Where-Object { "$($_.Directory.Name)$($_.Name)" -match $digest.Split(':')[1] -or $_.Name -eq $digest.Split(':')[1] } | Select-Object -First 1
        $blob | Should -Not -BeNullOrEmpty
        $bytes = [System.IO.File]::ReadAllBytes($blob.FullName)
        $damaged = $bytes.Clone()
        $damaged[10] = $damaged[10] -bxor 1
        & chmod u+w $blob.FullName
        [System.IO.File]::WriteAllBytes($blob.FullName, $damaged)
        $test = Test-ContainerImage -Name 'built:1'
        $test.Intact | Should -BeFalse
        $test.Damaged | Should -Be $digest
        Test-ContainerImage -Name 'built:1' -Quiet | Should -BeFalse
        (Repair-ContainerStore -Verify -WhatIf).Id | Should -Contain $digest
        (Test-ContainerStore -Verify).Id | Should -Contain $digest
        Test-ContainerStore -Verify -Quiet | Should -BeFalse
        [System.IO.File]::WriteAllBytes($blob.FullName, $bytes)
        (Test-ContainerImage -Name 'built:1').Intact | Should -BeTrue
    }
    It 'is emptied' {
        [void] (Invoke-ContainerImage -Image 'built:1' -Command 'true')
        $items = @(Optimize-ContainerStore -UnusedImage -StoppedContainer -BuildCache)
        $items.Action | Should -Not -Contain 'Failed'
        Optimize-ContainerStore -UnusedImage -StoppedContainer -BuildCache | Should -BeNullOrEmpty
        Get-Container | Should -BeNullOrEmpty
        Get-ContainerImageLayer -Orphaned | Should -BeNullOrEmpty
    }
    It 'moves to another folder, and everything works there' {
        [void] (Import-ContainerImage -Path "$folder/rootfs.tar" -Name $app)
        $container = New-Container -Image $app -Name 'mover' -Command 'echo', 'moved'
        $new = "$stateRoot-moved"
        (Move-ContainerStore -Path $new -WhatIf).MovedBytes | Should -BeGreaterThan 1MB
        (Get-ContainerHost).Root | Should -Be $stateRoot
        (Move-ContainerStore -Path $new).Path | Should -Be $new
        (Get-ContainerHost).Root | Should -Be $new
        (Get-ContainerImage).Name | Should -Be $app
        Start-Container -Id $container.Id
        Wait-Container -Name 'mover' -TimeoutSeconds 20
        (Get-ContainerLog -Name 'mover').Text | Should -Be 'moved'
    }
    It 'is found by a session that names the old folder' {
        Import-SiloForTest -RealEngine
        (Get-ContainerHost).Root | Should -Be "$stateRoot-moved"
        Remove-Container -Name 'mover'
    }
    It 'is not moved while a container runs' {
        [void] (Invoke-ContainerImage -Image $app -Name 'runs' -Command 'sleep', '1000' -Detach)
        { Move-ContainerStore -Path "$stateRoot-third" -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerRunning,Move-ContainerStore'
        Remove-Container -Name 'runs' -Force
    }
}
