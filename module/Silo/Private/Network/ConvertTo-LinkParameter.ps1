function ConvertTo-LinkParameter {
    # What was asked of a container's place on a network.
    param([System.Collections.IDictionary] $Bound)
    $wire = @{}
    if ($Bound.ContainsKey('IPAddress')) { $wire.addresses = [string[]] @($Bound['IPAddress']) }
    if ($Bound.ContainsKey('MacAddress')) { $wire.macAddress = $Bound['MacAddress'] }
    if ($Bound.ContainsKey('NetworkAlias')) { $wire.aliases = [string[]] @($Bound['NetworkAlias']) }
    $wire
}
