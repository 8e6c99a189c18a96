BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    Import-SiloForTest
    $common = @([System.Management.Automation.PSCmdlet]::CommonParameters) + @([System.Management.Automation.PSCmdlet]::OptionalCommonParameters)
    $commands = @(Get-Command -Module Silo)
    $all = $commands | ForEach-Object { @{ Name = $_.Name } }
    # Commands that take objects of a type; the type is said by the attribute of -InputObject. A connection is of one session, and goes to no other.
    $taking = foreach ($command in $commands) {
        $input = $command.Parameters['InputObject']
        # A document, which may be an object of anybody's.
        if ($null -eq $input -or $command.Name -eq 'Test-ContainerCredentialSpec') { continue }
        $type = @($input.Attributes | Where-Object { $_ -is [System.Management.Automation.PSTypeNameAttribute] }).PSTypeName
        @{ Name = $command.Name; Type = $type }
    }
    $givingBack = $taking | Where-Object { $_.Type -ne 'Silo.ContainerHostConnection' -and $_.Name -ne 'Enter-ContainerSession' }
    $naming = $givingBack | Where-Object { $_.Name -notlike 'New-*' } | Where-Object {
        @((Get-Command -Name $_.Name -Module Silo).Parameters['Name'].Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] }).ValueFromPipeline -contains $true
    }
    $types = $commands.OutputType.Name | Where-Object { $_ -like 'Silo.*' } | Sort-Object -Unique | ForEach-Object { @{ Type = $_ } }
    $silent = $commands | Where-Object { $_.Verb -in 'Start', 'Stop', 'Restart', 'Suspend', 'Resume', 'Rename', 'Set', 'Wait', 'Copy', 'Export', 'Add' -or $_.Name -eq 'Connect-ContainerNetwork' } |
        Where-Object { $_.Name -ne 'Start-ContainerProcess' } | ForEach-Object { @{ Name = $_.Name } }
    $forcing = $commands | Where-Object { $_.Verb -in 'Remove', 'Export', 'Copy' -and $_.Noun -ne 'ContainerHostConnection' } | ForEach-Object { @{ Name = $_.Name } }
    $waiting = $commands | Where-Object { $_.Verb -in 'Wait', 'Stop', 'Restart' -or $_.Name -in 'Invoke-ContainerImage', 'Invoke-ContainerCommand', 'Start-ContainerProcess' } | ForEach-Object { @{ Name = $_.Name } }
    Remove-SiloForTest
}
BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $record = New-RecordFile
    Import-SiloForTest -Script @{ record = $record }
    $format = [xml] [System.IO.File]::ReadAllText((Join-Path -Path (Get-ProjectRoot) -ChildPath 'module/Silo/Formats/Silo.Format.ps1xml'))
    $common = @([System.Management.Automation.PSCmdlet]::CommonParameters) + @([System.Management.Automation.PSCmdlet]::OptionalCommonParameters)
    function Get-Attribute { param($Parameter, [type] $Type) @($Parameter.Attributes | Where-Object { $_ -is $Type }) }
    function Copy-Deserialised { param($Object) [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($Object)) }
    function Get-Sample {
        # An object of each type that commands take.
        param([string] $Type)
        switch ($Type) {
            'Silo.Container' { Get-Container -Name 'web-1' }
            'Silo.ContainerImage' { Get-ContainerImage -Name 'busybox:latest' }
            'Silo.ContainerNetwork' { Get-ContainerNetwork -Name 'front' }
            'Silo.ContainerVolume' { Get-ContainerVolume -Name 'data' }
            'Silo.ContainerApplication' { @(Get-ContainerApplication)[0] }
            'Silo.ContainerProcess' { Start-ContainerProcess -Name 'web-1' -FilePath 'ls' }
            default { throw "Convention.Tests.ps1 has no sample of $Type" }
        }
    }
}
AfterAll { Remove-SiloForTest }

Describe 'Parameters of <Name>' -Tag Fast -ForEach $all {
    BeforeAll {
        $command = Get-Command -Name $Name -Module Silo
        $own = @($command.Parameters.Values | Where-Object Name -NotIn $common)
    }
    It 'take from the pipeline by value at most one in each set, beside standard input where a parameter names the container' {
        foreach ($set in $command.ParameterSets) { @($set.Parameters | Where-Object { $_.ValueFromPipeline -and $_.Name -ne 'StandardInput' }).Count | Should -BeLessOrEqual 1 -Because "the set is $($set.Name)" }
    }
    It 'have a default set where there are several' {
        if ($command.ParameterSets.Count -gt 1) { $command.DefaultParameterSet | Should -BeIn $command.ParameterSets.Name }
    }
    It 'begin with positions that follow each other' {
        foreach ($set in $command.ParameterSets) {
            $positions = @($set.Parameters.Position | Where-Object { $_ -ge 0 } | Sort-Object)
            for ($index = 1; $index -lt $positions.Count; $index++) { $positions[$index] | Should -Be ($positions[$index - 1] + 1) }
        }
    }
    It 'have singular names, and the standard ones for sizes, times and credentials' {
        foreach ($parameter in $own) {
            $parameter.Name | Should -MatchExactly '^[A-Z]'
            $parameter.Name | Should -Not -Match '(?<!s|Byte|Second|Alia|ou|Exist)s$' -Because 'names of parameters are singular'
            if ($parameter.Name -match 'Bytes$') { $parameter.ParameterType | Should -Be ([uint64]) }
            if ($parameter.Name -eq 'TimeoutSeconds') {
                $parameter.ParameterType | Should -Be ([int])
                (Get-Attribute -Parameter $parameter -Type ([System.Management.Automation.ValidateRangeAttribute])).MinRange | Should -BeIn -1, 0, 1
            }
            if ($parameter.Name -eq 'Credential') {
                $parameter.ParameterType | Should -Be ([pscredential])
                Get-Attribute -Parameter $parameter -Type ([System.Management.Automation.CredentialAttribute]) | Should -Not -BeNullOrEmpty
            }
            if ($parameter.Name -match 'Password|Secret$' -and $parameter.ParameterType -eq [string]) { throw "-$($parameter.Name) takes a secret as text" }
            if ($parameter.Name -in 'Force', 'PassThru', 'AsJob', 'Recurse', 'Quiet', 'Follow') { $parameter.ParameterType | Should -Be ([switch]) }
        }
    }
    It 'take names with wildcards from the pipeline, and ids by the names of properties' {
        $named = $command.Parameters['Name']
        # The name of what is made names nothing that is there.
        if ($command.Parameters.ContainsKey('InputObject') -and $null -ne $named -and $command.Verb -ne 'New') {
            $binding = @(Get-Attribute -Parameter $named -Type ([Parameter]))[0]
            if ($command.Parameters['InputObject'].Attributes.Where({ $_ -is [System.Management.Automation.PSTypeNameAttribute] }).PSTypeName -ne 'Silo.ContainerHostConnection') {
                $binding.ValueFromPipeline | Should -BeTrue
                if ($named.ParameterType -eq [string[]]) { Get-Attribute -Parameter $named -Type ([SupportsWildcards]) | Should -Not -BeNullOrEmpty }
            }
        }
        $id = $command.Parameters['Id']
        if ($null -ne $id) {
            @(Get-Attribute -Parameter $id -Type ([Parameter])).ValueFromPipelineByPropertyName | Should -Contain $true
            # Names are renamed and used again: where there are ids, a property Name binds nothing.
            if ($null -ne $named) { @(Get-Attribute -Parameter $named -Type ([Parameter])).ValueFromPipelineByPropertyName | Should -Not -Contain $true }
        }
    }
    It 'complete what there is already' {
        $making = $command.Verb -in 'New', 'Import' -or $command.Name -eq 'Invoke-ContainerImage'
        foreach ($parameter in $own) {
            $completed = (Get-Attribute -Parameter $parameter -Type ([System.Management.Automation.ArgumentCompleterAttribute])) -or (Get-Attribute -Parameter $parameter -Type ([System.Management.Automation.ValidateSetAttribute]))
            if ($parameter.Name -in 'Image', 'Network', 'Isolation', 'HostConnection', 'Container', 'Application' -or ($parameter.Name -in 'Name', 'Id' -and -not $making)) { [bool] $completed | Should -BeTrue -Because "-$($parameter.Name) names what is there" }
        }
    }
}

Describe 'The command <Name>' -Tag Fast -ForEach $givingBack {
    It 'takes its own objects, and those that were in another session, from the pipeline' {
        $rest = @{} + (Get-CallTable)[$Name]
        foreach ($key in 'Name', 'Id', 'InputObject', 'ContainerId', 'ProcessId', 'Reference') { if ($key -ne 'Reference' -or $Name -notmatch 'ContainerImageTag|^ConvertTo-') { $rest.Remove($key) } }
        $sample = Get-Sample -Type $Type
        $copy = Copy-Deserialised -Object $sample
        $copy.PSTypeNames[0] | Should -Be "Deserialized.$Type"
        foreach ($one in $sample, $copy) {
            $problem = $null
            [void] ($one | & $Name @rest -ErrorVariable problem -ErrorAction SilentlyContinue)
            $problem | Should -BeNullOrEmpty -Because "the object is a $($one.PSTypeNames[0])"
            # An object that was taken for a name would show as what it says of itself.
            [System.IO.File]::ReadAllText($record) | Should -Not -Match '@\{|Silo\.Container|PSCustomObject' -Because "the object is a $($one.PSTypeNames[0])"
        }
    }
}

Describe 'The command <Name>, to which a row of a file comes' -Tag Fast -ForEach $naming {
    It 'says that it is no name, also where absent things are no error, and asks nothing' {
        $argument = @{} + (Get-CallTable)[$Name]
        foreach ($key in 'Name', 'Id', 'ContainerId', 'InputObject') { $argument.Remove($key) }
        if ((Get-Command -Name $Name).Parameters.ContainsKey('Force')) { $argument.Force = $true }
        Clear-Content -LiteralPath $record -ErrorAction Ignore
        [pscustomobject] @{ Title = 'web-1' } | & $Name @argument -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        @($problem.FullyQualifiedErrorId) | Should -Contain "ParameterInvalid,$Name"
        @(Read-Record $record | Where-Object { $_.ContainsKey('method') -and $_.method -ne 'initialize' }).method | Should -BeNullOrEmpty
    }
}

Describe 'The command <Name>, given a wildcard that matches nothing' -Tag Fast -ForEach $naming {
    It 'does nothing, and it is no error' {
        $command = Get-Command -Name $Name -Module Silo
        if (@(Get-Attribute -Parameter $command.Parameters['Name'] -Type ([SupportsWildcards])).Count -eq 0) { return }
        $argument = @{} + (Get-CallTable)[$Name]
        foreach ($key in 'Id', 'ContainerId', 'InputObject') { $argument.Remove($key) }
        $argument.Name = 'zz*'
        Clear-Content -LiteralPath $record -ErrorAction Ignore
        & $Name @argument -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem | Should -BeNullOrEmpty
        @(Read-Record $record | Where-Object { $_.changes }) | Should -BeNullOrEmpty
    }
}

Describe 'The quiet command <Name>' -Tag Fast -ForEach $silent {
    It 'gives its object with -PassThru' { (Get-Command -Name $Name -Module Silo).Parameters.Keys | Should -Contain 'PassThru' }
}
Describe 'The command <Name>, which may destroy something' -Tag Fast -ForEach $forcing {
    It 'has -Force' { (Get-Command -Name $Name -Module Silo).Parameters.Keys | Should -Contain 'Force' }
}
Describe 'The command <Name>, which waits' -Tag Fast -ForEach $waiting {
    It 'has -TimeoutSeconds' { (Get-Command -Name $Name -Module Silo).Parameters.Keys | Should -Contain 'TimeoutSeconds' }
}

Describe 'The parameter TimeoutSeconds' -Tag Fast {
    It 'takes -1, which is for ever, wherever it is' {
        foreach ($command in Get-Command -Module Silo | Where-Object { $_.Parameters.ContainsKey('TimeoutSeconds') -and $_.Noun -ne 'ContainerHostConnection' }) {
            $command.Parameters['TimeoutSeconds'].ParameterType | Should -Be ([int]) -Because $command.Name
            (Get-Attribute -Parameter $command.Parameters['TimeoutSeconds'] -Type ([ValidateRange])).MinRange | Should -Be -1 -Because $command.Name
        }
    }
}

Describe 'Objects of the type <Type>' -Tag Fast -ForEach $types {
    It 'have a set of properties to show, and a table and a list, also after another session' {
        (Get-TypeData -TypeName $Type).DefaultDisplayPropertySet.ReferencedProperties | Should -Not -BeNullOrEmpty
        $views = @($format.Configuration.ViewDefinitions.View | Where-Object { $_.ViewSelectedBy.TypeName -contains $Type })
        @($views | Where-Object { $_.TableControl }).Count | Should -BeGreaterOrEqual 1 -Because 'it has a table'
        @($views | Where-Object { $_.ListControl }).Count | Should -BeGreaterOrEqual 1 -Because 'it has a list'
        foreach ($view in $views) { $view.ViewSelectedBy.TypeName | Should -Contain "Deserialized.$Type" }
    }
}
Describe 'Tables' -Tag Fast {
    It 'fit 110 columns where all of their columns have a width' {
        foreach ($view in $format.Configuration.ViewDefinitions.View | Where-Object { $_.TableControl }) {
            $widths = @($view.TableControl.TableHeaders.TableColumnHeader | ForEach-Object { if ($_.Width) { [int] $_.Width } })
            ($widths | Measure-Object -Sum).Sum + $widths.Count | Should -BeLessOrEqual 110 -Because $view.Name
        }
    }
    It 'are one for each type: a second would never be seen' {
        $names = @($format.Configuration.ViewDefinitions.View | Where-Object { $_.TableControl } | ForEach-Object { $_.ViewSelectedBy.TypeName })
        $names | Group-Object | Where-Object { $_.Count -gt 1 } | ForEach-Object { $_.Name } | Should -BeNullOrEmpty
    }
    It 'are not cut so at 80 columns that the last of their columns tells nothing' {
        foreach ($view in $format.Configuration.ViewDefinitions.View | Where-Object { $_.TableControl }) {
            $start = 0
            foreach ($column in $view.TableControl.TableHeaders.TableColumnHeader) {
                $width = [int] $column.Width
                # What would begin later is left away as a whole, and a column without a width takes what is left.
                if ($width -eq 0 -or $start -ge 79) { break }
                if ($start + $width -gt 80) { 80 - $start | Should -BeGreaterOrEqual ([math]::Min($width, 9)) -Because "$($view.Name): $($column.Label)" }
                $start += $width + 1
            }
        }
    }
    It 'show names side by side where there are many: <_>' -ForEach 'Silo.Container', 'Silo.ContainerImage', 'Silo.ContainerNetwork', 'Silo.ContainerVolume', 'Silo.ContainerApplication' {
        $type = $_
        @($format.Configuration.ViewDefinitions.View | Where-Object { $_.ViewSelectedBy.TypeName -contains $type -and $_.WideControl }).Count | Should -Be 1
        Get-Sample -Type $type | Format-Wide | Out-String | Should -Not -BeNullOrEmpty
    }
    It 'show ages and sizes for people, and objects keep what they are' {
        $container = Get-Container -Name 'web-1'
        $container.CreatedAt | Should -BeOfType [datetime]
        foreach ($case in @{ Seconds = 20; Text = '20s' }, @{ Seconds = 300; Text = '5m' }, @{ Seconds = 7200; Text = '2h' }, @{ Seconds = 86400 * 3; Text = '3d' }, @{ Seconds = 86400 * 800; Text = '2y' }) {
            $container.CreatedAt = [datetime]::UtcNow.AddSeconds(-$case.Seconds)
            $container | Format-Table | Out-String | Should -Match "\b$($case.Text)\b"
        }
        (Get-ContainerImage -Name 'busybox:latest').SizeBytes | Should -BeOfType [long]
        Get-ContainerImage -Name 'busybox:latest' | Format-Table | Out-String | Should -Match '\d ([KMG]?B)'
    }
}

Describe 'Completion' -Tag Fast {
    It 'says in its tooltips what is behind <Text>' -ForEach @(
        @{ Text = 'Stop-Container -Name web-1'; Tooltip = '^web-1: Running, ' }
        @{ Text = 'Stop-Container -Id 0000'; Tooltip = ': \S+, (Running|Exited|Paused|Created)' }
        @{ Text = 'New-Container -Image busybox:l'; Tooltip = '^busybox:latest: linux/amd64, .*B$' }
        @{ Text = 'Remove-ContainerNetwork -Name fr'; Tooltip = '^front: Nat, 172' }
        @{ Text = 'Remove-ContainerVolume -Name da'; Tooltip = '^data' }
        @{ Text = 'Start-ContainerApplication -Name sh'; Tooltip = '^shop: Running, web' }
    ) {
        [void] (Get-ContainerHost)
        $match = (TabExpansion2 -inputScript $Text -cursorColumn $Text.Length).CompletionMatches
        $match.Count | Should -BeGreaterOrEqual 1
        $match[0].ToolTip | Should -Match $Tooltip
    }
    It 'answers from memory where the engine takes longer than anybody waits for, and leaves the next command right' {
        Import-SiloForTest -Script @{ record = $record; listDelay = 8000 }
        [void] (Get-Container -Name 'web-1')
        [void] (TabExpansion2 -inputScript 'Stop-Container we' -cursorColumn 17)
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        (TabExpansion2 -inputScript 'Stop-Container we' -cursorColumn 17).CompletionMatches.CompletionText | Should -Contain 'web-1'
        # Half a second on a machine that has nothing else to do; the engine would take eight.
        $watch.ElapsedMilliseconds | Should -BeLessThan 4000
        (Get-Container -Name 'db').Name | Should -Be 'db'
        $watch.ElapsedMilliseconds | Should -BeLessThan 7000
        Import-SiloForTest -Script @{ record = $record }
    }
    It 'knows what a command by name has given: <Command>' -ForEach @(
        @{ Command = 'Get-Container'; Kind = 'Container'; Name = 'web-1' }, @{ Command = 'Get-ContainerImage'; Kind = 'Image'; Name = 'busybox:latest' }
        @{ Command = 'Get-ContainerNetwork'; Kind = 'Network'; Name = 'front' }, @{ Command = 'Get-ContainerVolume'; Kind = 'Volume'; Name = 'data' }, @{ Command = 'Get-ContainerApplication'; Kind = 'Application'; Name = 'shop' }
    ) {
        Import-SiloForTest
        [void] (& $Command -Name $Name)
        & (Get-Module -Name Silo) { (Get-HostMemory).Name[$args[0]].Keys } $Kind | Should -Contain $Name
        Import-SiloForTest -Script @{ record = $record }
    }
    It 'answers from memory where the engine is gone, and starts none' {
        [void] (Get-Container)
        $killed = Get-EnginePid
        (Get-Process -Id $killed).Kill()
        Start-Sleep -Milliseconds 200
        $match = (TabExpansion2 -inputScript 'Stop-Container -Name web-' -cursorColumn 25).CompletionMatches
        $match.CompletionText | Should -Be 'web-1', 'web-2'
        $match[0].ToolTip | Should -Match '^web-1: Running'
        Get-EnginePid | Should -BeIn $killed, $null
    }
    It 'offers every kind of event that the engine tells, and no other' {
        $told = Get-ChildItem -Path "$(Get-ProjectRoot)/src/engine", "$(Get-ProjectRoot)/src/supervisor" -Recurse -Filter '*.ts' | Select-String -Pattern "'(container|image|network|volume|host)/[a-z]+'" -AllMatches | ForEach-Object { $_.Matches.Value.Trim("'") } | Sort-Object -Unique
        $told.Count | Should -BeGreaterThan 20
        (TabExpansion2 -inputScript 'Get-ContainerEvent -Kind ' -cursorColumn 25).CompletionMatches.CompletionText | Should -Be $told
        (TabExpansion2 -inputScript 'Get-ContainerEvent -Kind vol' -cursorColumn 28).CompletionMatches.CompletionText | Should -Be 'volume/create', 'volume/remove'
    }
    It 'offers the values of isolation and tags of known images' {
        (TabExpansion2 -inputScript 'Set-Isolation -Isolation ' -cursorColumn 25).CompletionMatches.CompletionText | Should -Contain 'HyperV'
        [void] (Get-ContainerImage)
        (TabExpansion2 -inputScript 'Get-ContainerImage -Name alpine:' -cursorColumn 32).CompletionMatches.CompletionText | Should -Contain 'alpine:3.20'
    }
}

Describe 'The parameter Filter' -Tag Fast {
    It 'chooses by properties, with wildcards and several values' {
        (Get-Container -Filter @{ State = 'Exited' }).Name | Should -Be 'web-2'
        (Get-Container -Filter @{ Name = 'web-*', 'd?' }).Name | Sort-Object | Should -Be 'db', 'web-1', 'web-2'
        Get-Container -Filter @{ Name = 'web-1'; State = 'Exited' } | Should -BeNullOrEmpty
        (Get-Container -Name 'web*' -Filter @{ State = 'Exited' }).Name | Should -Be 'web-2'
    }
    It 'compares what is a name and a value as a text' {
        (Get-Container -Filter @{ Environment = 'PATH=*' }).Count | Should -BeGreaterThan 1
        Get-Container -Filter @{ Environment = 'NONE=*' } | Should -BeNullOrEmpty
    }
    It 'is there for images, networks, volumes and applications too' {
        (Get-ContainerImage -Filter @{ Name = 'alpine*' }).Name | Should -Be 'alpine:3.20'
        (Get-ContainerNetwork -Filter @{ Name = 'front' }).Name | Should -Be 'front'
        Get-ContainerVolume -Filter @{ Name = 'nothing' } | Should -BeNullOrEmpty
        (Get-ContainerApplication -Filter @{ State = 'Running' }).Name | Should -Contain 'shop'
    }
    It 'refuses a property that the objects do not have' {
        { Get-Container -Filter @{ Colour = 'red' } -ErrorAction Stop } | Should -Throw -ErrorId 'ParameterInvalid,Get-Container'
    }
}
