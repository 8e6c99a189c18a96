function ConvertTo-BlockIoLimit {
    # @{ Device = '/dev/sda'; ReadBytesPerSecond = 10MB } in the words of container/create.
    param($Cmdlet, [System.Collections.IDictionary] $Dictionary)
    $known = @{ Device = 'device'; ReadBytesPerSecond = 'readBytesPerSecond'; WriteBytesPerSecond = 'writeBytesPerSecond' }
    $limit = @{}
    foreach ($key in $Dictionary.Keys) {
        if (-not $known.ContainsKey("$key")) {
            Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'BlockIoLimit'; reason = $script:Strings.BlockIoLimitInvalid -f $key } -Target $key
        }
        $limit[$known["$key"]] = if ("$key" -eq 'Device') { "$($Dictionary[$key])" } else { [long] $Dictionary[$key] }
    }
    $limit
}
