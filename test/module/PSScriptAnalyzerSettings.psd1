# Every default rule (the Gallery's set is part of it), one style, and only what PowerShell 5.1 understands.
@{
    IncludeDefaultRules = $true
    # Tests of the resources of DSC are in the project, not in what is installed.
    ExcludeRules        = @('PSDSCDscTestsPresent')
    Rules               = @{
        PSUseCompatibleSyntax      = @{ Enable = $true; TargetVersions = @('5.1', '7.4') }
        # What Windows PowerShell 5.1 brings. Guarded by a test of the version: Start-ThreadJob and ConvertFrom-Json -DateKind; [ordered] is syntax.
        PSUseCompatibleCommands    = @{ Enable = $true; TargetProfiles = @('win-48_x64_10.0.17763.0_5.1.17763.316_x64_4.0.30319.42000_framework'); IgnoreCommands = @('Start-ThreadJob', 'ConvertFrom-Json') }
        PSUseCompatibleTypes       = @{ Enable = $true; TargetProfiles = @('win-48_x64_10.0.17763.0_5.1.17763.316_x64_4.0.30319.42000_framework'); IgnoreTypes = @('ordered') }
        PSProvideCommentHelp       = @{ Enable = $true; ExportedOnly = $true; Placement = 'begin' }
        PSPlaceOpenBrace           = @{ Enable = $true; OnSameLine = $true; NewLineAfter = $true; IgnoreOneLineBlock = $true }
        PSPlaceCloseBrace          = @{ Enable = $true; NewLineAfter = $false; IgnoreOneLineBlock = $true }
        PSUseConsistentIndentation = @{ Enable = $true; IndentationSize = 4; PipelineIndentation = 'IncreaseIndentationForFirstPipeline'; Kind = 'space' }
        PSUseConsistentWhitespace  = @{ Enable = $true; CheckOpenParen = $false; IgnoreAssignmentOperatorInsideHashTable = $true }
        PSUseCorrectCasing         = @{ Enable = $true }
    }
}
