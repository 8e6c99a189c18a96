function Initialize-Engine {
    # Both sides tell the version of the protocol they speak.
    param([hashtable] $Engine, $Cmdlet)
    $version = (Get-SiloContract).ProtocolVersion
    $request = Get-RequestRecord -Cmdlet $Cmdlet -Caller $Cmdlet.MyInvocation -Method 'initialize' -Parameter @{
        protocolVersion = $version
        client          = @{ name = 'Silo for PowerShell'; version = [string] $PSVersionTable.PSVersion }
        capabilities    = @{ escapeDateLikeText = -not $script:KeepsDateText }
    }
    Send-EngineRequest -Engine $Engine -Request $request
    while (-not $request.Answered -and -not $Engine.Lost) { [void] (Read-EngineMessage -Engine $Engine) }
    if (-not $request.Answered -and $null -ne $Engine.Connection) {
        $problem = Get-ConnectionProblem -Engine $Engine
        Exit-SiloCommand -Cmdlet $Cmdlet -Code $problem.Code -Argument $problem.Argument -Target $Engine.Connection.Name
    }
    if (-not $request.Answered) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'EngineExited' -Argument @{ reason = $Engine.Lost } -Target 'initialize' }
    if ($null -ne $request.Error) { $Cmdlet.ThrowTerminatingError((ConvertTo-SiloErrorRecord -WireError $request.Error)) }
    if ($request.Result.ProtocolVersion -ne $version) {
        Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ProtocolMismatch' -Argument @{ client = $version; engine = $request.Result.ProtocolVersion } -Target 'initialize'
    }
    $Engine.Version = $request.Result.Engine.Version
}
