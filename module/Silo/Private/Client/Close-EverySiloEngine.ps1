function Close-EverySiloEngine {
    # Not killed: an engine whose input has closed may still be stopping a container for a command that was
    # stopped. The short wait lets an idle one be gone when Remove-Module returns.
    if ($null -ne $script:Engine) { Close-Engine -Engine $script:Engine }
    foreach ($engine in @($script:RemoteEngine.Values)) { Close-Engine -Engine $engine }
    foreach ($engine in @($script:Discarded)) { [void] $engine.Process.WaitForExit(1000) }
    foreach ($session in @($script:HostSession.Values)) { if ($session.Own) { $session.Runspace.Dispose() } }
}
