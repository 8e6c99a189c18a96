function Select-MatchingObject {
    # For -Filter: lets those objects pass whose properties match a text with wildcards, or one of several. Of what is a
    # name and a value, such as a label, 'name=value' is compared.
    param($Cmdlet, [System.Collections.IDictionary] $Filter)
    process {
        if ($null -eq $Filter) { return $_ }
        $object = $_
        foreach ($key in $Filter.Keys) {
            if ($null -eq $object.PSObject.Properties[[string] $key]) { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'Filter'; reason = $script:Strings.FilterPropertyUnknown -f $key } -Target $key }
            $texts = foreach ($value in @($object.$key)) {
                if ($null -ne $value -and $null -ne $value.PSObject.Properties['Name'] -and $null -ne $value.PSObject.Properties['Value']) { '{0}={1}' -f $value.Name, $value.Value } else { [string] $value }
            }
            $found = foreach ($pattern in @($Filter[$key])) { @($texts) -like [string] $pattern }
            if (@($found).Count -eq 0) { return }
        }
        $object
    }
}
