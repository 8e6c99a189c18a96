@{
    EngineStarted = 'Started an engine (process {0}).'
    StartContainer = 'Start container'
    StopContainer = 'Stop container'
    RemoveContainer = 'Remove container'
    NewContainer = 'Make container'
    InvokeImage = 'Run container'
    StartProcess = 'Start process {0}'
    ImportImage = 'Import images'
    RemoveImage = 'Remove image'
    SetIsolation = 'Set isolation to {0}'
    ThisHost = 'this host'
    ContainerRunsAlready = "Container '{0}' runs already."
    ContainerDoesNotRun = "Container '{0}' does not run."
    ContainerStopped = "Container '{0}' ended ({1}) after {2} ms."
    ContainerIsNotThere = 'The container was not there.'
    ContainerExists = "Container '{0}' was there already, with the same specification."
    ImageRemoved = 'Removed {0}; {1} bytes were freed.'
    MountPartUnknown = "'{0}' is none of type, source, target and readonly"
    MountIncomplete = 'it needs type=bind or type=volume, a source and a target'
}
