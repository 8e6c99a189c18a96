function ConvertTo-ProcessParameter {
    # The parameters of Start-ContainerProcess and Invoke-ContainerCommand in the words of process/start.
    param([string] $FilePath, [string[]] $ArgumentList, [System.Collections.IDictionary] $Bound)
    $wire = @{ command = [string[]] (@($FilePath) + $ArgumentList) }
    if ($Bound.ContainsKey('User')) { $wire.user = $Bound['User'] }
    if ($Bound.ContainsKey('WorkingDirectory')) { $wire.workingDirectory = $Bound['WorkingDirectory'] }
    if ($Bound.ContainsKey('Environment')) { $wire.environment = @(ConvertTo-NameValue -Dictionary $Bound['Environment']) }
    if ($Bound.ContainsKey('StandardInput')) { $wire.input = ConvertTo-ProcessInput -Item @($Bound['StandardInput']) }
    $wire
}
