function Get-RequestRecord {
    # What is known of a request. `Caller` is the invocation of its command: while that is on the call stack,
    # the request is nobody else's to cancel.
    param($Cmdlet, $Caller, [string] $Method, [hashtable] $Parameter = @{}, [switch] $Stream)
    $known = (Get-SiloContract).Methods[$Method]
    @{
        Cmdlet        = $Cmdlet
        Caller        = $Caller
        Method        = $Method
        Parameter     = $Parameter
        Engine        = $null
        Id            = 0
        Token         = $null
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
}
