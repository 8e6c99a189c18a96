function Invoke-SessionEngine {
    # Runs at the other end of a PSSession, as text: nothing of the module is known there. Starts that host's engine and passes bytes:
    # what comes in by the pipeline goes to its standard input, its standard output to the pipeline, and at last how it ended.
    param([string] $Version, [string] $EnginePath, [string] $StateRoot)
    $mode = "$($ExecutionContext.SessionState.LanguageMode)"
    # A constrained language makes no object of a table.
    if ($mode -ne 'FullLanguage') { return $mode | Microsoft.PowerShell.Utility\Select-Object -Property @{ Name = 'Problem'; Expression = { 'HostSessionConstrained' } }, @{ Name = 'Mode'; Expression = { $_ } } }
    $ErrorActionPreference = 'Stop'
    $onWindows = $PSVersionTable.PSEdition -ne 'Core' -or $IsWindows

    # That of the installed module, the version of the one that asks first, then the newest.
    $places = @($EnginePath)
    if (-not $EnginePath) {
        $modules = @($env:PSModulePath.Split([System.IO.Path]::PathSeparator) | Where-Object { $_ } | ForEach-Object { [System.IO.Path]::Combine($_, 'Silo') })
        $newest = $modules | Where-Object { Test-Path -LiteralPath $_ } | Get-ChildItem -Directory | Where-Object { $null -ne ($_.Name -as [version]) } | Sort-Object -Property { [version] $_.Name } -Descending
        $places = @($modules | ForEach-Object { [System.IO.Path]::Combine($_, $Version, 'engine'); [System.IO.Path]::Combine($_, 'engine') }) + @($newest | ForEach-Object { [System.IO.Path]::Combine($_.FullName, 'engine') })
    }
    $place = $places | Where-Object { [System.IO.File]::Exists([System.IO.Path]::Combine($_, 'silo.mjs')) } | Microsoft.PowerShell.Utility\Select-Object -First 1
    if (-not $place) { return [pscustomobject] @{ Problem = 'RemoteEngineMissing' } }
    $node = [System.IO.Path]::Combine($place, $(if ($onWindows) { 'node.exe' } else { 'node' }))
    if (-not [System.IO.File]::Exists($node)) { $node = (Microsoft.PowerShell.Core\Get-Command -Name 'node' -CommandType Application -ErrorAction Ignore | Microsoft.PowerShell.Utility\Select-Object -First 1).Source }
    if (-not $node) { return [pscustomobject] @{ Problem = 'RemoteEngineMissing' } }

    $start = New-Object -TypeName System.Diagnostics.ProcessStartInfo
    $start.FileName = $node
    $start.Arguments = '"{0}" engine' -f [System.IO.Path]::Combine($place, 'silo.mjs')
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    if ($StateRoot) { $start.EnvironmentVariables['SILO_ROOT'] = $StateRoot }
    try {
        $process = [System.Diagnostics.Process]::Start($start)
    } catch {
        # An archive loses the execute bit.
        if (-not $onWindows) { & chmod '+x' $node 2>$null }
        try { $process = [System.Diagnostics.Process]::Start($start) } catch { return [pscustomobject] @{ Problem = 'EngineNotExecutable'; Path = $node } }
    }

    try {
        $errorBuffer = New-Object -TypeName 'byte[]' -ArgumentList 65536
        $errorText = New-Object -TypeName System.IO.MemoryStream -ArgumentList (, $errorBuffer)
        $draining = $process.StandardError.BaseStream.CopyToAsync($errorText)
        $buffer = New-Object -TypeName 'byte[]' -ArgumentList 65536
        $reading = $process.StandardOutput.BaseStream.ReadAsync($buffer, 0, $buffer.Length)
        # The enumerator waits for the next input, which this thread cannot: it is the only one that may write output.
        $next = [System.Func[bool]] [System.Collections.IEnumerator].GetMethod('MoveNext').CreateDelegate([System.Func[bool]], $input)
        $taking = New-Object -TypeName 'System.Threading.Tasks.Task[bool]' -ArgumentList $next
        $taking.Start()
        $writing = $false
        while ($true) {
            # A stop is seen between two statements alone.
            while ([System.Threading.Tasks.Task]::WaitAny(@($reading, $taking), 1000) -lt 0) { continue }
            if ($draining.IsFaulted) { $draining = $process.StandardError.BaseStream.CopyToAsync([System.IO.Stream]::Null) }
            if ($reading.IsCompleted) {
                if ($reading.IsFaulted -or $reading.Result -eq 0) { break }
                $chunk = New-Object -TypeName 'byte[]' -ArgumentList $reading.Result
                [System.Buffer]::BlockCopy($buffer, 0, $chunk, 0, $chunk.Length)
                , $chunk
                $reading = $process.StandardOutput.BaseStream.ReadAsync($buffer, 0, $buffer.Length)
            }
            if (-not $taking.IsCompleted) { continue }
            if ($writing) {
                # Where a write fails the engine is gone, which the end of its output will say.
                try { $process.StandardInput.BaseStream.Flush() } catch { $null = $_ }
                $writing = $false
            } elseif ($taking.IsFaulted -or -not $taking.Result) {
                # Nothing comes any more: the engine cancels what it does, and ends.
                $process.StandardInput.Dispose()
                $taking = (New-Object -TypeName 'System.Threading.Tasks.TaskCompletionSource[bool]').Task
                continue
            } else {
                $bytes = [byte[]] $input.Current
                try { $taking = $process.StandardInput.BaseStream.WriteAsync($bytes, 0, $bytes.Length) } catch { $null = $_ }
                $writing = $true
                continue
            }
            $taking = New-Object -TypeName 'System.Threading.Tasks.Task[bool]' -ArgumentList $next
            $taking.Start()
        }
        $ended = $process.WaitForExit(5000)
        [void] [System.Threading.Tasks.Task]::WaitAny(@($draining), 500)
        [pscustomobject] @{
            Problem   = ''
            ExitCode  = if ($ended) { $process.ExitCode } else { -1 }
            ErrorText = [System.Text.Encoding]::UTF8.GetString($errorBuffer, 0, [int] $errorText.Position)
        }
    } finally {
        try { $process.StandardInput.Dispose() } catch { $null = $_ }
        $process.Dispose()
    }
}
