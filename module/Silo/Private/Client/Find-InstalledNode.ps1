function Find-InstalledNode {
    # 22.15 is the first Node with all that the engine uses of node:sqlite and node:zlib.
    foreach ($command in @(Microsoft.PowerShell.Core\Get-Command -Name 'node' -CommandType Application -ErrorAction Ignore)) {
        $text = & $command.Source --version
        $version = $text -replace '^v', '' -as [version]
        if ($null -ne $version -and $version -ge [version] '22.15') { return $command.Source }
    }
}
