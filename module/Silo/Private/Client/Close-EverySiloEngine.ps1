function Close-EverySiloEngine {
    if ($null -ne $script:Engine) { Close-Engine -Engine $script:Engine }
    foreach ($engine in @($script:Discarded)) { [void] $engine.Process.WaitForExit(2000) }
    Clear-DiscardedEngine -GraceSeconds 0
}
