function Open-EngineProcess {
    param($Cmdlet, $Connection)
    if (Test-SiloSandbox) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'EngineNotAvailableInSandbox' }
    $place = $null
    if ($null -ne $Connection) {
        $start = Get-SshStart -Cmdlet $Cmdlet -Connection $Connection -Argument 'engine'
    } else {
        $place = Find-SiloEngine
        if (-not $place.Node) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'EngineNodeNotFound' -Target 'node' }
        if (-not (Test-Path -LiteralPath $place.File)) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'EngineNotFound' -Argument @{ path = $place.File } -Target $place.File }
        $start = New-Object -TypeName System.Diagnostics.ProcessStartInfo
        $start.FileName = $place.Node
        # .NET Framework has no ArgumentList.
        $start.Arguments = '"{0}" engine' -f $place.File
        $start.UseShellExecute = $false
    }
    # A console of its own keeps Ctrl+C of this console away from it.
    $start.CreateNoWindow = $true
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true

    $process = New-Object -TypeName System.Diagnostics.Process
    $process.StartInfo = $start
    $encoding = Hide-ConsolePreamble
    try {
        [void] $process.Start()
    } catch [System.ComponentModel.Win32Exception] {
        $reason = $_.Exception.GetBaseException()
        if ($null -eq $place) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'SshMissing' -Target $Connection.HostName }
        # A zip archive loses the execute bit; 13 is EACCES.
        if ($script:OnWindows -or $reason.NativeErrorCode -ne 13) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'EngineNotFound' -Argument @{ path = $place.Node } -Target $place.Node }
        & chmod '+x' $place.Node 2>$null
        try { [void] $process.Start() } catch { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'EngineNotExecutable' -Argument @{ path = $place.Node } -Target $place.Node }
    } finally {
        if ($null -ne $encoding) { [Console]::InputEncoding = $encoding }
    }
    $process
}
