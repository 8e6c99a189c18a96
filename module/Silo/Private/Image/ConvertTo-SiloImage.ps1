function ConvertTo-SiloImage {
    # For results that hold images; their names are remembered for argument completion.
    param([object[]] $Record, [string] $Method)
    ConvertTo-SiloObject -TypeName 'Silo.ContainerImage' -Method $Method -Record $Record
    $known = (Get-HostMemory).Name
    $known.Image = @(@($known.Image) + @($Record.Name) | Where-Object { $_ } | Sort-Object -Unique)
}
