function Open-EngineRequest {
    # Sends a request. The caller takes its batches and its answer, and closes it in a finally block.
    param($Cmdlet, [string] $Method, [hashtable] $Parameter = @{}, [switch] $Stream)
    $known = (Get-SiloContract).Methods[$Method]
    $request = @{
        Cmdlet        = $Cmdlet
        Caller        = $Cmdlet.MyInvocation
        Method        = $Method
        Parameter     = $Parameter
        Streams       = [bool] $Stream
        ShowsProgress = $known.Progress
        MayRepeat     = $known.ReadOnly
        Repeated      = $false
        Batches       = New-Object -TypeName System.Collections.Queue
        Owed          = 0
        Delivered     = $false
        Progress      = @{}
        Answered      = $false
        Result        = $null
        Error         = $null
    }
    Send-EngineRequest -Engine (Get-Engine -Cmdlet $Cmdlet) -Request $request -Parameter $Parameter
    $request
}
