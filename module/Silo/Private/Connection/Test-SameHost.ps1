function Test-SameHost {
    # An object is acted on where it comes from, or not at all: the same name is another container elsewhere.
    param($Cmdlet, $InputObject)
    $from = $InputObject.PSObject.Properties['ContainerHost']
    $there = if ($null -ne $from) { "$($from.Value)" } else { '' }
    if ($there -eq "$siloHost") { return $true }
    $label = if ($null -ne $InputObject.PSObject.Properties['Name']) { $InputObject.Name } else { $InputObject.Id }
    $names = @($there, "$siloHost") | ForEach-Object { if ($_) { $_ } else { '.' } }
    $Cmdlet.WriteError((ConvertTo-SiloErrorRecord -Code 'HostMismatch' -Argument @{ id = $label; from = $names[0]; to = $names[1] } -Target $InputObject))
    $false
}
