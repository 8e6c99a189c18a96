function Save-KnownName {
    # Remembers names for argument completion, each with what its tooltip says. -Whole: there are no others.
    param([ValidateSet('Container', 'Image', 'Network', 'Volume', 'Application')] [string] $Kind, [object[]] $Item, [switch] $Whole)
    $known = (Get-HostMemory).Name
    if ($Whole) {
        $known[$Kind] = @{}
        if ($known.ContainsKey("${Kind}Id")) { $known["${Kind}Id"] = @{} }
    }
    foreach ($one in $Item) {
        # An image may have no name.
        if ($null -eq $one -or -not $one.Name) { continue }
        $known[$Kind][$one.Name] = switch ($Kind) {
            'Container' { '{0}, {1}' -f $one.State, (Format-ImageName -Reference $one.Image); break }
            'Image' { '{0}/{1}, {2}' -f $one.OperatingSystem, $one.Architecture, (Format-ByteCount -Byte $one.SizeBytes); break }
            'Network' { (@($one.Driver) + @($one.Subnets | ForEach-Object { $_.Prefix })) -join ', '; break }
            'Volume' { @($one.Containers) -join ', '; break }
            'Application' { (@($one.State) + @($one.Services | ForEach-Object { $_.Name })) -join ', ' }
        }
        if ($known.ContainsKey("${Kind}Id")) { $known["${Kind}Id"][([string] $one.Id -replace '^sha256:').Substring(0, 12)] = '{0}, {1}' -f $one.Name, $known[$Kind][$one.Name] }
    }
}
