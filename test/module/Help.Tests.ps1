BeforeDiscovery {
    $root = Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent
    $commands = (Import-PowerShellDataFile -LiteralPath (Join-Path -Path $root -ChildPath 'module/Silo/Silo.psd1')).FunctionsToExport
    $cultures = 'en-US', 'ko-KR'
    $pages = foreach ($culture in $cultures) { foreach ($name in $commands) { @{ Culture = $culture; Name = $name } } }
    $topics = Get-ChildItem -LiteralPath (Join-Path -Path $root -ChildPath 'module/Silo/en-US') -Filter 'about_*.help.txt' | ForEach-Object { $_.Name -replace '\.help\.txt$' }
    $cookbooks = foreach ($culture in $cultures) { @{ Culture = $culture } }
    $noDocker = -not (Get-Command -Name docker -CommandType Application -ErrorAction Ignore)
    if ($noDocker) { Write-Information -MessageData "docker is not installed: nobody looks whether each of its commands has a row." -InformationAction Continue }
    $topicPages = foreach ($culture in $cultures) { foreach ($name in $topics) { @{ Culture = $culture; Name = $name } } }
}
BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $root = Get-ProjectRoot
    $moduleRoot = Join-Path -Path $root -ChildPath 'module/Silo'
    Import-SiloForTest
    $common = @([System.Management.Automation.PSCmdlet]::CommonParameters) + @([System.Management.Automation.PSCmdlet]::OptionalCommonParameters | Where-Object { $_ -notin 'WhatIf', 'Confirm' })
    $howTo = @{
        'en-US' = 'it is written in the comment of the function, and "node build/generate.mjs" makes the help of it'
        'ko-KR' = 'after "node build/generate.mjs" the sentence stands with an empty msgstr in module/help/ko-KR: translate it there, and run it again'
    }
    # PowerShell keeps the first page of a command that it read, whatever the culture is later: each culture has a PowerShell of its own.
    function Read-HelpUnder {
        param([string] $Culture)
        $file = Join-Path -Path $TestDrive -ChildPath 'read-help.ps1'
        Set-Content -LiteralPath $file -Encoding utf8BOM -Value @'
param($Manifest, $Culture)
[System.Threading.Thread]::CurrentThread.CurrentUICulture = $Culture
[Console]::OutputEncoding = [System.Text.UTF8Encoding]::new($false)
$module = Import-Module -Name $Manifest -PassThru
$page = @{}
foreach ($name in $module.ExportedFunctions.Keys) {
    $help = Get-Help -Name $name -Full
    $first = @($help.Parameters.Parameter.Name | Where-Object { $_ })[0]
    $page[$name] = @{
        Type = $help.PSTypeNames[0]; Synopsis = $help.Synopsis; Description = @($help.Description.Text); Sets = @($help.Syntax.SyntaxItem).Count
        Parameters = @($help.Parameters.Parameter | Where-Object { $_ } | ForEach-Object { @{ Name = $_.Name; Text = @($_.Description.Text) -join ' ' } })
        Examples = @($help.Examples.Example | ForEach-Object { @{ Code = $_.Code; Text = @($_.Remarks.Text) -join ' ' } })
        Returns = ($help.ReturnValues | Out-String).Trim()
        FirstParameter = $first; OneParameter = $(if ($first) { (Get-Help -Name $name -Parameter $first).Name })
        Full = $help | Out-String; OnlyExamples = Get-Help -Name $name -Examples | Out-String
    }
}
$topic = @{}
foreach ($file in Get-ChildItem -LiteralPath (Join-Path -Path (Split-Path -Path $Manifest) -ChildPath 'en-US') -Filter 'about_*.help.txt') {
    $name = $file.Name -replace '\.help\.txt$'
    $topic[$name] = Get-Help -Name $name | Out-String
}
ConvertTo-Json -InputObject @{ Page = $page; Topic = $topic } -Depth 6 -Compress
'@
        '' | & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $file -Manifest (Join-Path -Path $moduleRoot -ChildPath 'Silo.psd1') -Culture $Culture | ConvertFrom-Json -AsHashtable
    }
    function Test-Written {
        # Whether a text is there, in the language of the culture. Names of types and parameters alone are the same in all.
        param($Text, $Culture)
        $text = ($Text | Out-String).Trim()
        $text -ne '' -and ($Culture -ne 'ko-KR' -or $text -match '[\uAC00-\uD7A3]')
    }
    $read = @{}
    foreach ($culture in 'en-US', 'ko-KR') { $read[$culture] = Read-HelpUnder -Culture $culture }
}
AfterAll { Remove-SiloForTest }

Describe 'The help of <Name> (<Culture>)' -ForEach $pages {
    BeforeAll {
        $command = Get-Command -Name $Name -Module Silo
        $help = $read[$Culture].Page[$Name]
        $because = $howTo[$Culture]
        $own = @($command.Parameters.Keys | Where-Object { $_ -notin $common })
    }
    It 'is read from the help file' {
        $command.ScriptBlock.Ast.GetHelpContent().MamlHelpFile | Should -Be 'Silo-help.xml' -Because 'Get-Help finds other languages only where the comment of the function ends with ".EXTERNALHELP Silo-help.xml"'
        $help | Should -Not -BeNullOrEmpty
        $help.Type | Should -Match '^MamlCommandHelpInfo' -Because 'otherwise the comment is shown'
    }
    It 'has a synopsis and a description' {
        Test-Written -Text $help.Synopsis -Culture $Culture | Should -BeTrue -Because $because
        $help.Synopsis | Should -Not -Match ([regex]::Escape("$Name ["))
        Test-Written -Text $help.Description -Culture $Culture | Should -BeTrue -Because $because
    }
    It 'describes every parameter' {
        $help.Parameters.Name | Sort-Object | Should -Be ($own | Sort-Object)
        foreach ($parameter in $help.Parameters) { Test-Written -Text $parameter.Text -Culture $Culture | Should -BeTrue -Because "-$($parameter.Name) needs a description: $because" }
    }
    It 'shows every parameter set' { $help.Sets | Should -Be $command.ParameterSets.Count }
    It 'has at least two examples of the command that say what they do' {
        $help.Examples.Count | Should -BeGreaterOrEqual 2 -Because $because
        foreach ($example in $help.Examples) {
            Test-Written -Text $example.Text -Culture $Culture | Should -BeTrue -Because "'$($example.Code)' is explained: $because"
            $example.Code + $example.Text | Should -Match $Name
        }
    }
    It 'says what it gives' { $help.Returns | Should -Not -BeNullOrEmpty }
    It 'can be asked for as a whole, for one parameter, and for the examples alone' {
        $help.OneParameter | Should -Be $help.FirstParameter
        $code = [regex]::Escape(($help.Examples[0].Code -split "`n")[0].Trim())
        $help.Full | Should -Match $code
        $help.OnlyExamples | Should -Match $code
    }
}

Describe 'The examples of <_>' -ForEach $commands {
    It 'parse, and their parameters exist' {
        foreach ($example in $read['en-US'].Page[$_].Examples) {
            $problems = $null
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($example.Code, [ref] $null, [ref] $problems)
            $problems | Should -BeNullOrEmpty
            foreach ($call in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $called = if ($call.GetCommandName()) { Get-Command -Name $call.GetCommandName() -Module Silo -ErrorAction Ignore }
                if ($null -eq $called) { continue }
                foreach ($used in $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                    $called.Parameters.Keys | Should -Contain $used.ParameterName
                }
            }
        }
    }
}

Describe 'The topic <Name> (<Culture>)' -ForEach $topicPages {
    It 'is there, in the language' {
        Join-Path -Path $moduleRoot -ChildPath "$Culture/$Name.help.txt" | Should -Exist
        $text = $read[$Culture].Topic[$Name]
        $text | Should -Match $Name
        Test-Written -Text $text -Culture $Culture | Should -BeTrue
    }
    It 'names only commands, parameters and topics that exist' {
        $text = Get-Content -LiteralPath (Join-Path -Path $moduleRoot -ChildPath "$Culture/$Name.help.txt") -Raw -Encoding utf8
        foreach ($named in [regex]::Matches($text, '\b(?:[A-Z][a-z]+)-(?:Container[A-Za-z]*|Isolation)').Value | Sort-Object -Unique) { Get-Command -Name $named -Module Silo -ErrorAction Ignore | Should -Not -BeNullOrEmpty -Because "$named is named" }
        # Lines of code stand eight columns in.
        foreach ($line in $text -split "\r?\n" -match '^ {8}\S') {
            foreach ($call in [System.Management.Automation.Language.Parser]::ParseInput($line, [ref] $null, [ref] $null).FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                # A script by its path has no name.
                $called = if ($call.GetCommandName()) { Get-Command -Name $call.GetCommandName() -Module Silo -ErrorAction Ignore }
                if ($null -eq $called) { continue }
                foreach ($used in $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) { $called.Parameters.Keys | Should -Contain $used.ParameterName -Because "'$line' has it" }
            }
        }
        foreach ($named in [regex]::Matches($text, '\babout_Silo[A-Za-z_]*').Value | Sort-Object -Unique) { Join-Path -Path $moduleRoot -ChildPath "$Culture/$named.help.txt" | Should -Exist }
    }
}

Describe 'The cookbook for docker (<Culture>)' -ForEach $cookbooks {
    BeforeAll {
        $lines = [System.IO.File]::ReadAllLines((Join-Path -Path $moduleRoot -ChildPath "$Culture/about_Silo_Docker.help.txt"))
        # 'docker container ls (ps)' answers for docker container ls and docker ps.
        $rows = foreach ($line in $lines -match '^ {4}docker \S') {
            $line.Trim() -replace ' \(.*'
            if ($line -match '\((\w+)\)') { "docker $($Matches[1])" }
        }
        # What is in a row: code, or a label and code.
        $recipes = @($lines | Where-Object { $_ -match '^ {8}\S' } | ForEach-Object { [regex]::Match($_, '\b[A-Z][A-Za-z]+-(?:Container|Isolation)[^\uAC00-\uD7A3]*').Value } | Where-Object { $_ })
        function Get-DockerCommand {
            # Names below 'Commands:' headings of a help page of docker.
            param([string[]] $Page)
            $below = $false
            foreach ($line in $Page) {
                if ($line -match '^(\w+ )?Commands:$') { $below = $true } elseif ($line -match "^\S") { $below = $false } elseif ($below -and $line -match '^  (\w[\w-]*)') { $Matches[1] }
            }
        }
    }
    It 'has a row, or a reason, for every command of docker' -Skip:$noDocker {
        $managing = 'builder', 'checkpoint', 'config', 'container', 'context', 'image', 'manifest', 'network', 'node', 'plugin', 'secret', 'service', 'stack', 'swarm', 'system', 'trust', 'volume'
        $all = foreach ($name in Get-DockerCommand -Page (& docker --help)) {
            $below = if ($name -in $managing) { @(Get-DockerCommand -Page (& docker $name --help)) } else { @() }
            if ($below -and "docker $name" -notin $rows) { $below | ForEach-Object { "docker $name $_" } } else { "docker $name" }
        }
        @($all).Count | Should -BeGreaterThan 80
        $all | Where-Object { $_ -notin $rows } | Should -BeNullOrEmpty
    }
    It 'names only commands and parameters that exist' {
        $recipes.Count | Should -BeGreaterThan 60
        foreach ($recipe in $recipes) {
            $problems = $null
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($recipe, [ref] $null, [ref] $problems)
            foreach ($call in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $called = if ($call.GetCommandName()) { Get-Command -Name $call.GetCommandName() -Module Silo -ErrorAction Ignore }
                if ($call.GetCommandName() -match '-(Container|Isolation)') { $called | Should -Not -BeNullOrEmpty -Because "'$recipe' names it" }
                if ($null -eq $called) { continue }
                foreach ($used in $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) { $called.Parameters.Keys | Should -Contain $used.ParameterName -Because "'$recipe' has it" }
            }
        }
    }
}

Describe 'The translations' {
    It 'are complete: no sentence of the help is left in English' {
        $empty = foreach ($file in Get-ChildItem -LiteralPath (Join-Path -Path $root -ChildPath 'module/help') -Recurse -Filter *.po) {
            foreach ($entry in [regex]::Matches((Get-Content -LiteralPath $file.FullName -Raw -Encoding utf8), 'msgid "(.+)"\nmsgstr ""\n')) { "$($file.Name): $($entry.Groups[1].Value)" }
        }
        $empty | Should -BeNullOrEmpty -Because 'each is translated in its msgstr, and "node build/generate.mjs" makes the help anew'
    }
}
