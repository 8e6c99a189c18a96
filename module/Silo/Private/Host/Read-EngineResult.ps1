function Read-EngineResult {
    # As Invoke-Engine, but a failure is given as its error record, and not written: a check that cannot be made is a finding.
    # -Stream: the items of the stream in place of the result. A list that comes in pages is given whole.
    param($Cmdlet, [string] $Method, [hashtable] $Parameter = @{}, [switch] $Stream)
    $request = $null
    $items = New-Object -TypeName System.Collections.ArrayList
    try {
        $request = Open-EngineRequest -Cmdlet $Cmdlet -Method $Method -Parameter $Parameter -Stream:$Stream
        while ($null -ne ($batch = Receive-EngineBatch -Request $request)) { $items.AddRange(@($batch)) }
        if ($null -ne $request.Error) { return @{ Result = $null; Problem = ConvertTo-SiloErrorRecord -WireError $request.Error } }
        if ($Stream) { return @{ Result = $items; Problem = $null } }
        $result = $request.Result
        if ($null -ne $result.PSObject.Properties['Next'] -and $null -ne $result.Next) {
            $page = @{} + $Parameter
            $page.cursor = $result.Next
            $rest = Read-EngineResult -Cmdlet $Cmdlet -Method $Method -Parameter $page
            if ($null -ne $rest.Problem) { return $rest }
            $result.Items = @($result.Items) + @($rest.Result.Items)
        }
        @{ Result = $result; Problem = $null }
    } finally {
        Close-EngineRequest -Request $request
    }
}
