function Resolve-ConnectionTarget {
    # Connections of this session by name or wildcard, and those that were given. A name that is not there is an error; a
    # wildcard that matches nothing is none.
    param($Cmdlet, [string[]] $Name, [object[]] $InputObject, [switch] $Force)
    foreach ($item in $InputObject) { if ($null -ne $item) { $item } }
    foreach ($item in $Name) {
        if (-not $item) { continue }
        $found = @($script:Connection | Where-Object { $_.Name -like $item })
        $found
        if ($found.Count -gt 0 -or $Force -or [WildcardPattern]::ContainsWildcardCharacters($item)) { continue }
        $Cmdlet.WriteError((ConvertTo-SiloErrorRecord -Code 'HostConnectionNotFound' -Argument @{ name = $item } -Target $item))
    }
}
