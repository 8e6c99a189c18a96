BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    function Import-Recorded { param([hashtable] $With = @{}) $script:record = New-RecordFile; Import-SiloForTest -Script (@{ record = $script:record } + $With) }
}
AfterAll { Remove-SiloForTest }
# Passes on what is written to it, and keeps it write by write.
class SiloWriteRecorder : System.IO.MemoryStream {
    [System.IO.Stream] $Target
    [System.Collections.Generic.List[byte[]]] $Writes = [System.Collections.Generic.List[byte[]]]::new()
    [System.Threading.Tasks.Task] WriteAsync([byte[]] $buffer, [int] $offset, [int] $count, [System.Threading.CancellationToken] $token) {
        $this.Writes.Add($buffer[$offset..($offset + $count - 1)])
        return $this.Target.WriteAsync($buffer, $offset, $count, $token)
    }
    [System.Threading.Tasks.Task] FlushAsync([System.Threading.CancellationToken] $token) { return $this.Target.FlushAsync($token) }
    [void] Dispose([bool] $disposing) { if ($disposing -and $this.Target) { $this.Target.Dispose() } }
}

Describe 'The client' -Tag Fast {
    Context 'starting and ending the engine' {
        It 'starts no engine at import, and one at the first command' {
            Import-Recorded
            Get-EnginePid | Should -BeNullOrEmpty
            Get-ContainerHost | Out-Null
            Get-EnginePid | Should -BeGreaterThan 0
        }
        It 'keeps its engine for the next commands' {
            $first = (Get-ContainerHost).EnginePid
            (Get-ContainerHost).EnginePid | Should -Be $first
        }
        It 'ends the engine when the module is removed' {
            $engine = Get-Process -Id (Get-ContainerHost).EnginePid
            Remove-Module -Name Silo
            $engine.WaitForExit(5000) | Should -BeTrue
        }
        It 'is left by no engine where PowerShell <How>' -ForEach @(
            @{ How = 'exits without removing the module'; Script = 'exit 0' }
            @{ How = 'closes a runspace and then exits'; Script = '$shell = [powershell]::Create(); [void] $shell.AddScript("Import-Module ''$manifest''; (Get-ContainerHost).EnginePid"); $shell.Invoke(); $shell.Runspace.Dispose(); exit 0' }
            @{ How = 'is killed'; Script = '[Console]::Out.Flush(); Start-Sleep -Seconds 600' }
        ) {
            Import-Recorded
            $file = Join-Path -Path $TestDrive -ChildPath 'session.ps1'
            Set-Content -LiteralPath $file -Value "`$manifest = '$((Get-Module -Name Silo).Path.Replace('.psm1', '.psd1'))'; Import-Module -Name `$manifest; (Get-ContainerHost).EnginePid", $Script
            $out = "$file.out"
            $process = Start-Process -FilePath (Get-Process -Id $PID).Path -ArgumentList '-NoProfile', '-NonInteractive', '-File', $file -RedirectStandardOutput $out -PassThru
            Wait-Until { @(Get-Content -LiteralPath $out -ErrorAction Ignore).Count -gt 0 } | Should -BeTrue
            if ($How -eq 'is killed') { $process.Kill() }
            $process.WaitForExit(60000) | Should -BeTrue
            $engines = [int[]] @(Get-Content -LiteralPath $out)
            $engines.Count | Should -Be $(if ($How -like 'closes*') { 2 } else { 1 })
            Wait-Until { -not (Get-Process -Id $engines -ErrorAction Ignore) } | Should -BeTrue
        }
        It 'starts another engine without a word after one ended in idleness' {
            Import-Recorded -With @{ idleExit = 200 }
            $first = (Get-ContainerHost).EnginePid
            Wait-Until { -not (Get-Process -Id $first -ErrorAction Ignore) } | Should -BeTrue
            $errorsBefore = $Error.Count
            (Get-ContainerHost).EnginePid | Should -Not -Be $first
            $Error.Count | Should -Be $errorsBefore
        }
        It 'drains the standard error of an engine that writes much' {
            Import-Recorded
            (Get-Container -Name 'loud').Name | Should -Be 'loud'
        }
        It 'ends with <Code> where the engine <What>' -ForEach @(
            @{ Code = 'ProtocolMismatch'; What = 'speaks another protocol'; With = @{ protocolVersion = 99 } }
            @{ Code = 'EngineExited'; What = 'ends before it answers'; With = @{ exitAtStart = 3 } }
        ) {
            Import-Recorded -With $With
            $caught = try { Get-ContainerHost; $null } catch { $_ }
            $caught.FullyQualifiedErrorId | Should -Be "$Code,Get-ContainerHost"
            $caught.CategoryInfo.Category | Should -Be 'ConnectionError'
        }
        It 'says where it looked when there is no engine' {
            Import-Recorded
            $env:SILO_ENGINE = '/nowhere/silo.mjs'
            $caught = try { Get-ContainerHost; $null } catch { $_ }
            $caught.FullyQualifiedErrorId | Should -Be 'EngineNotFound,Get-ContainerHost'
            $caught.Exception.Message | Should -Match '/nowhere/silo.mjs'
        }
        It 'says what to run where Node is no program and cannot be made one' -Skip:(-not $IsLinux) {
            Import-Recorded
            # A file of the kernel stands for one that nobody may change.
            $caught = & (Get-Module -Name Silo) {
                function Find-SiloEngine { @{ Node = '/proc/version'; File = '/proc/version' } }
                try { Get-ContainerHost; $null } catch { $_ } finally { Remove-Item -LiteralPath 'function:Find-SiloEngine' }
            }
            $caught.FullyQualifiedErrorId | Should -Be 'EngineNotExecutable,Get-ContainerHost'
            $caught.ErrorDetails.RecommendedAction | Should -Match 'chmod \+x .?/proc/version'
            Import-Recorded
        }
        It 'says that a cloud sandbox cannot run it' {
            Import-Recorded
            $name = $env:COMPUTERNAME
            try {
                $env:COMPUTERNAME = 'SANDBOXHOST-638001'
                $caught = try { Get-Container; $null } catch { $_ }
            } finally { $env:COMPUTERNAME = $name }
            $caught.FullyQualifiedErrorId | Should -Be 'EngineNotAvailableInSandbox,Get-Container'
            $caught.ErrorDetails.RecommendedAction | Should -Match 'Hybrid Runbook Worker'
        }
    }

    Context 'an engine that dies' {
        BeforeAll { Import-Recorded }
        It 'repeats a read once, and only once' {
            $marker = New-RecordFile
            (Get-Container -Name "once-$marker").Name | Should -BeLike 'once-*'
            { Get-Container -Name 'die' } | Should -Throw -ErrorId 'EngineExited,Get-Container'
            @(Read-Record $record | Where-Object { $_.method -eq 'container/list' -and $_.params.containers -contains 'die' }).Count | Should -Be 2
        }
        It 'never repeats a change, and says to look' {
            $caught = try { Start-Container -Name 'die'; $null } catch { $_ }
            $caught.FullyQualifiedErrorId | Should -Be 'EngineExited,Start-Container'
            $caught.ErrorDetails.RecommendedAction | Should -Match 'Get-Container'
            @(Read-Record $record | Where-Object { $_.method -eq 'container/start' }).Count | Should -Be 1
        }
        It 'asks again what an engine that ended in idleness never took' {
            { Stop-Container -Name 'leave' } | Should -Throw -ErrorId 'EngineExited,Stop-Container'
            @(Read-Record $record | Where-Object { $_.method -eq 'container/stop' }).Count | Should -Be 2
        }
        It 'works again with the next command' { (Get-Container -Name 'web-1').Name | Should -Be 'web-1' }
    }

    Context 'text that looks like something else' {
        It 'keeps every label as it is, where the parser <Where>' -ForEach @(
            @{ Where = 'leaves dates alone'; Keeps = $true }
            @{ Where = 'makes dates of text (before PowerShell 7.5)'; Keeps = $false }
        ) {
            Import-Recorded
            & (Get-Module -Name Silo) { param($value) $script:KeepsDateText = $value } $Keeps
            $container = Get-Container -Name 'odd'
            $labels = $container.Labels
            @($labels.Value | Where-Object { $_ -isnot [string] }).Count | Should -Be 0
            ($labels | Where-Object Name -CEQ 'iso').Value | Should -BeExactly '2026-11-22T04:05:06Z'
            ($labels | Where-Object Name -CEQ 'day').Value | Should -BeExactly '2026-11-22'
            ($labels | Where-Object Name -CEQ 'epoch').Value | Should -BeExactly '/Date(0)/'
            ($labels | Where-Object Name -CEQ '').Value | Should -BeExactly 'empty key'
            ($labels | Where-Object Name -CEQ 'Path').Value | Should -BeExactly 'upper'
            ($labels | Where-Object Name -CEQ 'PATH').Value | Should -BeExactly 'all upper'
            ($labels | Where-Object Name -CEQ 'deep').Value | Should -BeExactly (('[' * 40) + (']' * 40))
            ($labels | Where-Object Name -CEQ '"name":').Value | Should -BeExactly '{"name":"x","exitCode":1}'
            ($labels | Where-Object Name -CEQ 'control').Value | Should -BeExactly "$([char] 1)begins with U+0001"
            ($labels | Where-Object Name -CEQ 'korean').Value | Should -BeExactly ([string] [char[]] (0xCEE8, 0xD14C, 0xC774, 0xB108) -replace ' ')
            ($labels | Where-Object Name -CEQ 'lines').Value | Should -BeExactly "a`r`nb"
            $container.CreatedAt | Should -BeOfType [datetime]
            $container.CreatedAt.Kind | Should -Be 'Utc'
            $container.CreatedAt.ToString('o', [cultureinfo]::InvariantCulture) | Should -BeExactly '2026-01-02T03:04:05.6780000Z'
        }
        It 'sends dictionaries whole: an empty key, and keys that differ in case alone' {
            Import-Recorded
            $labels = New-Object -TypeName 'System.Collections.Generic.Dictionary[string,string]'
            $labels['Path'] = 'one'; $labels['PATH'] = '2026-11-22T00:00:00Z'; $labels[''] = '/Date(0)/'
            New-Container -Image 'busybox' -Label $labels | Out-Null
            $sent = (Read-Record $record | Where-Object { $_.method -eq 'container/create' }).params.labels
            @($sent).Count | Should -Be 3
            ($sent | Where-Object { $_.name -ceq 'PATH' }).value | Should -BeExactly '2026-11-22T00:00:00Z'
            ($sent | Where-Object { $_.name -ceq '' }).value | Should -BeExactly '/Date(0)/'
        }
    }

    Context 'streams' {
        BeforeAll { Import-Recorded }
        It 'gives every line once and in order' {
            $lines = @(Get-ContainerLog -Name 'lines-5000')
            $lines.Count | Should -Be 5000
            $lines[4999].Text | Should -Be 'line 5000 of lines-5000'
            $lines[0].PSTypeNames[0] | Should -Be 'Silo.ContainerLogLine'
            $lines[0].Time.Kind | Should -Be 'Utc'
        }
        It 'answers the command after an abandoned stream, and cancels the stream' {
            Get-ContainerLog -Name 'endless' -Follow | Select-Object -First 1 | Should -Not -BeNullOrEmpty
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            (Get-Container -Name 'web-1').Name | Should -Be 'web-1'
            $watch.ElapsedMilliseconds | Should -BeLessThan 2000
            Wait-Until { Read-Record $record | Where-Object { $_.cancelled -eq 'container/log' } } | Should -BeTrue
        }
        It 'lets a command downstream of an endless stream call the engine itself' {
            $seen = Get-ContainerLog -Name 'endless' -Follow | Select-Object -First 300 | ForEach-Object {
                if ($_.Text -match '^line \d*00 ') { (Get-Container -Name 'db').Name }
            }
            $seen | Should -Be 'db', 'db', 'db'
        }
        It 'lets one stream run inside another' {
            $inner = Get-ContainerLog -Name 'endless' -Follow | Select-Object -First 3 | ForEach-Object { (Get-ContainerLog -Name 'lines-250').Count }
            $inner | Should -Be 250, 250, 250
        }
        It 'holds back an engine whose consumer sleeps' -Tag Once {
            Import-Recorded
            $before = (Get-ContainerHost).EngineMemoryBytes
            $memory = Get-ContainerLog -Name 'endless' -Follow | Select-Object -First 1 | ForEach-Object { Start-Sleep -Seconds 2; (Get-ContainerHost).EngineMemoryBytes }
            ($memory - $before) / 1MB | Should -BeLessThan 20
            Get-ContainerHost | Out-Null
            Wait-Until { Read-Record $record | Where-Object { $_.ContainsKey('mostUnacknowledgedBytes') } } | Should -BeTrue
            (Read-Record $record | Where-Object { $_.ContainsKey('mostUnacknowledgedBytes') }).mostUnacknowledgedBytes | Should -BeLessOrEqual 1MB
        }
        It 'gives credit back: a stream of many windows comes through' -Tag Once {
            @(Get-ContainerLog -Name 'lines-60000').Count | Should -Be 60000
        }
    }

    Context 'many things at once' {
        It 'sends requests for several names before it collects the answers' -Tag Once {
            Import-Recorded
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            (Start-Container -Name 'slow-1500', 'slow-1501', 'slow-1502', 'slow-1503' -PassThru).Name | Should -Be 'slow-1500', 'slow-1501', 'slow-1502', 'slow-1503'
            $watch.ElapsedMilliseconds | Should -BeLessThan 5000
        }
        It 'writes one error for a bad name and goes on' {
            $result = Start-Container -Name 'web-1', 'absent-one', 'web-2' -PassThru -ErrorVariable problem -ErrorAction SilentlyContinue
            $result.Name | Should -Be 'web-1', 'web-2'
            $problem.Count | Should -Be 1
            $problem[0].TargetObject | Should -Be 'absent-one'
        }
        It 'lists 10,000 containers to the last, the first one at once' -Tag Once {
            Import-Recorded -With @{ containers = 10000 }
            Get-ContainerHost | Out-Null
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $first = 0
            $count = 0
            Get-Container | ForEach-Object { if ($count -eq 0) { $first = $watch.ElapsedMilliseconds }; $count++ }
            $count | Should -Be 10000
            # The goal is 1.5 s; bench measures that. Here a machine may be busy with other things.
            $watch.ElapsedMilliseconds | Should -BeLessThan 20000
            $first | Should -BeLessThan ($watch.ElapsedMilliseconds / 2)
        }
    }

    Context 'what goes over the pipe' {
        It 'is one write for each frame, whatever its size and script' {
            Import-Recorded
            [void] (Get-ContainerHost)
            # A stream between the module and its engine that keeps what each write held.
            $recorder = [SiloWriteRecorder]::new()
            & (Get-Module -Name Silo) { $args[0].Target = $script:Engine.Input; $script:Engine.Input = $args[0] } $recorder
            $label = @{ long = 'x' * 300000; korean = [string] [char[]] (0xCEE8, 0xD14C) }
            (New-Container -Image 'busybox' -Label $label).Name | Should -Not -BeNullOrEmpty
            (Start-Container -Name 'web-1', 'web-2' -PassThru).Count | Should -Be 2
            $null = Get-ContainerLog -Name 'endless' -Follow | Select-Object -First 3
            [void] (Get-ContainerHost)
            $frames = foreach ($write in $recorder.Writes) {
                $text = [System.Text.Encoding]::UTF8.GetString($write)
                $head = [regex]::Match($text, '^Content-Length: (\d+)\r\n\r\n')
                $head.Success | Should -BeTrue
                $write.Length - $head.Length | Should -Be ([int] $head.Groups[1].Value)
                ($text.Substring($head.Length) | ConvertFrom-Json).method
            }
            @($frames -eq 'container/start').Count | Should -Be 2
            $frames | Should -Contain 'container/create'
            $frames | Should -Contain '$/cancelRequest'
        }
    }

    Context 'what -Debug shows' {
        BeforeAll { Import-Recorded }
        It 'is the wire, without values of environments or standard input' {
            $shown = (New-Container -Image 'busybox' -Environment @{ TOKEN = 's3cret"]' } -Debug 5>&1) + (Start-ContainerProcess -Name 'web-1' -FilePath 'cat' -StandardInput 'p4ssword' -Debug 5>&1) | Out-String -Width 100000
            $shown | Should -Match 'container/create'
            $shown | Should -Match 'TOKEN'
            $shown | Should -Not -Match 's3cret'
            $shown | Should -Not -Match 'hunter2'
            $shown | Should -Not -Match ([Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes('p4ssword')))
        }
    }

    Context 'progress' {
        It 'is nothing in an output that goes to a file' -Tag Once {
            Import-Recorded
            $file = Join-Path -Path $TestDrive -ChildPath 'progress.ps1'
            Set-Content -LiteralPath $file -Value "Import-Module -Name '$((Get-Module -Name Silo).Path.Replace('.psm1', '.psd1'))'; (Import-ContainerImage -LiteralPath /tmp/x.tar).Name"
            $process = Start-Process -FilePath (Get-Process -Id $PID).Path -ArgumentList '-NoProfile', '-NonInteractive', '-File', $file -RedirectStandardOutput "$file.out" -RedirectStandardError "$file.err" -PassThru
            $process.WaitForExit(60000) | Should -BeTrue
            @(Get-Content -LiteralPath "$file.out").Count | Should -Be 1
            Get-Content -LiteralPath "$file.err" | Should -BeNullOrEmpty
        }
        It 'is told while an image is imported, at most four times a second, and ends' -Tag Once {
            Import-Recorded
            $shell = [powershell]::Create()
            try {
                [void] $shell.AddScript('param($manifest) Import-Module $manifest; Import-ContainerImage -LiteralPath /tmp/x.tar; Remove-Module Silo').AddArgument((Get-Module -Name Silo).Path.Replace('.psm1', '.psd1'))
                $shell.Invoke() | Should -Not -BeNullOrEmpty
                $records = @($shell.Streams.Progress | Where-Object Activity -EQ 'Layer 1')
                $records.Count | Should -BeGreaterThan 1
                $records.Count | Should -BeLessOrEqual 6
                $records[-1].RecordType | Should -Be 'Completed'
            } finally { $shell.Dispose() }
        }
    }
}
