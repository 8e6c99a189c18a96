function ConvertTo-SiloImage {
    # For results that hold images; their names are remembered for argument completion.
    param([object[]] $Record, [string] $Method)
    ConvertTo-SiloObject -TypeName 'Silo.ContainerImage' -Method $Method -Record $Record
    Save-KnownName -Kind Image -Item $Record
}
