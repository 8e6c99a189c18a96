function ConvertTo-WirePort {
    # An object of New-ContainerPort as text, or a text or number as it is: the engine reads and checks them all.
    param($Cmdlet, $Port)
    if ($Port -is [string] -or $Port -is [System.ValueType]) { return [string] $Port }
    $address, $hostPort, $containerPort, $protocol = foreach ($name in 'HostAddress', 'HostPort', 'ContainerPort', 'Protocol') {
        $property = $Port.PSObject.Properties[$name]
        if ($null -ne $property -and $null -ne $property.Value) { [string] $property.Value } else { '' }
    }
    if ($containerPort -eq '') { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'Publish'; reason = $script:Strings.PortIncomplete } -Target $Port }
    $text = $containerPort
    if ($hostPort -ne '') { $text = "${hostPort}:$text" }
    if ($address -ne '') { $text = $(if ($address.Contains(':')) { "[$address]:" } else { "${address}:" }) + $text }
    if ($protocol -ne '') { $text += '/' + $protocol.ToLowerInvariant() }
    $text
}
