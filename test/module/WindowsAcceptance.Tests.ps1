# Whoever has Windows runs test/integration/windows/Acceptance.Tests.ps1; here it is held to the module that it calls.
BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    Import-SiloForTest
    $suite = Join-Path -Path (Get-ProjectRoot) -ChildPath 'test/integration/windows/Acceptance.Tests.ps1'
    $problem = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseFile($suite, [ref] $null, [ref] $problem)
}
AfterAll { Remove-SiloForTest }

Describe 'The acceptance suite for Windows' -Tag Fast, Once {
    It 'can be read' {
        @($problem).Count | Should -Be 0
        @($tree.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] -and $node.GetCommandName() -eq 'It' }, $true)).Count | Should -BeGreaterThan 25
    }

    It 'calls only commands of the module that there are, with parameters that they have' {
        $exported = (Get-Module -Name Silo).ExportedFunctions
        $seen = 0
        foreach ($call in $tree.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            $name = $call.GetCommandName()
            if ($null -eq $name -or -not $exported.ContainsKey($name)) { continue }
            $seen++
            foreach ($element in $call.CommandElements) {
                if ($element -isnot [System.Management.Automation.Language.CommandParameterAst]) { continue }
                $exported[$name].Parameters.Keys | Should -Contain $element.ParameterName -Because "$name stands in line $($call.Extent.StartLineNumber)"
            }
        }
        $seen | Should -BeGreaterThan 60
    }
}
