function ConvertTo-HealthCheck {
    # What was said of the health check, in the words of container/create; nothing where nothing was.
    param([System.Collections.IDictionary] $Bound)
    if ($Bound.ContainsKey('NoHealthCheck') -and $Bound['NoHealthCheck']) { return @{ command = [string[]] @() } }
    $wire = @{}
    if ($Bound.ContainsKey('HealthCommand')) { $wire.command = [string[]] @($Bound['HealthCommand']) }
    $same = (Get-CreateField).Health
    foreach ($key in $same.Keys) { if ($Bound.ContainsKey($key)) { $wire[$same[$key]] = $Bound[$key] } }
    if ($wire.Count -gt 0) { $wire }
}
