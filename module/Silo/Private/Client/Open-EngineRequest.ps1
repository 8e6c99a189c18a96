function Open-EngineRequest {
    # Sends a request. The caller takes its batches and its answer, and closes it in a finally block.
    param($Cmdlet, [string] $Method, [hashtable] $Parameter = @{}, [switch] $Stream, [string] $MissingImage)
    $request = Get-RequestRecord -Cmdlet $Cmdlet -Caller $Cmdlet.MyInvocation -Method $Method -Parameter $Parameter -Stream:$Stream -MissingImage $MissingImage
    Send-EngineRequest -Engine (Get-Engine -Cmdlet $Cmdlet) -Request $request
    $request
}
