BeforeDiscovery {
    $root = Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent
    $moduleRoot = Join-Path -Path $root -ChildPath 'module/Silo'
    $commands = (Import-PowerShellDataFile -LiteralPath (Join-Path -Path $moduleRoot -ChildPath 'Silo.psd1')).FunctionsToExport
    $changing = $commands | Where-Object { $_ -notmatch '^(Debug|Find|Get|Measure|Test|Wait)-' }
    $asJob = 'Copy-ContainerFile', 'Export-Container', 'Export-ContainerImage', 'Import-ContainerImage', 'Invoke-ContainerImage', 'New-ContainerImage', 'Request-ContainerImage', 'Submit-ContainerImage', 'Test-ContainerImage', 'Move-ContainerStore',
    'Optimize-ContainerStore', 'Repair-ContainerStore', 'Test-ContainerStore', 'Remove-Container', 'Restart-Container', 'Start-Container', 'Stop-Container', 'Wait-Container'
    $files = @(Get-ChildItem -LiteralPath $moduleRoot -Recurse -File | ForEach-Object { @{ Path = $_.FullName; Name = $_.FullName.Substring($moduleRoot.Length + 1) } } | Where-Object { $_.Name -notmatch '^engine[\\/]' })
    $functionFiles = @($files | Where-Object { $_.Name -match '^(Public|Private)[\\/].*\.ps1$' })
    $hasAnalyzer = [bool] (Get-Module -Name PSScriptAnalyzer -ListAvailable)
    if (-not $hasAnalyzer) { Write-Information -MessageData 'PSScriptAnalyzer is not installed: its test is skipped.' -InformationAction Continue }
}
BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $root = Get-ProjectRoot
    $moduleRoot = Join-Path -Path $root -ChildPath 'module/Silo'
    Import-SiloForTest
    $manifest = Import-PowerShellDataFile -LiteralPath (Join-Path -Path $moduleRoot -ChildPath 'Silo.psd1')
}
AfterAll { Remove-SiloForTest }

Describe 'The manifest' {
    It 'is valid and names both editions' {
        (Test-ModuleManifest -Path (Join-Path -Path $moduleRoot -ChildPath 'Silo.psd1')).CompatiblePSEditions | Should -Be 'Desktop', 'Core'
        $manifest.PowerShellVersion | Should -Be '5.1'
        $manifest.GUID -as [guid] | Should -Not -BeNullOrEmpty
    }
    It 'exports by name, and exactly the functions of Public' {
        $public = (Get-ChildItem -LiteralPath (Join-Path -Path $moduleRoot -ChildPath 'Public') -Recurse -Filter *.ps1).BaseName | Sort-Object
        $manifest.FunctionsToExport | Sort-Object | Should -Be $public
        (Get-Command -Module Silo).Name | Sort-Object | Should -Be $public
        'CmdletsToExport', 'VariablesToExport', 'AliasesToExport' | ForEach-Object { $manifest.ContainsKey($_) | Should -BeTrue; @($manifest[$_]).Count | Should -Be 0 }
    }
    It 'exports every resource of DSC that Silo.psm1 holds' {
        $ast = [System.Management.Automation.Language.Parser]::ParseFile((Join-Path -Path $moduleRoot -ChildPath 'Silo.psm1'), [ref] $null, [ref] $null)
        $resources = $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.TypeDefinitionAst] -and $args[0].Attributes.TypeName.Name -contains 'DscResource' }, $true).Name | Sort-Object
        $resources | Should -Not -BeNullOrEmpty
        $manifest.DscResourcesToExport | Should -Be $resources
    }
    It 'has a line in the change log' {
        Get-Content -LiteralPath (Join-Path -Path $moduleRoot -ChildPath 'CHANGELOG.md') -Raw | Should -Match ([regex]::Escape("## $($manifest.ModuleVersion)"))
    }
    It 'tags both editions and both systems' {
        'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux' | ForEach-Object { $manifest.PrivateData.PSData.Tags | Should -Contain $_ }
    }
}

Describe 'An import' {
    BeforeAll {
        # In a PowerShell of its own, with a standard input of its own: that of this one may carry commands.
        function Invoke-NewShell {
            param($Text)
            $file = Join-Path -Path $TestDrive -ChildPath 'new-shell.ps1'
            Set-Content -LiteralPath $file -Value $Text
            '' | & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $file
        }
    }
    # How long it takes is measured by the bench.
    It 'starts no process in a new PowerShell' {
        Invoke-NewShell "Import-Module '$moduleRoot/Silo.psd1'; & (Get-Module Silo) { `$null -eq `$script:Engine }" | Should -Be 'True'
    }
    It 'writes nothing and warns of nothing' {
        Invoke-NewShell "Import-Module '$moduleRoot/Silo.psd1' 3>&1 2>&1" | Should -BeNullOrEmpty
    }
    It 'is refused where the language is constrained and the module is not trusted, and about_Silo says what to do' {
        $said = 'Class keyword is not allowed in ConstrainedLanguage mode'
        # PowerShell keeps what it has parsed once with the full language, so that this needs a PowerShell of its own.
        $told = Invoke-NewShell "`$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'; try { Import-Module '$moduleRoot/Silo.psd1' -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId; `"`$_`" }"
        $told[0] | Should -Match '^ClassesNotAllowedInConstrainedLanguage'
        "$told" | Should -Match $said
        foreach ($culture in 'en-US', 'ko-KR') { (Get-Content -LiteralPath "$moduleRoot/$culture/about_Silo.help.txt" -Raw -Encoding utf8) -replace '\s+', ' ' | Should -Match $said }
    }
    It 'works with a prefix' {
        Import-SiloForTest -ImportParameter @{ Prefix = 'My' }
        (Get-MyContainer -Name 'web-1').Name | Should -Be 'web-1'
        (TabExpansion2 -inputScript 'Start-MyContainer -Name web' -cursorColumn 27).CompletionMatches.CompletionText | Should -Contain 'web-1'
        Import-SiloForTest
    }
}

Describe 'The command <_>' -ForEach $commands {
    BeforeAll {
        $command = Get-Command -Name $_ -Module Silo
    }
    It 'has an approved verb and a singular noun' {
        (Get-Verb).Verb | Should -Contain $command.Verb
        $command.Noun | Should -Not -Match '(?<!s)s$'
    }
    It 'says what it gives' { $command.OutputType | Should -Not -BeNullOrEmpty }
    It 'copies the preferences of its caller first' {
        $command.ScriptBlock.Ast.Body.BeginBlock.Statements[0].Extent.Text | Should -Be '. Import-CallerPreference'
    }
    It 'is an advanced function' { $command.CmdletBinding | Should -BeTrue }
    It 'has no [bool] parameter and no parameter that takes the rest' {
        foreach ($parameter in $command.Parameters.Values) {
            $parameter.ParameterType | Should -Not -Be ([bool])
            foreach ($attribute in $parameter.Attributes) { if ($attribute -is [Parameter]) { $attribute.ValueFromRemainingArguments | Should -BeFalse } }
        }
    }
}

Describe 'The asking command <_>' -ForEach ($commands | Where-Object { $_ -notin 'New-ContainerMount', 'New-ContainerPort', 'Test-ContainerCredentialSpec' -and $_ -notlike '*-ContainerHostConnection' }) {
    It 'has -HostConnection' { (Get-Command -Name $_ -Module Silo).Parameters.Keys | Should -Contain 'HostConnection' }
}

Describe 'The changing command <_>' -ForEach $changing {
    It 'has -WhatIf and -Confirm, and does not ask by default' {
        $command = Get-Command -Name $_ -Module Silo
        $command.Parameters.Keys | Should -Contain 'WhatIf'
        $command.Parameters.Keys | Should -Contain 'Confirm'
        $command.ScriptBlock.Attributes.Where({ $_ -is [System.Management.Automation.CmdletBindingAttribute] }).ConfirmImpact | Should -Be 'Medium'
    }
}

Describe 'The long command <_>' -ForEach $asJob {
    It 'has -AsJob' { (Get-Command -Name $_ -Module Silo).Parameters.Keys | Should -Contain 'AsJob' }
}

Describe 'The file <Name>' -ForEach $files {
    It 'is ASCII, or UTF-8 with a byte order mark' {
        $bytes = [System.IO.File]::ReadAllBytes($Path)
        $isMarked = $bytes.Length -ge 3 -and $bytes[0] -eq 0xEF -and $bytes[1] -eq 0xBB -and $bytes[2] -eq 0xBF
        $isAscii = @($bytes | Where-Object { $_ -gt 127 }).Count -eq 0
        $isMarked -or $isAscii | Should -BeTrue
    }
}

Describe 'The function file <Name>' -ForEach $functionFiles {
    It 'holds the one function it is named after, and nothing else' {
        $problems = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $problems)
        $problems | Should -BeNullOrEmpty
        $ast.EndBlock.Statements.Count | Should -Be 1
        $ast.EndBlock.Statements[0] | Should -BeOfType [System.Management.Automation.Language.FunctionDefinitionAst]
        $ast.EndBlock.Statements[0].Name | Should -BeExactly ([System.IO.Path]::GetFileNameWithoutExtension($Path))
    }
    It 'calls by their full names what an endpoint with restrictions replaces' {
        # RestrictedRemoteServer has functions of these names that take fewer parameters, and that a module would find first.
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $null)
        $function = $ast.EndBlock.Statements[0].Body
        $called = $function.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true) | Where-Object { $_.Extent.Text -notmatch '^Get-Command -Name (\$args\[0\]|\$Command)$' } | ForEach-Object { $_.GetCommandName() }
        foreach ($name in 'Select-Object', 'Measure-Object', 'Get-Command', 'Get-Help', 'Get-FormatData', 'Out-Default', 'Clear-Host') { $called | Should -Not -Contain $name }
    }
    It 'never compiles code and never writes to the console' {
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $null)
        $called = $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true) | ForEach-Object { $_.GetCommandName() }
        $called | Should -Not -Contain 'Add-Type'
        $called | Should -Not -Contain 'Write-Host'
        $called | Should -Not -Contain 'Invoke-Expression'
    }
}

Describe 'The analyzer' {
    BeforeAll {
        # Configurations that are examples import their resources from the module.
        $modulePath = $env:PSModulePath
        $env:PSModulePath = (Join-Path -Path $root -ChildPath 'module') + [System.IO.Path]::PathSeparator + $modulePath
    }
    AfterAll { $env:PSModulePath = $modulePath }
    It 'finds nothing' -Skip:(-not $hasAnalyzer) {
        # What -HostConnection does stands in Import-CallerPreference and Get-Engine, for all commands once.
        $found = Invoke-ScriptAnalyzer -Path $moduleRoot -Recurse -Settings (Join-Path -Path $PSScriptRoot -ChildPath 'PSScriptAnalyzerSettings.psd1') |
            Where-Object { -not ($_.RuleName -eq 'PSReviewUnusedParameter' -and $_.Extent.Text -eq '$HostConnection') }
        $found | ForEach-Object { "$($_.ScriptName):$($_.Line) $($_.RuleName) $($_.Message)" } | Should -BeNullOrEmpty
    }
    # Tests of the resources are in the project, not in what is installed.
    It "finds nothing with the Gallery's own settings" -Skip:(-not $hasAnalyzer) {
        Invoke-ScriptAnalyzer -Path $moduleRoot -Recurse -Settings PSGallery | Where-Object RuleName -NE 'PSDSCDscTestsPresent' | ForEach-Object { "$($_.ScriptName):$($_.Line) $($_.RuleName)" } | Should -BeNullOrEmpty
    }
}

Describe 'The texts' {
    BeforeAll {
        function Import-Text { param($Culture, $File) Import-PowerShellDataFile -LiteralPath (Join-Path -Path $moduleRoot -ChildPath "$Culture/$File") }
        function Get-Placeholder { param($Text) [regex]::Matches($Text, '\{\w+\}').Value | Sort-Object -Unique }
    }
    It 'have the same keys and placeholders in English and Korean' {
        $english = Import-Text 'en-US' 'Strings.psd1'
        $korean = Import-Text 'ko-KR' 'Strings.psd1'
        $korean.Keys | Sort-Object | Should -Be ($english.Keys | Sort-Object)
        foreach ($key in $english.Keys) { Get-Placeholder $korean[$key] | Should -Be (Get-Placeholder $english[$key]) -Because $key }
    }
    It 'are there in Korean for every error, with the same placeholders' {
        $english = Import-Text 'en-US' 'Errors.psd1'
        $korean = Import-Text 'ko-KR' 'Errors.psd1'
        $korean.Keys | Sort-Object | Should -Be ($english.Keys | Sort-Object)
        foreach ($code in $english.Keys) {
            foreach ($part in 'Message', 'Action') { Get-Placeholder $korean[$code][$part] | Should -Be (Get-Placeholder $english[$code][$part]) -Because "$code.$part" }
        }
    }
    It 'are all used, and all that are used are there' {
        $english = Import-Text 'en-US' 'Strings.psd1'
        $code = Get-ChildItem -LiteralPath $moduleRoot -Recurse -Filter *.ps1 | Get-Content -Raw
        $used = [regex]::Matches($code -join "`n", '\$script:Strings\.(\w+)').ForEach({ $_.Groups[1].Value }) | Sort-Object -Unique
        $used | Should -Be ($english.Keys | Sort-Object)
    }
    It 'raise no error code that the table does not have' {
        $table = (Import-PowerShellDataFile -LiteralPath (Join-Path -Path $moduleRoot -ChildPath 'Contract.psd1')).ErrorCodes
        $code = (Get-ChildItem -LiteralPath $moduleRoot -Recurse -Filter *.ps1 | Get-Content -Raw) -join "`n"
        $raised = [regex]::Matches($code, "-Code '(\w+)'").ForEach({ $_.Groups[1].Value })
        $raised.Count | Should -BeGreaterThan 5
        foreach ($one in $raised) { $table.Keys | Should -Contain $one }
    }
    It 'begin a comment where a thing is meant to be done later nowhere' {
        Get-ChildItem -LiteralPath $moduleRoot -Recurse -File | Select-String -Pattern 'TODO|FIXME|HACK' | Should -BeNullOrEmpty
    }
}

Describe 'What is made from the contract' {
    It 'has not drifted' {
        $node = & (Get-Module -Name Silo) { (Find-SiloEngine).Node }
        $output = & $node (Join-Path -Path $root -ChildPath 'build/generate.ts') --check 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$output"
    }
}
