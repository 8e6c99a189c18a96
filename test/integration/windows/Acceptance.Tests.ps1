<#
The acceptance suite for whoever has Windows: real images from Microsoft's registry, real isolation. In an
elevated PowerShell (5.1 or 7) with Pester 5.3 or later, on Windows Server 2019 or later, or Windows 10 1809 or later:

    Invoke-Pester -Path test/integration/windows/Acceptance.Tests.ps1 -Output Detailed

Everything lies in a state root of its own below the temp folder and is taken away at the end. Tests tagged HyperV
want a host that runs utility VMs; where it does not, they are skipped with the host's own reason.
SILO_ACCEPTANCE_IMAGE names another image than the Nano Server of this host's version.
#>
BeforeDiscovery {
    $onWindows = $PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows
}

BeforeAll {
    $project = Split-Path -Path (Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent) -Parent
    $onWindows = $PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows
    $oldRoot = $env:SILO_ROOT
    $work = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath "silo-acceptance-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    $null = New-Item -ItemType Directory -Path $work
    $env:SILO_ROOT = Join-Path -Path $work -ChildPath 'root'
    Remove-Module -Name Silo -Force -ErrorAction Ignore
    Import-Module -Name (Join-Path -Path $project -ChildPath 'module/Silo/Silo.psd1') -Force -Global

    $build = if ($onWindows) { [int] (Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion').CurrentBuildNumber } else { 0 }
    # The tag of Microsoft's images whose version is this host's; client hosts take the nearest below.
    $tag = if ($build -ge 26100) { 'ltsc2025' } elseif ($build -ge 20348) { 'ltsc2022' } else { 'ltsc2019' }
    $image = if ($env:SILO_ACCEPTANCE_IMAGE) { $env:SILO_ACCEPTANCE_IMAGE } else { "mcr.microsoft.com/windows/nanoserver:$tag" }

    function Skip-Unless {
        param([bool] $Condition, [string] $Because)
        if (-not $Condition) { Set-ItResult -Skipped -Because $Because }
    }
    function Get-Offer {
        param([string] $Isolation)
        (Get-Isolation -WarningAction SilentlyContinue).Available | Where-Object -Property Isolation -EQ -Value $Isolation
    }
    function Get-ErrorCode {
        # The code that the command's first error begins with; nothing where there was none.
        param([scriptblock] $Command)
        try {
            $null = & $Command
        } catch {
            ($_.FullyQualifiedErrorId -split ',')[0]
        }
    }
    function Invoke-Cmd {
        # One line of cmd in a container that goes afterwards; its output as one text.
        param([string] $Line, [hashtable] $Parameter = @{})
        (Invoke-ContainerImage -Image $image -AutoRemove -Command 'cmd', '/s', '/c', $Line -ErrorAction Stop @Parameter) -join "`n"
    }
}

AfterAll {
    Get-Container -ErrorAction Ignore | Remove-Container -Force -ErrorAction Continue
    Get-ContainerImage -ErrorAction Ignore | Remove-ContainerImage -Force -ErrorAction Ignore
    $left = if ($onWindows -and (Get-Command -Name Get-ComputeProcess -ErrorAction Ignore)) { @(Get-ComputeProcess -ErrorAction Ignore | Where-Object -Property Owner -EQ -Value 'Silo') } else { @() }
    if ($left.Count -gt 0) { Write-Warning -Message "compute systems are left: $($left.Id -join ', ')" }
    Remove-Module -Name Silo -Force -ErrorAction Ignore
    if ($onWindows) {
        foreach ($task in @(Get-ScheduledTask -TaskPath '\Silo\' -ErrorAction Ignore | Where-Object { $_.Actions.Arguments -like "*$env:SILO_ROOT*" })) {
            Stop-ScheduledTask -InputObject $task
            Unregister-ScheduledTask -InputObject $task -Confirm:$false
        }
    }
    $env:SILO_ROOT = $oldRoot
    Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction Continue
}

Describe 'The host' -Tag RealWindows -Skip:(-not $onWindows) {
    It 'has what containers need, or says what mends it' {
        $requirement = @(Test-ContainerHost)
        $requirement.Count | Should -BeGreaterThan 3
        foreach ($one in $requirement) {
            $one.Detail | Should -Not -BeNullOrEmpty
            if (-not $one.Satisfied) { $one.Remedy | Should -Not -BeNullOrEmpty }
        }
        ($requirement | Where-Object -Property Name -EQ -Value 'administrative rights').Satisfied | Should -BeTrue -Because 'the suite needs an elevated session'
    }

    It 'tells its version as Windows does' {
        $found = Get-ContainerHost
        $found.OperatingSystem | Should -Be 'windows'
        $found.KernelVersion | Should -BeLike "10.0.$build*"
        $found.Elevated | Should -BeTrue
    }

    It 'offers each isolation, or says why not' {
        foreach ($isolation in 'Process', 'HyperV') { (Get-Offer -Isolation $isolation).Reason | Should -Not -BeNullOrEmpty }
        @((Get-Isolation).Available | Where-Object -Property Available -EQ -Value $true).Count | Should -BeGreaterThan 0
    }

    It 'keeps its state root to SYSTEM and Administrators' {
        $null = Get-Container
        $account = @((Get-Acl -LiteralPath $env:SILO_ROOT).Access | ForEach-Object { $_.IdentityReference.Translate([System.Security.Principal.SecurityIdentifier]).Value } | Sort-Object -Unique)
        $account | Should -Be @('S-1-5-18', 'S-1-5-32-544')
    }
}

Describe 'Images of Microsoft''s registry' -Tag RealWindows -Skip:(-not $onWindows) {
    It 'are judged before a layer moves, and then pulled' {
        $test = Test-ContainerImage -Name $image
        $test.Compatibility.Process.Reason | Should -Not -BeNullOrEmpty
        Request-ContainerImage -Reference $image -ErrorAction Stop
        $found = Get-ContainerImage -Name $image
        $found.Platform | Should -BeLike 'windows/*'
        @(Get-ContainerImageLayer -Name $image).Count | Should -BeGreaterThan 0
    }

    It 'are pulled again without a byte' {
        $before = (Get-ContainerImage -Name $image).Digest
        Request-ContainerImage -Reference $image
        (Get-ContainerImage -Name $image).Digest | Should -Be $before
    }

    It 'that do not exist are a coded error' {
        Get-ErrorCode { Request-ContainerImage -Reference 'mcr.microsoft.com/windows/nanoserver:no-such-tag' -ErrorAction Stop } | Should -Be 'TagNotFound'
    }

    It 'of another version do not run with process isolation, and the answer says why' {
        $other = if ($tag -eq 'ltsc2019') { 'ltsc2022' } else { 'ltsc2019' }
        $test = Test-ContainerImage -Name "mcr.microsoft.com/windows/nanoserver:$other"
        $test.ProcessIsolation | Should -BeFalse
        $test.Reason | Should -Match 'Windows'
    }
}

Describe 'A container with <_> isolation' -Tag RealWindows -Skip:(-not $onWindows) -ForEach 'Process', 'HyperV' {
    BeforeEach {
        $offer = Get-Offer -Isolation $_
        $able = [bool] $offer.Available
        $why = [string] $offer.Reason
        $isolation = @{ Isolation = $_ }
    }

    It 'runs a command, and gives its output and exit code' {
        Skip-Unless $able $why
        Invoke-Cmd 'echo hello& exit 0' $isolation | Should -Be 'hello'
        $null = New-Container -Image $image -Name "exits-$_" -Command 'cmd', '/c', 'exit 7' @isolation
        Start-Container -Name "exits-$_"
        Wait-Container -Name "exits-$_" -TimeoutSeconds 120
        (Get-Container -Name "exits-$_").ExitCode | Should -Be 7
        (Get-Container -Name "exits-$_").EffectiveIsolation | Should -Be $_
        Remove-Container -Name "exits-$_"
    }

    It 'gets arguments and environment as they are' {
        Skip-Unless $able $why
        Invoke-Cmd 'echo [%ODD%]' ($isolation + @{ Environment = @{ ODD = 'a "b" c\' } }) | Should -Be '[a "b" c\]'
    }

    It 'keeps standard output and error apart in its log' {
        Skip-Unless $able $why
        $null = New-Container -Image $image -Name "streams-$_" -Command 'cmd', '/c', 'echo out& echo err 1>&2' @isolation
        Start-Container -Name "streams-$_"
        Wait-Container -Name "streams-$_" -TimeoutSeconds 120
        $log = @(Get-ContainerLog -Name "streams-$_")
        @($log | Where-Object -Property Stream -EQ -Value 'StdOut').Text.Trim() | Should -Be 'out'
        @($log | Where-Object -Property Stream -EQ -Value 'StdErr').Text.Trim() | Should -Be 'err'
        Remove-Container -Name "streams-$_"
    }

    It 'runs further processes, is frozen and resumed, stopped and started again' {
        Skip-Unless $able $why
        $null = New-Container -Image $image -Name "long-$_" -Command 'cmd', '/c', 'ping -t 127.0.0.1 > nul' @isolation
        Start-Container -Name "long-$_"
        $process = Start-ContainerProcess -Name "long-$_" -FilePath cmd -ArgumentList '/c', 'echo inside& exit 3' -Wait
        $process.ExitCode | Should -Be 3
        "$($process.StdOut)".Trim() | Should -Be 'inside'
        Suspend-Container -Name "long-$_"
        (Get-Container -Name "long-$_").State | Should -Be 'Paused'
        Get-ErrorCode { Start-ContainerProcess -Name "long-$_" -FilePath cmd -Wait -ErrorAction Stop } | Should -Be 'ContainerPaused'
        Resume-Container -Name "long-$_"
        Stop-Container -Name "long-$_" -TimeoutSeconds 10
        (Get-Container -Name "long-$_").State | Should -Be 'Exited'
        Start-Container -Name "long-$_"
        (Get-Container -Name "long-$_").State | Should -Be 'Running'
        Remove-Container -Name "long-$_" -Force
    }

    It 'can be entered by its id with PowerShell''s own commands' {
        Skip-Unless $able $why
        $null = New-Container -Image $image -Name "entered-$_" -Command 'cmd', '/c', 'ping -t 127.0.0.1 > nul' @isolation
        Start-Container -Name "entered-$_"
        $id = (Get-Container -Name "entered-$_").Id
        (Get-Container -Name "entered-$_").ContainerId | Should -Be $id
        if (Get-Command -Name Get-ComputeProcess -ErrorAction Ignore) { (Get-ComputeProcess -Id $id).Id | Should -Be $id }
        Remove-Container -Name "entered-$_" -Force
    }

    It 'writes to a folder of the host, and cannot where it is read-only' {
        Skip-Unless $able $why
        $shared = Join-Path -Path $work -ChildPath "shared-$_"
        $null = New-Item -ItemType Directory -Path $shared
        Set-Content -LiteralPath (Join-Path -Path $shared -ChildPath 'given.txt') -Value 'from the host'
        Invoke-Cmd 'type C:\shared\given.txt& echo from inside> C:\shared\made.txt' ($isolation + @{ Mount = "type=bind,source=$shared,target=C:\shared" }) | Should -BeLike 'from the host*'
        (Get-Content -LiteralPath (Join-Path -Path $shared -ChildPath 'made.txt')).Trim() | Should -Be 'from inside'
        Invoke-Cmd 'echo x> C:\shared\no.txt || echo refused' ($isolation + @{ Mount = "type=bind,source=$shared,target=C:\shared,readonly" }) | Should -BeLike '*refused*'
        Test-Path -LiteralPath (Join-Path -Path $shared -ChildPath 'no.txt') | Should -BeFalse
    }

    It 'has no more memory than it was given' {
        Skip-Unless $able $why
        $null = New-Container -Image $image -Name "small-$_" -MemoryBytes 512MB -CpuCount 1 -Command 'cmd', '/c', 'ping -t 127.0.0.1 > nul' @isolation
        Start-Container -Name "small-$_"
        (Get-Container -Name "small-$_").MemoryBytes | Should -Be 512MB
        Remove-Container -Name "small-$_" -Force
    }

    It 'is reached by nobody and reaches nobody without a network' {
        Skip-Unless $able $why
        Invoke-Cmd 'ping -n 1 -w 2000 8.8.8.8 > nul && echo reached || echo alone' ($isolation + @{ Network = 'None' }) | Should -Be 'alone'
    }
}

Describe 'What outlives a session' -Tag RealWindows -Skip:(-not $onWindows) {
    It 'is the container with its output and its exit code, when the engine is killed' {
        $null = New-Container -Image $image -Name survivor -Command 'cmd', '/c', 'for /l %i in (1,1,8) do (echo %i& ping -n 2 127.0.0.1 > nul)& exit 4'
        Start-Container -Name survivor
        $engine = (Get-ContainerHost).EnginePid
        Stop-Process -Id $engine -Force
        Start-Sleep -Seconds 3
        Wait-Container -Name survivor -TimeoutSeconds 120
        $found = Get-Container -Name survivor
        $found.ExitCode | Should -Be 4
        $found.ExitReason | Should -Be 'Exited'
        @(Get-ContainerLog -Name survivor).Text.Trim() | Should -Be @('1', '2', '3', '4', '5', '6', '7', '8')
        Remove-Container -Name survivor
    }

    It 'is held by a scheduled task of SYSTEM' {
        $task = @(Get-ScheduledTask -TaskPath '\Silo\' | Where-Object { $_.Actions.Arguments -like "*$env:SILO_ROOT*" })
        $task.Count | Should -Be 1
        $task[0].Principal.UserId | Should -BeIn 'SYSTEM', 'S-1-5-18'
    }

    It 'is no invented exit code, when the supervisor is killed' {
        $null = New-Container -Image $image -Name orphan -Command 'cmd', '/c', 'ping -n 20 127.0.0.1 > nul& exit 5'
        Start-Container -Name orphan
        $supervisor = (Get-Content -Raw -LiteralPath (Join-Path -Path $env:SILO_ROOT -ChildPath 'supervisor.json') | ConvertFrom-Json).pid
        Stop-Process -Id $supervisor -Force
        Wait-Container -Name orphan -TimeoutSeconds 180
        $found = Get-Container -Name orphan
        if ($null -eq $found.ExitCode) { $found.ExitReason | Should -Be 'MonitorLost' } else { $found.ExitCode | Should -Be 5 }
        Remove-Container -Name orphan -Force
    }
}

Describe 'Set-Isolation' -Tag RealWindows, HyperV -Skip:(-not $onWindows) {
    It 'moves a stopped container with what it has written' {
        foreach ($isolation in 'Process', 'HyperV') {
            $offer = Get-Offer -Isolation $isolation
            Skip-Unless ([bool] $offer.Available) "$isolation isolation: $($offer.Reason)"
        }
        $null = New-Container -Image $image -Name moved -Isolation Process -Command 'cmd', '/c', 'type C:\kept.txt 2> nul || echo kept> C:\kept.txt'
        Start-Container -Name moved
        Wait-Container -Name moved -TimeoutSeconds 120
        Set-Isolation -Name moved -Isolation HyperV
        (Get-Isolation -Name moved).EffectiveIsolation | Should -Be 'HyperV'
        Start-Container -Name moved
        Wait-Container -Name moved -TimeoutSeconds 180
        @(Get-ContainerLog -Name moved).Text.Trim() | Should -Contain 'kept'
        Remove-Container -Name moved
    }
}

Describe 'Images made here' -Tag RealWindows -Skip:(-not $onWindows) {
    It 'come from a container as it stands' {
        $null = New-Container -Image $image -Name template -Command 'cmd', '/c', 'mkdir C:\made& echo content> C:\made\file.txt'
        Start-Container -Name template
        Wait-Container -Name template -TimeoutSeconds 120
        $made = ConvertTo-ContainerImage -Name template -Reference acceptance/made:1 -Change 'CMD ["cmd", "/c", "type C:\\made\\file.txt"]'
        $made.Name | Should -Be 'acceptance/made:1'
        ((Invoke-ContainerImage -Image acceptance/made:1 -AutoRemove) -join '').Trim() | Should -Be 'content'
        Remove-Container -Name template
    }

    It 'come from a Dockerfile' {
        $context = Join-Path -Path $work -ChildPath 'context'
        $null = New-Item -ItemType Directory -Path $context
        Set-Content -LiteralPath (Join-Path -Path $context -ChildPath 'hello.txt') -Value 'copied'
        Set-Content -LiteralPath (Join-Path -Path $context -ChildPath 'Dockerfile') -Value @('# escape=`', "FROM $image", 'WORKDIR C:\app', 'COPY hello.txt C:\app\hello.txt', 'RUN echo made> C:\app\made.txt', 'CMD ["cmd", "/c", "type hello.txt made.txt"]')
        $null = New-ContainerImage -Path $context -Reference acceptance/built:1 -ErrorAction Stop
        $said = (Invoke-ContainerImage -Image acceptance/built:1 -AutoRemove) -join ' '
        $said | Should -Match 'copied'
        $said | Should -Match 'made'
    }

    It 'go to an archive and come back the same' {
        $archive = Join-Path -Path $work -ChildPath 'made.tar'
        Export-ContainerImage -Name acceptance/made:1 -Path $archive
        $before = (Get-ContainerImage -Name acceptance/made:1).Digest
        Remove-ContainerImage -Name acceptance/made:1
        $null = Import-ContainerImage -Path $archive
        (Get-ContainerImage -Name acceptance/made:1).Digest | Should -Be $before
    }
}

Describe 'Networks and published ports' -Tag RealWindows -Skip:(-not $onWindows) {
    It 'are made, used by two containers, and taken away' {
        Skip-Unless ([bool] (Get-Command -Name New-ContainerNetwork -ErrorAction Ignore)) 'this release has no cmdlets for networks'
        $null = New-ContainerNetwork -Name acceptance -ErrorAction Stop
        $null = New-Container -Image $image -Name first -Network acceptance -Command 'cmd', '/c', 'ping -t 127.0.0.1 > nul'
        Start-Container -Name first
        $address = (Get-Container -Name first).IPAddress
        $address | Should -Not -BeNullOrEmpty
        Invoke-Cmd "ping -n 2 $address > nul && echo reached" @{ Network = 'acceptance' } | Should -Be 'reached'
        Remove-Container -Name first -Force
        Remove-ContainerNetwork -Name acceptance
    }
}

Describe 'Bad input' -Tag RealWindows -Skip:(-not $onWindows) {
    It 'is a coded error: <Code>' -ForEach @(
        @{ Code = 'ContainerNotFound'; Command = { Start-Container -Name no-such-container -ErrorAction Stop } }
        @{ Code = 'ImageReferenceInvalid'; Command = { New-Container -Image 'UPPER CASE' -ErrorAction Stop } }
        @{ Code = 'ContainerNameInvalid'; Command = { New-Container -Image $image -Name '..' -ErrorAction Stop } }
        @{ Code = 'ParameterInvalid'; Command = { New-Container -Image $image -WorkingDirectory 'not\absolute' -ErrorAction Stop } }
    ) {
        Get-ErrorCode $Command | Should -Be $Code
    }

    It 'is a command that the image does not have' {
        $null = New-Container -Image $image -Name wrong -Command 'C:\no\such.exe'
        Get-ErrorCode { Start-Container -Name wrong -ErrorAction Stop } | Should -Be 'ExecutableNotFound'
        (Get-Container -Name wrong).StartError | Should -Not -BeNullOrEmpty
        Remove-Container -Name wrong
    }

    It 'is a folder of the host that is not there' {
        $null = New-Container -Image $image -Name mountless -Mount 'type=bind,source=C:\no\such\folder,target=C:\x' -Command 'cmd', '/c', 'exit 0'
        Get-ErrorCode { Start-Container -Name mountless -ErrorAction Stop } | Should -Be 'PathNotFound'
        Remove-Container -Name mountless
    }

    It 'is a name that is taken' {
        $null = New-Container -Image $image -Name taken -Command 'cmd', '/c', 'exit 0'
        Get-ErrorCode { New-Container -Image $image -Name taken -ErrorAction Stop } | Should -Be 'ContainerNameInUse'
        Remove-Container -Name taken
    }

    It 'is a service that is stopped in the middle, and all is well when it is back' {
        Stop-Service -Name vmcompute -Force
        try {
            $null = New-Container -Image $image -Name serviceless -Command 'cmd', '/c', 'exit 0'
            $code = Get-ErrorCode { Start-Container -Name serviceless -ErrorAction Stop }
            # The service starts on demand on some builds; then the container simply runs.
            if ($code) { $code | Should -BeIn 'ComputeServiceStopped', 'HcsNotInstalled' }
        } finally {
            Start-Service -Name vmcompute
        }
        if ($code) { Start-Container -Name serviceless }
        Wait-Container -Name serviceless -TimeoutSeconds 120
        (Get-Container -Name serviceless).ExitCode | Should -Be 0
        Remove-Container -Name serviceless
    }
}

Describe 'Afterwards' -Tag RealWindows -Skip:(-not $onWindows) {
    It 'nothing of a removed container is left on the host' {
        Get-Container | Remove-Container -Force
        if (Get-Command -Name Get-ComputeProcess -ErrorAction Ignore) { @(Get-ComputeProcess | Where-Object -Property Owner -EQ -Value 'Silo').Count | Should -Be 0 }
        @(Get-ChildItem -LiteralPath (Join-Path -Path $env:SILO_ROOT -ChildPath 'containers')).Count | Should -Be 0
        @(Repair-ContainerStore -WhatIf -Confirm:$false).Count | Should -Be 0
    }
}
