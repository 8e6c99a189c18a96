function ConvertTo-SiloContainer {
    # For results that hold one container; its name is remembered for argument completion.
    param($Record, [string] $Method)
    ConvertTo-SiloObject -TypeName 'Silo.Container' -Method $Method -Record $Record
    Save-KnownName -Kind Container -Item $Record
}
