function Get-RequestRecord {
    # What is known of a request. `Caller` is the invocation of its command: while that is on the call stack,
    # the request is nobody else's to cancel. `MissingImage` is what to get where the engine has no such image.
    param($Cmdlet, $Caller, [string] $Method, [hashtable] $Parameter = @{}, [switch] $Stream, [string] $MissingImage)
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
        TakesLogin    = $known.Credential
        MissingImage  = $MissingImage
        LastLines     = New-Object -TypeName System.Collections.Queue
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
