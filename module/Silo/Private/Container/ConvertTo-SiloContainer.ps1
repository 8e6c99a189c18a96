function ConvertTo-SiloContainer {
    # For results that hold one container; its name is remembered for argument completion.
    param($Record, [string] $Method)
    ConvertTo-SiloObject -TypeName 'Silo.Container' -Method $Method -Record $Record
    if ($script:KnownName.Container -notcontains $Record.Name) { $script:KnownName.Container = @($script:KnownName.Container) + $Record.Name }
}
