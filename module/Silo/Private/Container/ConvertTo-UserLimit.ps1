function ConvertTo-UserLimit {
    # @{ nofile = 1024; nproc = '100:200'; core = 'unlimited' } in the words of container/create.
    param($Cmdlet, [System.Collections.IDictionary] $Dictionary)
    foreach ($name in $Dictionary.Keys) {
        $text = "$($Dictionary[$name])"
        if ($text -notmatch '^(-1|[0-9]{1,15}|unlimited)(?::(-1|[0-9]{1,15}|unlimited))?$') {
            Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'Ulimit'; reason = $script:Strings.UlimitInvalid -f $name, $text } -Target $name
        }
        $soft, $hard = foreach ($part in $text -split ':') { if ($part -eq 'unlimited') { -1L } else { [long] $part } }
        $limit = @{ name = "$name"; soft = $soft }
        if ($null -ne $hard) { $limit.hard = $hard }
        $limit
    }
}
