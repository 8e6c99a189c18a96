function Format-SiloText {
    # The engine's own templates: {name} stands for the argument of that name.
    param([string] $Template, [hashtable] $Argument)
    foreach ($name in $Argument.Keys) { $Template = $Template.Replace('{' + $name + '}', [string] $Argument[$name]) }
    $Template
}
