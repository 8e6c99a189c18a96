# Every default rule (the Gallery's set is part of it), one style, and only what PowerShell 5.1 understands.
@{
    IncludeDefaultRules = $true
    # Tests of the resources of DSC are in the project, not in what is installed.
    ExcludeRules        = @('PSDSCDscTestsPresent')
    Rules               = @{
        PSUseCompatibleSyntax      = @{ Enable = $true; TargetVersions = @('5.1', '7.4') }
        PSProvideCommentHelp       = @{ Enable = $true; ExportedOnly = $true; Placement = 'begin' }
        PSPlaceOpenBrace           = @{ Enable = $true; OnSameLine = $true; NewLineAfter = $true; IgnoreOneLineBlock = $true }
        PSPlaceCloseBrace          = @{ Enable = $true; NewLineAfter = $false; IgnoreOneLineBlock = $true }
        PSUseConsistentIndentation = @{ Enable = $true; IndentationSize = 4; PipelineIndentation = 'IncreaseIndentationForFirstPipeline'; Kind = 'space' }
        PSUseConsistentWhitespace  = @{ Enable = $true; CheckOpenParen = $false; IgnoreAssignmentOperatorInsideHashTable = $true }
        PSUseCorrectCasing         = @{ Enable = $true }
    }
}
