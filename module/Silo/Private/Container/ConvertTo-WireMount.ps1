function ConvertTo-WireMount {
    # An object of New-ContainerMount, a hashtable with its properties, or type=bind,source=...,target=...[,readonly] as docker's --mount. A form
    # with colons would be ambiguous with C:\.
    param($Cmdlet, $Mount)
    if ($Mount -is [System.Collections.IDictionary]) { $Mount = [pscustomobject] $Mount }
    if ($Mount -isnot [string]) {
        $wire = @{}
        foreach ($property in $Mount.PSObject.Properties) {
            if ($null -ne $property.Value) { $wire[$property.Name.Substring(0, 1).ToLowerInvariant() + $property.Name.Substring(1)] = $property.Value }
        }
        foreach ($needed in 'kind', 'source', 'target', 'readOnly') {
            if (-not $wire.ContainsKey($needed)) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'Mount'; reason = $script:Strings.MountIncomplete } -Target $Mount }
        }
        if ($wire.ContainsKey('credential')) { $wire.credential = ConvertTo-WireCredential -Credential $wire.credential }
        return $wire
    }
    $wire = @{ kind = 'Bind'; source = ''; target = ''; readOnly = $false }
    foreach ($part in $Mount -split ',') {
        $key, $value = $part -split '=', 2
        $known = switch ($key.Trim()) {
            'type' { $wire.kind = switch ($value) { 'bind' { 'Bind' } 'volume' { 'Volume' } 'tmpfs' { 'Tmpfs' } { $_ -in 'smb', 'cifs' } { 'Smb' } default { $value } }; $true }
            { $_ -in 'source', 'src' } { $wire.source = $value; $true }
            { $_ -in 'target', 'destination', 'dst' } { $wire.target = $value; $true }
            { $_ -in 'readonly', 'ro' } { $wire.readOnly = $null -eq $value -or $value -in 'true', '1'; $true }
            { $_ -in 'propagation', 'bind-propagation' } { $wire.propagation = $value; $true }
            { $_ -in 'nocopy', 'volume-nocopy' } { if ($null -eq $value -or $value -in 'true', '1') { $wire.noCopy = $true }; $true }
            { $_ -in 'subpath', 'volume-subpath' } { $wire.subPath = $value; "$value" -ne '' }
            { $_ -in 'mode', 'tmpfs-mode' } { if ($value -match '^[0-7]{3,4}$') { $wire.mode = [System.Convert]::ToInt32($value, 8); $true } }
            { $_ -in 'username', 'user' } { $wire.userName = $value; "$value" -ne '' }
            { $_ -in 'privacy', 'seal' } { if ($null -eq $value -or $value -in 'true', '1') { $wire.requirePrivacy = $true }; $true }
            { $_ -in 'uid', 'gid' } { if ($value -match '^[0-9]{1,9}$') { $wire[@{ uid = 'userId'; gid = 'groupId' }[$_]] = [long] $value; $true } }
            { $_ -in 'password', 'pass', 'credentials' } { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'Mount'; reason = $script:Strings.MountPasswordText } -Target ($Mount -replace '(?i)(pass(?:word)?=)[^,]*', '$1***') }
            { $_ -in 'size', 'tmpfs-size' } { if ($value -match '^([0-9]{1,12})([kmg]?)b?$') { $wire.sizeBytes = [long] $Matches[1] * @{ '' = 1; k = 1KB; m = 1MB; g = 1GB }[$Matches[2].ToLowerInvariant()]; $true } }
        }
        if (-not $known) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'Mount'; reason = $script:Strings.MountPartUnknown -f $part } -Target $Mount }
    }
    if ($wire.kind -notin 'Bind', 'Volume', 'Tmpfs', 'Smb' -or $wire.target -eq '' -or ($wire.source -eq '' -and $wire.kind -in 'Bind', 'Smb')) {
        Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'Mount'; reason = $script:Strings.MountIncomplete } -Target $Mount
    }
    $wire.source = Resolve-MountSource -Cmdlet $Cmdlet -Kind $wire.kind -Source $wire.source
    $wire
}
