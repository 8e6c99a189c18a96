function ConvertTo-CreateParameter {
    # The parameters of New-Container and Invoke-ContainerImage in the words of container/create.
    param($Cmdlet, [System.Collections.IDictionary] $Bound)
    $wire = @{}
    $field = Get-CreateField
    foreach ($key in $field.Value.Keys) { if ($Bound.ContainsKey($key)) { $wire[$field.Value[$key]] = $Bound[$key] } }
    foreach ($key in $field.Switch.Keys) { if ($Bound.ContainsKey($key)) { $wire[$field.Switch[$key]] = [bool] $Bound[$key] } }
    foreach ($key in $field.List.Keys) { if ($Bound.ContainsKey($key)) { $wire[$field.List[$key]] = [string[]] @($Bound[$key]) } }
    foreach ($key in $field.Map.Keys) { if ($Bound.ContainsKey($key)) { $wire[$field.Map[$key]] = @(ConvertTo-NameValue -Dictionary $Bound[$key]) } }
    if ($Bound.ContainsKey('Ulimit')) { $wire.userLimits = @(ConvertTo-UserLimit -Cmdlet $Cmdlet -Dictionary $Bound['Ulimit']) }
    if ($Bound.ContainsKey('CredentialSpec')) { $wire.credentialSpec = ConvertTo-CredentialSpec -Cmdlet $Cmdlet -Value $Bound['CredentialSpec'] }
    if ($Bound.ContainsKey('BlockIoLimit')) { $wire.blockIoLimits = @(foreach ($limit in $Bound['BlockIoLimit']) { ConvertTo-BlockIoLimit -Cmdlet $Cmdlet -Dictionary $limit }) }
    if ($Bound.ContainsKey('SeccompProfile')) {
        $profilePath = $Bound['SeccompProfile']
        $wire.seccompProfile = if ($profilePath -in 'Default', 'Unconfined') { $profilePath } else { Resolve-HostPath -Cmdlet $Cmdlet -Path $profilePath }
    }

    $environment = @()
    if ($Bound.ContainsKey('EnvironmentFile')) { $environment += @(Read-EnvironmentFile -Cmdlet $Cmdlet -Path $Bound['EnvironmentFile']) }
    if ($Bound.ContainsKey('Environment')) { $environment += @(ConvertTo-NameValue -Dictionary $Bound['Environment']) }
    if ($environment.Count -gt 0) { $wire.environment = $environment }
    if ($Bound.ContainsKey('Mount')) { $wire.mounts = @(foreach ($item in $Bound['Mount']) { ConvertTo-WireMount -Cmdlet $Cmdlet -Mount $item }) }
    $link = ConvertTo-LinkParameter -Bound $Bound
    $network = @($Bound['Network'] | Where-Object { $_ })
    if ($network.Count -eq 1 -and $link.Count -eq 0) {
        $wire.network = $network[0]
    } elseif ($network.Count -gt 0 -or $link.Count -gt 0) {
        $first = if ($network.Count -gt 0) { $network[0] } else { 'default' }
        $wire.networks = @(@{ network = $first } + $link) + @(foreach ($name in $network | Microsoft.PowerShell.Utility\Select-Object -Skip 1) { @{ network = $name } })
    }
    if ($Bound.ContainsKey('Publish')) { $wire.ports = [string[]] @(foreach ($item in $Bound['Publish']) { ConvertTo-WirePort -Cmdlet $Cmdlet -Port $item }) }
    if ($Bound.ContainsKey('RestartPolicy')) {
        $wire.restartPolicy = @{ name = $Bound['RestartPolicy'] }
        if ($Bound.ContainsKey('MaximumRetryCount') -and $Bound['MaximumRetryCount'] -gt 0) { $wire.restartPolicy.maximumRetries = $Bound['MaximumRetryCount'] }
    }
    $health = ConvertTo-HealthCheck -Bound $Bound
    if ($null -ne $health) { $wire.healthCheck = $health }
    if ($Bound.ContainsKey('LogMaximumBytes') -or $Bound.ContainsKey('LogFileCount')) {
        $wire.logLimits = @{ maximumSizeBytes = 16MB; keptFiles = 5 }
        if ($Bound.ContainsKey('LogMaximumBytes')) { $wire.logLimits.maximumSizeBytes = $Bound['LogMaximumBytes'] }
        if ($Bound.ContainsKey('LogFileCount')) { $wire.logLimits.keptFiles = $Bound['LogFileCount'] }
    }
    $wire
}
