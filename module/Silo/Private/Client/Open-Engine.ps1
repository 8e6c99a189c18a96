function Open-Engine {
    param($Cmdlet, $Connection)
    Clear-DiscardedEngine
    $bySession = $null -ne $Connection -and $Connection.Carrier -eq 'Session'
    $process = if ($bySession) { Open-SessionEngine -Cmdlet $Cmdlet -Connection $Connection } else { Open-EngineProcess -Cmdlet $Cmdlet -Connection $Connection }
    $errorBuffer = New-Object -TypeName 'byte[]' -ArgumentList 65536
    $errorText = New-Object -TypeName System.IO.MemoryStream -ArgumentList (, $errorBuffer)
    $engine = @{
        Process     = $process
        # Nothing where it is this host's.
        Connection  = $Connection
        BySession   = $bySession
        Input       = $process.StandardInput.BaseStream
        Output      = $process.StandardOutput.BaseStream
        # Kept, because a task nobody holds may be collected before it has drained the pipe. It fails when the
        # buffer is full; then what follows is thrown away.
        Draining    = $process.StandardError.BaseStream.CopyToAsync($errorText)
        ErrorText   = $errorText
        ErrorBuffer = $errorBuffer
        Buffer      = New-Object -TypeName 'byte[]' -ArgumentList 131072
        Start       = 0
        End         = 0
        BodyLength  = -1
        Reading     = $null
        Writing     = $null
        # True while the fields above change. A stop can arrive at any statement, also in a finally block;
        # whoever finds the mark set cannot know what is in the pipe and takes a new engine.
        Busy        = $false
        Lost        = $null
        ExitCode    = $null
        Version     = $null
        NextId      = 1
        Open        = @{}
        Streams     = @{}
        # Whether it was told the credentials that the engine before it kept.
        LoggedIn    = $false
    }
    if ($bySession) { Write-Verbose -Message ($script:Strings.SessionEngineStarted -f $Connection.Session) } else { Write-Verbose -Message ($script:Strings.EngineStarted -f $process.Id) }
    try {
        Initialize-Engine -Engine $engine -Cmdlet $Cmdlet
        if ($null -ne $Connection) { $script:RemoteEngine[$Connection.Id] = $engine } else { $script:Engine = $engine }
    } finally {
        # A command may be stopped while its engine starts.
        if (-not [object]::ReferenceEquals((Get-CurrentEngine -Connection $Connection), $engine)) { Close-Engine -Engine $engine }
    }
    $engine
}
