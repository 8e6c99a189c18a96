function Resolve-HostPath {
    # A path as the engine takes it, which knows no PowerShell drives and has another current folder. Files are those of the
    # host that the engine runs on: through a connection nothing can be resolved here, so the path must be whole.
    param($Cmdlet, [string] $Path)
    if (-not $siloHost) { return $Cmdlet.GetUnresolvedProviderPathFromPSPath($Path) }
    if ($Path -match '^(/|[A-Za-z]:[\\/]|\\\\)' -and -not [WildcardPattern]::ContainsWildcardCharacters($Path)) { return $Path }
    Exit-SiloCommand -Cmdlet $Cmdlet -Code 'PathOfOtherHost' -Argument @{ path = $Path; host = $siloHost } -Target $Path
}
