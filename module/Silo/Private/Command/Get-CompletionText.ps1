function Get-CompletionText {
    # For argument completers: names from memory, and one short look at an engine that is up and idle.
    # Completion never starts an engine and never waits for one.
    param([ValidateSet('Container', 'ContainerId', 'Image', 'ImageId', 'Network', 'NetworkId', 'Volume', 'Application')] [string] $Kind, [string] $Word, $Bound)
    $word = $Word.Trim("'", '"')
    # Names of the host that the command will ask: the one it was given, else the one that was entered.
    $given = if ($null -ne $Bound) { $Bound['HostConnection'] }
    $connection = if ($null -eq $given) { Resolve-HostConnection } else { $script:Connection | Where-Object { $_.Name -eq "$given" -or [object]::ReferenceEquals($_, $given) } | Microsoft.PowerShell.Utility\Select-Object -First 1 }
    Set-Variable -WhatIf:$false -Confirm:$false -Name siloHost -Value $(if ($null -ne $connection) { $connection.Name } else { '' })
    $engine = Get-CurrentEngine -Connection $connection
    $list = $Kind -replace 'Id$', ''
    if ($null -ne $engine -and -not $engine.Busy -and -not $engine.Lost -and $engine.Open.Count -eq 0) { Read-KnownName -Engine $engine -Kind $list }
    $known = (Get-HostMemory).Name[$Kind]
    foreach ($name in $known.Keys | Where-Object { $_ -like "$word*" } | Sort-Object) {
        $tooltip = if ($known[$name]) { '{0}: {1}' -f $name, $known[$name] } else { $name }
        New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList $name, $name, 'ParameterValue', $tooltip
    }
}
