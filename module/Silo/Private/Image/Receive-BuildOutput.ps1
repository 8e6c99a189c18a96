function Receive-BuildOutput {
    # Builds. What steps write goes to the information stream, the result down the pipeline; the last lines
    # are kept for the error of a step that fails.
    param($Cmdlet, [hashtable] $Parameter)
    $keptLines = 20
    $request = $null
    try {
        $request = Open-EngineRequest -Cmdlet $Cmdlet -Method 'image/build' -Parameter $Parameter -Stream
        while ($null -ne ($batch = Receive-EngineBatch -Request $request)) {
            foreach ($line in $batch) {
                $Cmdlet.WriteInformation($line.Text, [string[]] @('build', $line.Stream))
                $request.LastLines.Enqueue($line.Text)
                if ($request.LastLines.Count -gt $keptLines) { [void] $request.LastLines.Dequeue() }
            }
        }
        Receive-EngineAnswer -Request $request
    } finally {
        Close-EngineRequest -Request $request
    }
}
