function Resolve-ArchivePath {
    # The engine knows no PowerShell drives and has another current folder.
    param($Cmdlet, [string[]] $Path, [string[]] $LiteralPath)
    foreach ($item in $LiteralPath) { if ($item) { Resolve-HostPath -Cmdlet $Cmdlet -Path $item } }
    foreach ($item in $Path) {
        if (-not $item) { continue }
        if ($siloHost -or -not [WildcardPattern]::ContainsWildcardCharacters($item)) { Resolve-HostPath -Cmdlet $Cmdlet -Path $item; continue }
        $provider = $null
        $Cmdlet.GetResolvedProviderPathFromPSPath($item, [ref] $provider)
    }
}
