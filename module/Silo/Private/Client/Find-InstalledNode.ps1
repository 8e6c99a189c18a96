function Find-InstalledNode {
    # That of a Silo that is installed for all users stands first: a package for machine configuration has none of its own, and sees no other modules.
    $root = if ($script:OnWindows) { "$env:ProgramFiles\PowerShell\Modules\Silo", "$env:ProgramFiles\WindowsPowerShell\Modules\Silo" } else { '/usr/local/share/powershell/Modules/Silo' }
    $name = if ($script:OnWindows) { 'node.exe' } else { 'node' }
    foreach ($folder in $root) {
        foreach ($pattern in "$folder/engine/$name", "$folder/*/engine/$name") {
            foreach ($file in @(Get-Item -Path $pattern -ErrorAction Ignore | Sort-Object -Property FullName -Descending)) { return $file.FullName }
        }
    }
    # 22.15 is the first Node with all that the engine uses of node:sqlite and node:zlib.
    foreach ($command in @(Microsoft.PowerShell.Core\Get-Command -Name 'node' -CommandType Application -ErrorAction Ignore)) {
        $text = & $command.Source --version
        $version = $text -replace '^v', '' -as [version]
        if ($null -ne $version -and $version -ge [version] '22.15') { return $command.Source }
    }
}
