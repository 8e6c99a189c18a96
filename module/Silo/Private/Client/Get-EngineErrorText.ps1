function Get-EngineErrorText {
    # What the engine's process wrote to its standard error at first: 64 KiB are kept, the rest is thrown away.
    param([hashtable] $Engine)
    if ($Engine.BySession) { return "$(if ($null -ne $Engine.Process.End) { $Engine.Process.End.ErrorText })" }
    [void] [System.Threading.Tasks.Task]::WaitAny(@($Engine.Draining), 500)
    [System.Text.Encoding]::UTF8.GetString($Engine.ErrorBuffer, 0, [int] $Engine.ErrorText.Position)
}
