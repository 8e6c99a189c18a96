function Get-CompletionText {
    # For argument completers: names from memory, and one short look at an engine that is up and idle.
    # Completion never starts an engine and never waits for one.
    param([ValidateSet('Container', 'ContainerId', 'Image', 'Network', 'Volume', 'Application')] [string] $Kind, [string] $Word)
    $word = $Word.Trim("'", '"')
    $engine = $script:Engine
    $list = $Kind -replace 'Id$', ''
    if ($null -ne $engine -and -not $engine.Busy -and -not $engine.Lost -and $engine.Open.Count -eq 0) { Read-KnownName -Engine $engine -Kind $list }
    foreach ($name in ($script:KnownName[$Kind] | Where-Object { $_ -like "$word*" } | Sort-Object -Unique)) {
        New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList $name, $name, 'ParameterValue', "$list $name"
    }
}
