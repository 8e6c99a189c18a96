function ConvertTo-ImportParameter {
    param([System.Collections.IDictionary] $Bound)
    $wire = @{}
    $config = @{}
    if ($Bound.ContainsKey('Name')) { $wire.reference = $Bound['Name'] }
    if ($Bound.ContainsKey('Platform')) { $wire.platform = $Bound['Platform'] }
    if ($Bound.ContainsKey('MaximumSizeBytes')) { $wire.maximumSizeBytes = $Bound['MaximumSizeBytes'] }
    if ($Bound.ContainsKey('Command')) { $config.command = [string[]] @($Bound['Command']) }
    if ($Bound.ContainsKey('Entrypoint')) { $config.entrypoint = [string[]] @($Bound['Entrypoint']) }
    if ($Bound.ContainsKey('User')) { $config.user = $Bound['User'] }
    if ($Bound.ContainsKey('WorkingDirectory')) { $config.workingDirectory = $Bound['WorkingDirectory'] }
    if ($Bound.ContainsKey('Environment')) { $config.environment = @(ConvertTo-NameValue -Dictionary $Bound['Environment']) }
    if ($Bound.ContainsKey('Label')) { $config.labels = @(ConvertTo-NameValue -Dictionary $Bound['Label']) }
    if ($config.Count -gt 0) { $wire.config = $config }
    $wire
}
