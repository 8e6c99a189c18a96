function ConvertTo-SiloContainer {
    # For results that hold one container; its name is remembered for argument completion.
    param($Record, [string] $Method)
    ConvertTo-SiloObject -TypeName 'Silo.Container' -Method $Method -Record $Record
    $known = (Get-HostMemory).Name
    if ($known.Container -notcontains $Record.Name) { $known.Container = @($known.Container) + $Record.Name }
}
