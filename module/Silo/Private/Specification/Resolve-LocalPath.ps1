function Resolve-LocalPath {
    # Files of this machine, wherever the engine runs.
    param($Cmdlet, [string[]] $Path, [string[]] $LiteralPath)
    foreach ($item in $LiteralPath) { if ($item) { $Cmdlet.GetUnresolvedProviderPathFromPSPath($item) } }
    foreach ($item in $Path) {
        if (-not $item) { continue }
        if (-not [WildcardPattern]::ContainsWildcardCharacters($item)) { $Cmdlet.GetUnresolvedProviderPathFromPSPath($item); continue }
        $provider = $null
        $Cmdlet.GetResolvedProviderPathFromPSPath($item, [ref] $provider)
    }
}
