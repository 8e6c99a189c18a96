function Resolve-ContainerTarget {
    # Answers what the engine is to act on: a reference for the wire and a label for people. Only a
    # wildcard needs to look at the list; names and ids are the engine's to find, and to miss.
    param($Cmdlet, [string[]] $Name, [string[]] $Id, [object[]] $InputObject)
    foreach ($item in $InputObject) { if ($null -ne $item) { @{ Reference = $item.Id; Label = $item.Name } } }
    foreach ($item in $Id) { @{ Reference = $item; Label = $item } }
    $pattern = @(foreach ($item in $Name) {
            if ([WildcardPattern]::ContainsWildcardCharacters($item)) { $item } else { @{ Reference = $item; Label = $item } }
        })
    foreach ($literal in $pattern) { if ($literal -is [hashtable]) { $literal } }
    $pattern = @($pattern | Where-Object { $_ -is [string] })
    if ($pattern.Count -eq 0) { return }
    foreach ($container in @(Read-ContainerList -Cmdlet $Cmdlet)) {
        if (Test-NameMatch -Name $container.Name -Pattern $pattern) { @{ Reference = $container.Id; Label = $container.Name } }
    }
}
