function Invoke-EngineItem {
    # The same request for many things: up to 32 are under way at once, the results come in order, and
    # each failure is one error. `$ReferenceName` is the parameter that names the thing.
    param($Cmdlet, [string] $Method, [object[]] $Target, [hashtable] $Parameter = @{}, [string] $ReferenceName = 'container', [switch] $AsList)
    $open = New-Object -TypeName System.Collections.Queue
    try {
        foreach ($item in @($Target) + @($null)) {
            if ($null -ne $item) {
                $reference = if ($AsList) { @{ $ReferenceName = @($item.Reference) } } else { @{ $ReferenceName = $item.Reference } }
                $open.Enqueue((Open-EngineRequest -Cmdlet $Cmdlet -Method $Method -Parameter ($Parameter + $reference)))
                if ($open.Count -lt 32) { continue }
            }
            while ($open.Count -gt 0 -and ($null -eq $item -or $open.Count -ge 32)) {
                $result = Receive-EngineAnswer -Request $open.Peek()
                [void] $open.Dequeue()
                if ($null -ne $result) { $result }
            }
        }
    } finally {
        foreach ($request in @($open)) { Close-EngineRequest -Request $request }
    }
}
