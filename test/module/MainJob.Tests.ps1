BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if ($missing) { Write-Information -MessageData "No container can run here ($missing): the main job is skipped." -InformationAction Continue }
}

# The product's main job, step by step, as a person does it: each step needs the one before.
Describe 'The main job: from an archive to a container and back to nothing' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $stateRoot = Initialize-StateRoot
    }
    AfterAll { Clear-StateRoot -Path $stateRoot }

    It 'finds the host ready' {
        Test-ContainerHost | Where-Object { -not $_.Satisfied -and $_.NeededFor -eq 'Everything' } | ForEach-Object { "$($_.Name): $($_.Detail)" } | Should -BeNullOrEmpty
        Test-ContainerHost -Quiet | Should -BeTrue
        (Get-ContainerHost).Root | Should -Be $stateRoot
    }
    It 'imports an image' {
        $image = Import-ContainerImage -Path (New-RootFileSystem -Folder $TestDrive) -Name 'tools:1.0' -Command '/bin/sh' -Environment @{ FROM = 'image' }
        $image.Name | Should -Be 'tools:1.0'
        $image.Id | Should -Match '^sha256:[0-9a-f]{64}$'
        (Get-ContainerImage -Name 'tools*').Name | Should -Be 'tools:1.0'
    }
    It 'makes a container' {
        $container = New-Container -Image 'tools:1.0' -Name 'job' -Command 'sh', '-c', 'echo $FROM $OWN; echo warning >&2; exec sleep 1000' -Environment @{ OWN = 'container' } -Label @{ tier = 'test' } -MemoryBytes 64MB
        $container.State | Should -Be 'Created'
        $container.MemoryBytes | Should -Be 64MB
        $container.CreatedAt.Kind | Should -Be 'Utc'
    }
    It 'starts it' {
        Start-Container -Name 'job'
        (Get-Container -Name 'job').State | Should -Be 'Running'
        (Get-Container -State Running).Name | Should -Be 'job'
        (Get-ContainerHost).RunningCount | Should -Be 1
    }
    It 'reads its log' {
        Wait-Until { @(Get-ContainerLog -Name 'job').Count -eq 2 } | Should -BeTrue
        $log = Get-ContainerLog -Name 'job'
        ($log | Where-Object Stream -EQ 'stdout').Text | Should -Be 'image container'
        ($log | Where-Object Stream -EQ 'stderr').Text | Should -Be 'warning'
    }
    It 'runs a further process in it' {
        $process = Start-ContainerProcess -Name 'job' -FilePath 'sh' -ArgumentList '-c', 'id -u; cat; exit 7' -User 'app' -StandardInput 'from outside' -Wait
        $process.ExitCode | Should -Be 7
        $process.StdOut | Should -Be "1000`nfrom outside"
        'b', 'a' | Invoke-ContainerCommand -Name 'job' -FilePath 'sort' | Should -Be 'a', 'b'
    }
    It 'does long work in a job; in a process of its own where PowerShell has no thread jobs' {
        $before = $global:PSModuleAutoLoadingPreference
        $threads = Get-Module -Name '*ThreadJob'
        try {
            $threads | Remove-Module
            $global:PSModuleAutoLoadingPreference = 'None'
            Get-Command -Name Start-ThreadJob -ErrorAction Ignore | Should -BeNullOrEmpty
            $job = Restart-Container -Name 'job' -TimeoutSeconds 0 -PassThru -AsJob
        } finally {
            $global:PSModuleAutoLoadingPreference = $before
            $threads | Import-Module
        }
        $job.PSJobTypeName | Should -Be 'BackgroundJob'
        $done = $job | Wait-Job -Timeout 60 | Receive-Job
        $done.Name | Should -Be 'job'
        $done.State | Should -Be 'Running'
        Remove-Job -Job $job
        Start-Container -Name 'job' -PassThru -AsJob | Wait-Job -Timeout 60 | Receive-Job -AutoRemoveJob -Wait | ForEach-Object Name | Should -Be 'job'
    }
    It 'sees its isolation' {
        (Get-Isolation -Name 'job').EffectiveIsolation | Should -Be 'Process'
        Set-Isolation -Isolation Process -Name 'job' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerRunning,Set-Isolation'
    }
    It 'stops it' {
        $container = Stop-Container -Name 'job' -TimeoutSeconds 1 -PassThru
        $container.State | Should -Be 'Exited'
        $container.ExitCode | Should -BeIn 137, 143
    }
    It 'sets its isolation while it is stopped' { (Set-Isolation -Isolation Process -Name 'job' -PassThru).Isolation | Should -Be 'Process' }
    It 'runs commands as docker run does' {
        Invoke-ContainerImage -Image 'tools:1.0' -Command 'uname', '-s' -AutoRemove | Should -Be 'Linux'
        (Get-Container).Name | Should -Be 'job'
    }
    It 'removes container and image' {
        Remove-ContainerImage -Name 'tools:1.0' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'ImageInUse,Remove-ContainerImage'
        Remove-Container -Name 'job'
        (Remove-ContainerImage -Name 'tools:1.0' -PassThru).ReclaimedBytes | Should -BeGreaterThan 1MB
        Get-Container | Should -BeNullOrEmpty
        Get-ContainerImage | Should -BeNullOrEmpty
    }
}
