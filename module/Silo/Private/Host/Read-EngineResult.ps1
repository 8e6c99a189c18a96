function Read-EngineResult {
    # As Invoke-Engine, but a failure is given as its error record, and not written: a check that cannot be made is a finding.
    # -Stream: the items of the stream in place of the result.
    param($Cmdlet, [string] $Method, [hashtable] $Parameter = @{}, [switch] $Stream)
    $request = $null
    $items = New-Object -TypeName System.Collections.ArrayList
    try {
        $request = Open-EngineRequest -Cmdlet $Cmdlet -Method $Method -Parameter $Parameter -Stream:$Stream
        while ($null -ne ($batch = Receive-EngineBatch -Request $request)) { $items.AddRange(@($batch)) }
        if ($null -ne $request.Error) { return @{ Result = $null; Problem = ConvertTo-SiloErrorRecord -WireError $request.Error } }
        @{ Result = $(if ($Stream) { $items } else { $request.Result }); Problem = $null }
    } finally {
        Close-EngineRequest -Request $request
    }
}
