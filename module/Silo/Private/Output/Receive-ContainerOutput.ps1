function Receive-ContainerOutput {
    # Runs something that writes: its lines go into `$Output`, or else down the pipeline (stdout) and to the
    # information stream (stderr: error records would fail a runbook on a mere warning). With `-AsByteStream` stdout
    # goes down the pipeline in arrays of bytes, and with `$File` into that stream. What the request
    # answered is laid into the caller's variable, because the output of this function is the container's.
    param($Cmdlet, [string] $Method, [hashtable] $Parameter, [hashtable] $Output, [switch] $AsByteStream, [System.IO.Stream] $File, [ref] $ResultVariable, [string] $MissingImage)
    $isBinary = $AsByteStream -or $null -ne $File
    if ($isBinary) { $Parameter = $Parameter + @{ outputBytes = $true } }
    $request = $null
    try {
        $request = Open-EngineRequest -Cmdlet $Cmdlet -Method $Method -Parameter $Parameter -Stream -MissingImage $MissingImage
        while ($null -ne ($batch = Receive-EngineBatch -Request $request)) {
            foreach ($line in $batch) {
                $isError = $line.Stream -eq 'stderr'
                if ($null -ne $Output) {
                    $text = if ($isError) { $Output.StdErr } else { $Output.StdOut }
                    if ($text.Length -gt 0) { [void] $text.Append("`n") }
                    [void] $text.Append($line.Text)
                } elseif ($isError) {
                    $Cmdlet.WriteInformation($line.Text, [string[]] @('stderr'))
                } elseif ($isBinary) {
                    $bytes = [Convert]::FromBase64String($line.Text)
                    if ($null -ne $File) { $File.Write($bytes, 0, $bytes.Length) } else { , $bytes }
                } else {
                    $line.Text
                }
            }
        }
        $ResultVariable.Value = Receive-EngineAnswer -Request $request
    } finally {
        Close-EngineRequest -Request $request
    }
}
