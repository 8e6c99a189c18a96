function Resolve-ContainerTarget {
    # Answers what the engine is to act on: a reference for the wire and a label for people. Only a
    # wildcard needs to look at the list; names and ids are the engine's to find, and to miss. A name goes
    # with a leading slash: one that is not there must never be taken for the beginning of an id. What
    # comes down the pipeline as text may be a whole id.
    param($Cmdlet, [string[]] $Name, [string[]] $Id, [object[]] $InputObject)
    if (Test-RowName -Cmdlet $Cmdlet -Name $Name) { return }
    # A parameter of one text that was not given is an empty one.
    $Name = @($Name | Where-Object { $_ })
    $Id = @($Id | Where-Object { $_ })
    foreach ($item in $InputObject) { if ($null -ne $item -and (Test-SameHost -Cmdlet $Cmdlet -InputObject $item)) { @{ Reference = $item.Id; Label = $item.Name } } }
    foreach ($item in $Id) { @{ Reference = $item; Label = $item } }
    $pattern = @(foreach ($item in $Name) { if ([WildcardPattern]::ContainsWildcardCharacters($item)) { $item } })
    foreach ($item in $Name) {
        if ($item -in $pattern) { continue }
        $reference = if ($item -cmatch '^[0-9a-f]{64}$') { $item } else { '/' + $item.TrimStart('/') }
        @{ Reference = $reference; Label = $item }
    }
    if ($pattern.Count -eq 0) { return }
    foreach ($container in @(Read-ContainerList -Cmdlet $Cmdlet)) {
        if (Test-NameMatch -Name $container.Name -Pattern $pattern) { @{ Reference = $container.Id; Label = $container.Name } }
    }
}
