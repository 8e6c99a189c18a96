function Open-Engine {
    param($Cmdlet)
    Clear-DiscardedEngine
    $process = Open-EngineProcess -Cmdlet $Cmdlet
    $engine = @{
        Process    = $process
        Input      = $process.StandardInput.BaseStream
        Output     = $process.StandardOutput.BaseStream
        # Kept, because a task nobody holds may be collected before it has drained the pipe.
        Draining   = $process.StandardError.BaseStream.CopyToAsync([System.IO.Stream]::Null)
        Buffer     = New-Object -TypeName 'byte[]' -ArgumentList 131072
        Start      = 0
        End        = 0
        BodyLength = -1
        Reading    = $null
        Writing    = $null
        # True while the fields above change. A stop can arrive at any statement, also in a finally block;
        # whoever finds the mark set cannot know what is in the pipe and takes a new engine.
        Busy       = $false
        Lost       = $null
        NextId     = 1
        Open       = @{}
        Streams    = @{}
    }
    $script:Engine = $engine
    Write-Verbose -Message ($script:Strings.EngineStarted -f $process.Id)

    $contract = Get-SiloContract
    $request = @{ Engine = $engine; Method = 'initialize'; Caller = $Cmdlet.MyInvocation; Answered = $false; Result = $null; Error = $null }
    Send-EngineRequest -Engine $engine -Request $request -Parameter @{
        protocolVersion = $contract.ProtocolVersion
        client          = @{ name = 'Silo for PowerShell'; version = [string] $PSVersionTable.PSVersion }
        capabilities    = @{ escapeDateLikeText = -not $script:KeepsDateText }
    }
    while (-not $request.Answered -and -not $engine.Lost) { [void] (Read-EngineMessage -Engine $engine) }
    if (-not $request.Answered) {
        Close-Engine -Engine $engine
        Exit-SiloCommand -Cmdlet $Cmdlet -Code 'EngineExited' -Argument @{ reason = $engine.Lost } -Target 'initialize'
    }
    if ($null -ne $request.Error) {
        Close-Engine -Engine $engine
        $Cmdlet.ThrowTerminatingError((ConvertTo-SiloErrorRecord -WireError $request.Error))
    }
    if ($request.Result.ProtocolVersion -ne $contract.ProtocolVersion) {
        Close-Engine -Engine $engine
        Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ProtocolMismatch' -Argument @{ client = $contract.ProtocolVersion; engine = $request.Result.ProtocolVersion } -Target 'initialize'
    }
    $engine
}
