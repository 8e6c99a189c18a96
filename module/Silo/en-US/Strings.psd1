@{
    EngineStarted = 'Started an engine (process {0}).'
    MountPartUnknown = "'{0}' is none of type, source, target and readonly"
    MountIncomplete = 'it needs type=bind or type=volume, a source and a target'
}
