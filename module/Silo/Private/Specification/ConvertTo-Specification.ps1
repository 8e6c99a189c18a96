function ConvertTo-Specification {
    # What the engine says of a container, as parameters of New-Container; and, as -Unsaid, what of it no parameter says.
    param($Wire, [System.Collections.Generic.List[string]] $Unsaid)
    $said = @{}
    foreach ($property in $Wire.PSObject.Properties) { $said[$property.Name] = $property.Value }
    $field = Get-CreateField
    $found = @{}
    foreach ($key in $field.Value.Keys) { if ($said.ContainsKey($field.Value[$key])) { $found[$key] = $said[$field.Value[$key]] } }
    foreach ($key in $field.Switch.Keys) { if ($said.ContainsKey($field.Switch[$key])) { $found[$key] = [bool] $said[$field.Switch[$key]] } }
    foreach ($key in $field.List.Keys) { if ($said.ContainsKey($field.List[$key])) { $found[$key] = @($said[$field.List[$key]]) } }
    foreach ($key in $field.Map.Keys) { if ($said.ContainsKey($field.Map[$key])) { $found[$key] = ConvertTo-SpecificationMap -Entry $said[$field.Map[$key]] } }
    if ($said.ContainsKey('environment')) { $found.Environment = ConvertTo-SpecificationMap -Entry $said['environment'] }
    if ($said.ContainsKey('userLimits')) {
        $found.Ulimit = ConvertTo-SpecificationMap -Entry @(foreach ($limit in $said['userLimits']) {
                $hard = if ($null -ne $limit.PSObject.Properties['Hard']) { $limit.Hard } else { $limit.Soft }
                $amount = foreach ($one in $limit.Soft, $hard) { if ($one -eq -1) { 'unlimited' } else { $one } }
                @{ Name = $limit.Name; Value = $(if ($limit.Soft -eq $hard) { $amount[0] } else { $amount -join ':' }) }
            })
    }
    if ($said.ContainsKey('blockIoLimits')) {
        $found.BlockIoLimit = @(foreach ($limit in $said['blockIoLimits']) {
                $one = [ordered] @{}
                foreach ($property in $limit.PSObject.Properties) { $one[$property.Name] = $property.Value }
                $one
            })
    }
    if ($said.ContainsKey('seccompProfile')) { $found.SeccompProfile = $said['seccompProfile'] }
    if ($said.ContainsKey('mounts')) { $found.Mount = @(foreach ($mount in $said['mounts']) { ConvertTo-SpecificationMount -Mount $mount }) }
    if ($said.ContainsKey('ports')) { $found.Publish = @($said['ports']) }
    if ($said.ContainsKey('network')) { $found.Network = @($said['network']) }
    if ($said.ContainsKey('networks')) {
        $found.Network = @($said['networks'].Network)
        $isFirst = $true
        foreach ($link in $said['networks']) {
            $place = @{}
            foreach ($property in $link.PSObject.Properties) { $place[$property.Name] = $property.Value }
            $known = @{ addresses = 'IPAddress'; macAddress = 'MacAddress'; aliases = 'NetworkAlias' }
            foreach ($key in $known.Keys) {
                if (-not $place.ContainsKey($key)) { continue }
                if ($isFirst) { $found[$known[$key]] = $place[$key] } else { $Unsaid.Add("$($known[$key]) ($($link.Network))") }
            }
            $isFirst = $false
        }
    }
    if ($said.ContainsKey('restartPolicy')) {
        $found.RestartPolicy = $said['restartPolicy'].Name
        if ($null -ne $said['restartPolicy'].PSObject.Properties['MaximumRetries']) { $found.MaximumRetryCount = $said['restartPolicy'].MaximumRetries }
    }
    if ($said.ContainsKey('healthCheck')) {
        $check = $said['healthCheck']
        if (@($check.Command).Count -eq 0) { $found.NoHealthCheck = $true } else {
            $found.HealthCommand = @($check.Command)
            foreach ($key in $field.Health.Keys) { $found[$key] = $check.($field.Health[$key]) }
        }
    }
    if ($said.ContainsKey('logLimits')) {
        $found.LogMaximumBytes = $said['logLimits'].MaximumSizeBytes
        $found.LogFileCount = $said['logLimits'].KeptFiles
    }
    $ordered = [ordered] @{}
    foreach ($key in (Get-SpecificationField).Keys) { if ($found.ContainsKey($key)) { $ordered[$key] = $found[$key] } }
    $ordered
}
