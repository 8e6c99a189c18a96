function Invoke-Engine {
    # One request and its answer; nothing after an error, which is written by then.
    param($Cmdlet, [string] $Method, [hashtable] $Parameter = @{}, [string] $IgnoreCode, [string] $MissingImage)
    $request = $null
    try {
        $request = Open-EngineRequest -Cmdlet $Cmdlet -Method $Method -Parameter $Parameter -MissingImage $MissingImage
        Receive-EngineAnswer -Request $request -IgnoreCode $IgnoreCode
    } finally {
        Close-EngineRequest -Request $request
    }
}
