function Restore-EngineRequest {
    # The engine is gone before it answered. What changes nothing is asked once more; so is what an
    # engine that ended in idleness (exit code 0) never took. A change may have been made: the user must look.
    param([hashtable] $Request)
    $engine = $Request.Engine
    $neverTaken = $engine.ExitCode -eq 0
    if (-not $Request.Repeated -and -not $Request.Delivered -and ($Request.MayRepeat -or $neverTaken)) {
        $Request.Repeated = $true
        Send-EngineRequest -Engine (Get-Engine -Cmdlet $Request.Cmdlet) -Request $Request
        return
    }
    Exit-SiloCommand -Cmdlet $Request.Cmdlet -Code 'EngineExited' -Argument @{ reason = $engine.Lost } -Target $Request.Method
}
