BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $cases = (Get-CallTable).Keys | Sort-Object
    # These ask no engine: no request of theirs can fail, and none can be traced.
    $asking = $cases | Where-Object { $_ -notin 'New-ContainerMount', 'New-ContainerPort', 'Test-ContainerCredentialSpec' }
    $changing = $cases | Where-Object { $_ -notmatch '^(Debug|Find|Get|Measure|Test|Wait)-' }
}
BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $table = Get-CallTable
    $folder = Join-Path -Path $TestDrive -ChildPath 'callers'
    [void] (New-Item -Path $folder -ItemType Directory)
    # A script, and a function of another module: neither shares variables with Silo's module scope.
    $scriptFile = Join-Path -Path $folder -ChildPath 'runbook.ps1'
    Set-Content -LiteralPath $scriptFile -Value 'param($Command, $Parameter, $Variable, $Value) Set-Variable -Name $Variable -Value $Value; & $Command @Parameter'
    $moduleFile = Join-Path -Path $folder -ChildPath 'OtherModule.psm1'
    Set-Content -LiteralPath $moduleFile -Value 'function Invoke-FromModule { [CmdletBinding()] param($Command, $Parameter, $Variable, $Value) Set-Variable -Name $Variable -Value $Value; & $Command @Parameter }'
    Import-Module -Name $moduleFile -Force

    function Invoke-From {
        # Calls a command where a preference variable is set, and gives every stream.
        param($Where, $Command, $Variable, $Value, $Parameter = $table[$Command])
        if ($Where -eq 'script') { & $scriptFile -Command $Command -Parameter $Parameter -Variable $Variable -Value $Value *>&1 }
        else { Invoke-FromModule -Command $Command -Parameter $Parameter -Variable $Variable -Value $Value *>&1 }
    }
}
AfterAll {
    Remove-Module -Name OtherModule -ErrorAction Ignore
    Remove-SiloForTest
}

Describe '$WhatIfPreference of <_>' -Tag Fast -ForEach 'a script', 'another module' {
    BeforeAll {
        $where = $_.Split(' ')[-1]
        $record = New-RecordFile
        Import-SiloForTest -Script @{ record = $record }
        Get-ContainerHost | Out-Null
    }
    It 'keeps <_> from changing anything' -ForEach $changing {
        Invoke-From $where $_ 'WhatIfPreference' $true | Out-Null
        Read-Record $record | Where-Object { $_.changes } | Should -BeNullOrEmpty
    }
    It 'is not beaten by -Force' {
        $forcing = @($table.Keys | Where-Object { $parameters = (Get-Command -Name $_).Parameters; $parameters.ContainsKey('Force') -and $parameters.ContainsKey('WhatIf') })
        $forcing.Count | Should -BeGreaterThan 10
        foreach ($command in $forcing) {
            $parameter = @{} + $table[$command]
            $parameter.Force = $true
            # There it is about a file that is there.
            if ((Get-Command -Name $command).Parameters.ContainsKey('OutFile')) { $parameter.OutFile = Join-Path -Path $TestDrive -ChildPath 'out' }
            Invoke-From $where $command 'WhatIfPreference' $true -Parameter $parameter | Out-Null
            Read-Record $record | Where-Object { $_.changes } | Should -BeNullOrEmpty -Because $command
        }
    }
    It 'is overridden by -WhatIf:$false' {
        Invoke-From $where 'Remove-Container' 'WhatIfPreference' $true -Parameter @{ Name = 'web-1'; WhatIf = $false } | Out-Null
        @(Read-Record $record | Where-Object { $_.changes }).Count | Should -Be 1
    }
}

Describe '-WhatIf' {
    It 'tells of what the command would do, and of nothing within it' {
        $file = Join-Path -Path $TestDrive -ChildPath 'what-if.ps1'
        Set-Content -LiteralPath $file -Value "Import-Module -Name '$(Join-Path -Path (Get-ProjectRoot) -ChildPath 'module/Silo/Silo.psd1')'", "Connect-ContainerRegistry -Registry 'private.example' -Credential ([pscredential]::new('me', [securestring]::new())) -WhatIf"
        $told = @('' | & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $file)
        $told.Count | Should -Be 1
        $told[0] | Should -Match 'private\.example'
    }
}

Describe 'Other preferences of <_>' -Tag Fast -ForEach 'a script', 'another module' {
    BeforeAll { $where = $_.Split(' ')[-1] }
    Context 'while every request fails' {
        BeforeAll { Import-SiloForTest -Script @{ fail = 'StoreBusy' } }
        It '$ErrorActionPreference = Stop ends <_>' -ForEach $asking {
            $name = $_
            { Invoke-From $where $name 'ErrorActionPreference' 'Stop' } | Should -Throw -ErrorId "StoreBusy,$name"
        }
        It '$ErrorActionPreference = SilentlyContinue silences <_>' -ForEach $cases {
            Invoke-From $where $_ 'ErrorActionPreference' 'SilentlyContinue' | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | Should -BeNullOrEmpty
        }
    }
    Context 'while requests succeed' {
        BeforeAll { Import-SiloForTest; Get-ContainerHost | Out-Null }
        It '$DebugPreference reaches <_>' -ForEach $asking {
            Invoke-From $where $_ 'DebugPreference' 'Continue' | Where-Object { $_ -is [System.Management.Automation.DebugRecord] } | Should -Not -BeNullOrEmpty
        }
        It '$VerbosePreference reaches the engine start of any command' {
            Import-SiloForTest
            Invoke-From $where 'Get-ContainerHost' 'VerbosePreference' 'Continue' | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | Should -Not -BeNullOrEmpty
        }
    }
}
