function ConvertTo-SiloImage {
    # For results that hold images; their names are remembered for argument completion.
    param([object[]] $Record, [string] $Method)
    ConvertTo-SiloObject -TypeName 'Silo.ContainerImage' -Method $Method -Record $Record
    $script:KnownName.Image = @(@($script:KnownName.Image) + @($Record.Name) | Where-Object { $_ } | Sort-Object -Unique)
}
