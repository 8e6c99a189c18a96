BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    Import-SiloForTest -Script @{ containers = 3000 }
    $script:manifest = (Get-Module -Name Silo).Path.Replace('.psm1', '.psd1')
    $script:space = [runspacefactory]::CreateRunspace()
    $space.Open()

    function Invoke-InSpace {
        param([string] $Text)
        $shell = [powershell]::Create()
        $shell.Runspace = $space
        try { , @($shell.AddScript($Text).Invoke()) } finally { $shell.Dispose() }
    }
    function Stop-InSpace {
        param([string] $Text, [int] $Milliseconds)
        $shell = [powershell]::Create()
        $shell.Runspace = $space
        try {
            $running = $shell.AddScript($Text).BeginInvoke()
            [System.Threading.Thread]::Sleep($Milliseconds)
            $shell.Stop()
            try { [void] $shell.EndInvoke($running) } catch { $null = $_ }
        } finally { $shell.Dispose() }
    }
    [void] (Invoke-InSpace "Import-Module '$manifest'")
}
AfterAll {
    [void] (Invoke-InSpace 'Remove-Module -Name Silo')
    $space.Dispose()
    Remove-SiloForTest
}

Describe 'A command that is stopped' {
    It 'leaves the next command right and in time, 500 times at random moments' {
        $random = [System.Random]::new(20261122)
        $work = 'Get-ContainerLog -Name endless -Follow | Out-Null', 'Get-Container | Out-Null', 'Wait-Container -Name slow-60000', 'Get-Container -Name c1, c2, c3, c4 | Out-Null',
            'Get-ContainerLog -Name endless -Follow | ForEach-Object { Get-Container -Name c5 } | Out-Null', 'Invoke-ContainerImage -Image busybox -Name endless | Out-Null',
            'Request-ContainerImage -Reference missing/slowly | Out-Null', 'New-ContainerImage -Path /tmp -Target endless | Out-Null'
        $slowest = 0
        $engines = @{}
        for ($round = 0; $round -lt 500; $round++) {
            Stop-InSpace -Text $work[$random.Next($work.Count)] -Milliseconds $random.Next(0, 60)
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $name = "c$(1 + $round)"
            $answer = Invoke-InSpace "(Get-Container -Name $name).Name; (Get-ContainerHost).EnginePid"
            $slowest = [Math]::Max($slowest, $watch.ElapsedMilliseconds)
            if ($answer[0] -ne $name) { throw "after stop $round the answer was '$answer' in place of '$name'" }
            if ($watch.ElapsedMilliseconds -gt 3000) { throw "after stop $round the answer took $($watch.ElapsedMilliseconds) ms" }
            $engines[$answer[1]] = $true
        }
        Write-Information -MessageData "500 stops: the slowest command after one took $slowest ms, $($engines.Count) engines were used" -InformationAction Continue
        # An engine is given up only where a stop fell into the few statements that change the reader's state.
        $engines.Count | Should -BeLessThan 50
    }
    It 'ends its progress bar and cancels its request in the engine' {
        $record = New-RecordFile
        Import-SiloForTest -Script @{ record = $record }
        [void] (Invoke-InSpace "Remove-Module -Name Silo; Import-Module '$manifest'; Get-ContainerHost")
        Stop-InSpace -Text 'Wait-Container -Name slow-60000' -Milliseconds 500
        Wait-Until { Read-Record $record | Where-Object { $_.cancelled -eq 'container/wait' } } | Should -BeTrue
    }
    It 'has its request cancelled by the next command where its own finally block was cut off' {
        # What a stop within a finally block leaves behind: an open request whose command is not on the call stack.
        $record = New-RecordFile
        Import-SiloForTest -Script @{ record = $record }
        Get-ContainerHost | Out-Null
        & (Get-Module -Name Silo) {
            $stray = Get-RequestRecord -Method 'container/wait' -Parameter @{ container = 'slow-60000' }
            Send-EngineRequest -Engine $script:Engine -Request $stray
        }
        Wait-Until { Read-Record $record | Where-Object { $_.method -eq 'container/wait' } } | Should -BeTrue
        (Get-Container -Name 'c1').Name | Should -Be 'c1'
        Wait-Until { Read-Record $record | Where-Object { $_.cancelled -eq 'container/wait' } } | Should -BeTrue
        & (Get-Module -Name Silo) { $script:Engine.Open.Count } | Should -Be 0
    }
    It 'costs its engine where it fell into a change of the reader' {
        $first = (Get-ContainerHost).EnginePid
        & (Get-Module -Name Silo) { $script:Engine.Busy = $true }
        (Get-ContainerHost).EnginePid | Should -Not -Be $first
        Wait-Until { -not (Get-Process -Id $first -ErrorAction Ignore) } | Should -BeTrue
    }
}
