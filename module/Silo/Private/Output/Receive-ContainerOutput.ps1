function Receive-ContainerOutput {
    # Runs something that writes: its lines go into `$Output`, or else down the pipeline (stdout) and to the
    # information stream (stderr: error records would fail a runbook on a mere warning). What the request
    # answered is laid into the caller's variable, because the output of this function is the container's.
    param($Cmdlet, [string] $Method, [hashtable] $Parameter, [hashtable] $Output, [ref] $ResultVariable, [string] $MissingImage)
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
