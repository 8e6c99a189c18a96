BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if ($missing) { Write-Information -MessageData "No container can run here ($missing): runbooks are not tested on the engine." -InformationAction Continue }
    $missingRegistry = if ($missing) { $missing } else { Get-MissingForRegistry }
    if ($missingRegistry -and -not $missing) { Write-Information -MessageData "No registry can be started here ($missingRegistry): the runbook of updates is not tested." -InformationAction Continue }
    $root = Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent
    $runbooks = Get-ChildItem -LiteralPath (Join-Path -Path $root -ChildPath 'module/Silo/Runbooks') -Filter '*.ps1' | ForEach-Object { @{ Name = $_.BaseName; Path = $_.FullName } }
}
BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $moduleRoot = Join-Path -Path (Get-ProjectRoot) -ChildPath 'module/Silo'

    function Invoke-Runbook {
        # As a worker runs a job: a PowerShell of its own with no profile, no terminal, nobody's home, and the module among the installed ones.
        param([string] $Name, [string] $Argument = '', [string[]] $Environment = @(), [string] $Text = "& '$moduleRoot/Runbooks/$Name.ps1' $Argument")
        $file = Join-Path -Path $TestDrive -ChildPath 'job.ps1'
        Set-Content -LiteralPath $file -Value "`$output = @(); try { $Text | ForEach-Object { `$output += `$_ }; `$problem = `$null } catch { `$problem = `$_ }", "ConvertTo-Json -Depth 3 -InputObject @{ Output = `$output; Error = `"`$(`$problem.FullyQualifiedErrorId) `$problem`" }"
        $shell = (Get-Process -Id $PID).Path
        $variables = @("PATH=$env:PATH", "PSModulePath=$(Split-Path -Path $moduleRoot)$([System.IO.Path]::PathSeparator)$PSHOME/Modules", 'HOME=/nonexistent', 'LANG=C', "SILO_ROOT=$env:SILO_ROOT", 'SILO_DEFAULT_NETWORK=none') + $Environment
        $text = '' | & env -i @variables $shell -NoProfile -NonInteractive -File $file 2>&1
        try { ConvertFrom-Json -InputObject ($text -join "`n") } catch { throw "$text" }
    }
}

Describe 'The runbook <Name>' -ForEach $runbooks {
    It 'says what it does and describes its parameters' {
        $help = Get-Help -Name $Path -Full
        $help.Synopsis | Should -Match '\.$'
        $help.Description.Text | Should -Match 'Hybrid Runbook Worker'
        foreach ($parameter in $help.Parameters.Parameter) { $parameter.Description.Text | Should -Not -BeNullOrEmpty -Because $parameter.Name }
    }
    It 'asks nothing, writes nothing to the host, and takes only what the portal can give' {
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $null)
        $called = $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true) | ForEach-Object { $_.GetCommandName() }
        foreach ($command in 'Read-Host', 'Get-Credential', 'Write-Host', 'Out-Host') { $called | Should -Not -Contain $command }
        foreach ($parameter in $ast.ParamBlock.Parameters) { $parameter.StaticType.Name | Should -BeIn 'String', 'Boolean', 'Int32', 'Double' -Because $parameter.Name }
    }
    It 'says in the cloud sandbox, by a code, that it needs a worker' -Skip:($PSVersionTable.PSEdition -eq 'Core' -and $IsWindows) {
        (Invoke-Runbook -Name $Name -Environment 'COMPUTERNAME=SANDBOXHOST-1').Error | Should -BeLike 'EngineNotAvailableInSandbox,*'
    }
}

Describe 'Runbooks' -Skip:([bool] $missing) {
    BeforeAll {
        $stateRoot = Initialize-StateRoot
        $archive = New-RootFileSystem -Folder $TestDrive
        [void] (Import-ContainerImage -Path $archive -Name 'tools' -Command '/bin/sh')
    }
    AfterAll { Clear-StateRoot -Path $stateRoot }
    AfterEach { Get-Container | Remove-Container -Force }

    It 'report what runs, in small flat objects, and in a file' {
        Start-Container -Id (New-Container -Image 'tools' -Name 'web' -Command 'sleep', '1000' -Label @{ tier = 'web' }).Id
        [void] (New-Container -Image 'tools' -Name 'idle')
        $csv = Join-Path -Path $TestDrive -ChildPath 'report.csv'
        foreach ($round in 1, 2) {
            $report = (Invoke-Runbook -Name 'Get-HostReport' -Argument "-Path '$csv'").Output
            $report.Name | Select-Object -Skip 1 | Should -Be 'idle', 'web'
            $report[0].Detail | Should -Be '1 of 2 containers run, 1 images'
            $report[2].MemoryBytes | Should -BeGreaterThan 0
            foreach ($line in $report) { foreach ($property in $line.PSObject.Properties) { $property.Value -is [array] -or $property.Value -is [pscustomobject] | Should -BeFalse -Because $property.Name } }
        }
        (Import-Csv -LiteralPath $csv).Name | Should -Be 'idle', 'web'
    }
    It 'find what is not well, mend it, and fail where something is left' {
        Start-Container -Id (New-Container -Image 'tools' -Name 'well' -Command 'sleep', '1000' -RestartPolicy Always).Id
        (Invoke-Runbook -Name 'Test-HostHealth').Error | Should -Be ' '
        $sick = New-Container -Image 'tools' -Name 'sick' -Command 'sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done' -HealthCommand 'test', '-e', '/well' -HealthIntervalSeconds 0.2 -HealthRetryCount 1 -StopTimeoutSeconds 0
        Start-Container -Id $sick.Id
        Wait-Until { (Get-Container -Name 'sick').Health -eq 'Unhealthy' } -TimeoutSeconds 60 | Should -BeTrue
        foreach ($round in 1, 2) {
            $found = Invoke-Runbook -Name 'Test-HostHealth'
            $found.Output.Name | Should -Be 'sick'
            $found.Output.Action | Should -Be 'None'
            $found.Error | Should -BeLike '*Not well: sick'
        }
        $process = (Get-Container -Name 'sick').Pid
        $mended = Invoke-Runbook -Name 'Test-HostHealth' -Argument '-Repair $true'
        $mended.Output.Action | Should -Be 'Repaired'
        $mended.Error | Should -Be ' '
        (Get-Container -Name 'sick').Pid | Should -Not -Be $process
    }
    It 'clear away what is old, and nothing else, however often they run' {
        [void] (Import-ContainerImage -Path $archive -Name 'unused:1' -User '0')
        foreach ($name in 'ended', 'wanted') { Start-Container -Id (New-Container -Image 'tools' -Name $name -Command 'true' -RestartPolicy $(if ($name -eq 'wanted') { 'OnFailure' } else { 'No' })).Id -PassThru | Wait-Container -TimeoutSeconds 60 }
        Start-Container -Id (New-Container -Image 'tools' -Name 'running' -Command 'sleep', '1000').Id
        [void] (New-ContainerVolume -Name 'kept')
        (Invoke-Runbook -Name 'Clear-UnusedContent').Output | Should -BeNullOrEmpty
        $told = (Invoke-Runbook -Name 'Clear-UnusedContent' -Argument '-OlderThanDays 0 -ReportOnly $true').Output
        $told.Id | Should -Contain 'ended'
        $told.Action | Sort-Object -Unique | Should -Be 'WouldRemove'
        (Get-Container -Name 'ended').State | Should -Be 'Exited'
        $removed = (Invoke-Runbook -Name 'Clear-UnusedContent' -Argument '-OlderThanDays 0').Output
        ($removed | Where-Object Kind -EQ 'Container').Id | Should -Be 'ended'
        "$($removed.Id)" | Should -Match 'unused:1'
        (Get-Container).Name | Sort-Object | Should -Be 'running', 'wanted'
        (Get-ContainerVolume).Name | Should -Contain 'kept'
        (Invoke-Runbook -Name 'Clear-UnusedContent' -Argument '-OlderThanDays 0').Output | Should -BeNullOrEmpty
        Remove-ContainerVolume -Name 'kept'
    }

    It 'are called as the topic about them says (<_>)' -ForEach 'en-US', 'ko-KR' {
        $examples = @([System.IO.File]::ReadAllLines((Join-Path -Path $moduleRoot -ChildPath "$_/about_Silo_Runbooks.help.txt")) -match '^ {8}\S')
        $examples.Count | Should -Be 5
        [void] (New-Container -Image 'tools' -Name 'batch')
        foreach ($example in $examples) { (Invoke-Runbook -Text $example.Trim()).Error | Should -Be ' ' -Because $example }
        Get-Container -Name 'batc[h]' | Should -BeNullOrEmpty
    }

    Context 'with a registry' -Skip:([bool] $missingRegistry) {
        BeforeAll {
            $registry = Start-TestRegistry
            function Publish-Tool {
                # The image under that tag, with a variable that says which one it is.
                param([string] $Edition, [string[]] $Command = @('sleep', '1000'))
                $reference = "$($registry.Host)/web:stable"
                [void] (Import-ContainerImage -Path $archive -Name 'made:1' -Command $Command -Environment @{ EDITION = $Edition })
                [void] (Add-ContainerImageTag -Name 'made:1' -Reference $reference -Force)
                [void] (Submit-ContainerImage -Name $reference)
                $reference
            }
        }
        AfterAll { Stop-TestRegistry -Registry $registry }
        It 'replace containers whose image has changed, one after the other, and leave the rest alone' {
            $reference = Publish-Tool -Edition 'one'
            foreach ($name in 'web-1', 'web-2') { Start-Container -Id (New-Container -Image $reference -Name $name -Label @{ tier = 'web' } -MemoryBytes 64MB -RestartPolicy UnlessStopped).Id }
            [void] (New-Container -Image $reference -Name 'web-3')
            (Invoke-Runbook -Name 'Update-RunningContainer' -Argument '-SettleSeconds 0.2').Output.Action | Should -Be 'Kept', 'Kept'
            $before = (Get-Container -Name 'web-1').Id
            [void] (Publish-Tool -Edition 'two')
            # The host has the old image under the tag, as it has when somebody else pushed the new one.
            $told = Invoke-Runbook -Name 'Update-RunningContainer' -Argument '-ReportOnly $true'
            $told.Output.Action | Should -Be 'WouldReplace', 'WouldReplace'
            (Get-Container -Name 'web-1').Id | Should -Be $before
            $done = Invoke-Runbook -Name 'Update-RunningContainer' -Argument '-SettleSeconds 0.2'
            $done.Error | Should -Be ' '
            $done.Output.Action | Should -Be 'Replaced', 'Replaced'
            foreach ($container in Get-Container -Name 'web-1', 'web-2') {
                $container.State, $container.MemoryBytes, $container.RestartPolicy | Should -Be 'Running', 64MB, 'UnlessStopped'
                ($container.Labels | Where-Object Name -EQ 'tier').Value | Should -Be 'web'
                ($container.Environment | Where-Object Name -EQ 'EDITION').Value | Should -Be 'two'
            }
            (Get-Container -Name 'web-3').State | Should -Be 'Created'
            (Invoke-Runbook -Name 'Update-RunningContainer' -Argument '-SettleSeconds 0.2').Output.Action | Should -Be 'Kept', 'Kept'
        }
        It 'put the old one back where the new one does not run, and stop there' {
            $reference = Publish-Tool -Edition 'one'
            foreach ($name in 'web-1', 'web-2') { Start-Container -Id (New-Container -Image $reference -Name $name).Id }
            $before = (Get-Container -Name 'web-1', 'web-2').Id
            [void] (Publish-Tool -Edition 'broken' -Command 'sh', '-c', 'exit 3')
            $done = Invoke-Runbook -Name 'Update-RunningContainer' -Argument '-SettleSeconds 5'
            $done.Output.Action | Should -Be 'Failed', 'Skipped'
            $done.Output[0].Reason | Should -BeLike 'ContainerNotRunning*'
            $done.Error | Should -BeLike '*These containers were not updated: web-1'
            (Get-Container -Name 'web-1', 'web-2').Id | Should -Be $before
            (Get-Container -Name 'web-1', 'web-2').State | Should -Be 'Running', 'Running'
        }
    }
}

Describe 'The template of a virtual machine' {
    BeforeAll {
        $path = Join-Path -Path $moduleRoot -ChildPath 'Templates/install-silo.template.json'
        $template = ConvertFrom-Json -InputObject (Get-Content -LiteralPath $path -Raw) -AsHashtable
        $text = Get-Content -LiteralPath $path -Raw
    }
    It 'has the shape of a deployment template' {
        $template.'$schema' | Should -Match '^https://schema\.management\.azure\.com/schemas/\d{4}-\d\d-\d\d/deploymentTemplate\.json#$'
        $template.contentVersion | Should -Match '^\d+\.\d+\.\d+\.\d+$'
        $template.Keys | ForEach-Object { $_ | Should -BeIn '$schema', 'contentVersion', 'metadata', 'parameters', 'variables', 'resources', 'outputs' }
        foreach ($resource in $template.resources) { foreach ($key in 'type', 'apiVersion', 'name', 'location', 'properties') { $resource.Keys | Should -Contain $key } }
        $template.resources[0].type | Should -Be 'Microsoft.Compute/virtualMachines/extensions'
        $template.resources[0].properties.type | Should -Be 'CustomScriptExtension'
    }
    It 'uses every parameter and variable, and none that is not there' {
        foreach ($kind in 'parameters', 'variables') {
            $used = [regex]::Matches($text, "$kind\('(\w+)'\)").ForEach({ $_.Groups[1].Value }) | Sort-Object -Unique
            $used | Should -Be ($template.$kind.Keys | Sort-Object)
        }
        foreach ($parameter in $template.parameters.Values) { $parameter.metadata.description | Should -Not -BeNullOrEmpty }
    }
    It 'keeps addresses with tokens out of sight' {
        foreach ($name in 'archiveUri', 'scriptUri') { $template.parameters.$name.type | Should -Be 'securestring' }
        $template.resources[0].properties.ContainsKey('settings') | Should -BeFalse
        $template.resources[0].properties.protectedSettings.Keys | Sort-Object | Should -Be 'commandToExecute', 'fileUris'
    }
    It 'runs a script with parameters that it has' {
        $command = $template.variables.command
        $command | Should -Match '-NonInteractive'
        $script = [regex]::Match($command, '-File (\S+\.ps1)').Groups[1].Value
        $ast = [System.Management.Automation.Language.Parser]::ParseFile((Join-Path -Path $moduleRoot -ChildPath "Templates/$script"), [ref] $null, [ref] $null)
        foreach ($used in [regex]::Matches($command.Substring($command.IndexOf('.ps1')), '-(\w+)').ForEach({ $_.Groups[1].Value })) { $ast.ParamBlock.Parameters.Name.VariablePath.UserPath | Should -Contain $used }
    }
    It 'installs the module for all users, and again without harm' {
        $archive = Join-Path -Path $TestDrive -ChildPath 'Silo.zip'
        # The archive of a release has the engine too; for installing it makes no difference.
        $made = New-Item -Path (Join-Path -Path $TestDrive -ChildPath 'made') -ItemType Directory
        Copy-Item -LiteralPath $moduleRoot -Destination $made.FullName -Recurse
        Compress-Archive -Path "$($made.FullName)/Silo" -DestinationPath $archive
        $modules = Join-Path -Path $TestDrive -ChildPath 'all-users'
        $install = Join-Path -Path $moduleRoot -ChildPath 'Templates/Install-Silo.ps1'
        foreach ($round in 1, 2) { & $install -ArchivePath $archive -ModulePath $modules -SkipHost | Should -BeNullOrEmpty }
        $version = (Import-PowerShellDataFile -LiteralPath "$moduleRoot/Silo.psd1").ModuleVersion
        Get-ChildItem -LiteralPath "$modules/Silo" | ForEach-Object Name | Should -Be $version
        (Test-ModuleManifest -Path "$modules/Silo/$version/Silo.psd1").Name | Should -Be 'Silo'
    }
}
