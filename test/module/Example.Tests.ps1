BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if (-not $missing) { $missing = Get-MissingForRegistry }
    if ($missing) { Write-Information -MessageData "The examples of the help cannot be run here ($missing): they are skipped." -InformationAction Continue }
    $help = [xml] [System.IO.File]::ReadAllText((Join-Path -Path (Get-ProjectRoot) -ChildPath 'module/Silo/en-US/Silo-help.xml'))
    $examples = foreach ($command in $help.helpItems.command) {
        $number = 0
        foreach ($example in @($command.examples.example)) {
            $number += 1
            @{ Command = $command.details.name; Number = $number; Code = [string] $example.code; Text = @($example.remarks.para) -join ' ' }
        }
    }
    # SILO_TEST_EXAMPLE names commands, with wildcards: for whoever writes an example and wants to see it run.
    if ($env:SILO_TEST_EXAMPLE) { $examples = @($examples | Where-Object { $command = $_.Command; @($env:SILO_TEST_EXAMPLE -split ',').Where({ $command -like $_ }) }) }
    # What ends the store runs last.
    $examples = @($examples | Sort-Object -Stable -Property { $_.Code -match '-RemoveStore|^Move-ContainerStore' })
}

# The examples of the help as they stand there, in a PowerShell of their own each, on the real engine and real containers and images.
Describe 'The examples of the help' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ExampleHost.psm1') -Force
        $example = Initialize-ExampleHost
    }
    AfterAll { Clear-ExampleHost -Example $example }

    It '<Command> <Number>: <Code>' -ForEach $examples {
        $unmet = @(Get-UnmetCondition -Text $Text)
        if ($unmet) {
            Write-Information -MessageData "$Command, example $Number is skipped: $($unmet -join '; ')." -InformationAction Continue
            Set-ItResult -Skipped -Because ($unmet -join '; ')
            return
        }
        try {
            Initialize-Example -Code $Code
            Invoke-Example -Code $Code | Should -BeNullOrEmpty -Because "it is in the help of $Command; what it needs is made by test/module/ExampleHost.psm1"
        } finally {
            Clear-Example
        }
    }
}
