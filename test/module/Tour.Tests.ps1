BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if ($missing) { Write-Information -MessageData "The tour of the README cannot be taken here ($missing): it is skipped." -InformationAction Continue }
}

# The tour of README.md is run as it stands there, on the real engine, and its output is what it says: ids, sizes, ages and times are
# any. SILO_TOUR_WRITE=1 writes the output of this run into the README.
Describe 'The tour of the README' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $readme = Join-Path -Path (Get-ProjectRoot) -ChildPath 'README.md'
        $text = [System.IO.File]::ReadAllText($readme).Replace("`r`n", "`n")
        $block = [regex]::Match($text, '(?s)<!-- tour -->\n```text\n(.*?)\n```\n<!-- /tour -->').Groups[1].Value
        $network = $env:SILO_DEFAULT_NETWORK
        $env:SILO_DEFAULT_NETWORK = $null
        $stateRoot = Initialize-StateRoot
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = "$($listener.LocalEndpoint.Port)"
        $listener.Stop()
        $tree = "$TestDrive/rootfs"
        [void] (New-RootFileSystem -Folder $TestDrive)
        [void] (New-Item -Path "$tree/www" -ItemType Directory)
        Set-Content -LiteralPath "$tree/www/index.html" -Value 'Served from a container.'
        & tar --create --file "$TestDrive/busybox.tar" --directory $tree .

        function Invoke-Tour {
            # The commands after each prompt, with what they give below them, as a console of 100 columns shows it.
            param([string] $Transcript)
            $shell = [powershell]::Create()
            try {
                [void] $shell.AddScript("Set-Location -LiteralPath '$TestDrive'; Import-Module '$(Get-ProjectRoot)/module/Silo/Silo.psd1'; `$PSStyle.OutputRendering = 'PlainText'").Invoke()
                foreach ($command in [regex]::Matches($Transcript, '(?m)^PS> (.+)$').ForEach({ $_.Groups[1].Value })) {
                    "PS> $command"
                    $shell.Commands.Clear()
                    $shell.Streams.ClearStreams()
                    [void] $shell.AddScript($command.Replace('8080', $port)).AddCommand('Out-String').AddParameter('Width', 100)
                    $output = try { $shell.Invoke() } catch { $null }
                    $shown = @(("$output" -split "\r?\n").TrimEnd()) -join "`n"
                    foreach ($record in $shell.Streams.Error) { $shown += "$($record.InvocationInfo.MyCommand.Name): $record" }
                    if ($shown.Trim()) { $shown.Trim("`n").Replace($port, '8080') }
                }
            } finally {
                [void] $shell.AddScript('Get-Container | Remove-Container -Force; Get-ContainerNetwork | Remove-ContainerNetwork; Remove-Module -Name Silo').Invoke()
                $shell.Dispose()
            }
        }
        function Get-Shape {
            # What must be the same: not the digits of ids and sizes, and not how wide a column is.
            param([string] $Transcript)
            foreach ($line in $Transcript -split "`n") {
                $line = $line.TrimEnd() -replace '\b[0-9a-f]{12,}\b', 'ID' -replace '\b\d+(\.\d+)? [KMG]?B\b', 'SIZE' -replace '\b\d+[smhdy]\b', 'AGE' -replace '\d{1,4}[-/.:]\d\d?[-/.:]\d+\S*( \d+:\d+\S*( [AP]M)?)?', 'TIME' -replace '-{3,}', '-' -replace '\s+', ' '
                $line -replace '172\.\d+\.\d+\.\d+', 'ADDRESS'
            }
        }
        $run = (Invoke-Tour -Transcript $block) -join "`n"
        if ($env:SILO_TOUR_WRITE) {
            $text = $text.Replace($block, $run)
            [System.IO.File]::WriteAllText($readme, $text)
            $block = $run
        }
    }
    AfterAll {
        Clear-StateRoot -Path $stateRoot
        $env:SILO_DEFAULT_NETWORK = $network
    }

    It 'has a page, a container, a log and an error in it' {
        $block | Should -Match 'Invoke-ContainerImage'
        $block | Should -Match 'Served from a container'
        $block | Should -Match 'Get-ContainerLog'
        ([regex]::Matches($block, '(?m)^PS> ')).Count | Should -BeGreaterThan 8
    }
    It 'shows what really comes' { (Get-Shape -Transcript $run) -join "`n" | Should -Be ((Get-Shape -Transcript $block) -join "`n") }
}
