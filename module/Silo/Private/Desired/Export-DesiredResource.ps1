function Export-DesiredResource {
    # Everything of a kind that is there, each as a resource that asks for what is.
    param([string] $TypeName)
    $kind = Get-DesiredKind -Name $TypeName
    foreach ($item in (Invoke-DesiredState -Method 'desired/list' -Parameter @{ kind = $kind.Wire }).Items) {
        $found = $item.($kind.Wire)
        $resource = ConvertFrom-DesiredState -Found $found -Into (New-Object -TypeName $TypeName)
        if ($kind.ContainsKey('Item')) { $resource.Container = @(foreach ($container in $found.Containers) { ConvertFrom-DesiredState -Found $container -Into (New-Object -TypeName 'SiloContainerEntry') }) }
        $resource
    }
}
