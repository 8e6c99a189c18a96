function Get-PipedInput {
    # A list for what comes down the pipeline where that is meant for the process, since a parameter names its container; nothing where it names containers.
    [OutputType([System.Collections.Generic.List[object]])]
    param([System.Collections.IDictionary] $Bound, [bool] $ExpectingInput)
    $isNamed = @('Name', 'Id', 'InputObject' | Where-Object { $Bound.ContainsKey($_) }).Count -gt 0
    if ($ExpectingInput -and $isNamed -and -not $Bound.ContainsKey('StandardInput')) { , (New-Object -TypeName System.Collections.Generic.List[object]) }
}
