function ConvertTo-SiloErrorRecord {
    # The one place where an ErrorRecord is made. `$Cmdlet.WriteError` adds the command's name to the id.
    param($WireError, [string] $Code, [hashtable] $Argument = @{}, $Target)
    $contract = Get-SiloContract
    $data = @{}
    $message = $null
    $action = $null
    $category = 'NotSpecified'
    if ($null -ne $WireError) {
        $message = $WireError.message
        # An error of the transport itself (a malformed frame, say) brings no data.
        $Code = 'ProtocolViolation'
        if ($null -ne $WireError.PSObject.Properties['data'] -and $null -ne $WireError.data -and $null -ne $WireError.data.PSObject.Properties['code']) {
            foreach ($property in $WireError.data.PSObject.Properties) { $data[$property.Name] = $property.Value }
            $Code = $data.code
            $action = $data['action']
            $category = $data['category']
            if ($null -ne $data['args']) { foreach ($property in $data['args'].PSObject.Properties) { $Argument[$property.Name] = $property.Value } }
            if ($null -eq $Target -and $null -ne $data['target']) { $Target = $data['target'].id }
        }
        if ($Code -eq 'ParameterInvalid' -and "$($Argument['parameter'])" -cmatch '^[a-z][A-Za-z]*$') {
            # People gave a parameter of the command, which most fields of the wire are named after.
            $named = @{ ports = 'Publish'; mounts = 'Mount'; labels = 'Label'; networks = 'Network'; subnets = 'Subnet'; gateways = 'Gateway'; dnsServers = 'DnsServer'; restartPolicy = 'RestartPolicy'; healthCheck = 'HealthCommand' }[[string] $Argument['parameter']]
            $Argument['parameter'] = if ($null -ne $named) { $named } else { $Argument['parameter'].Substring(0, 1).ToUpperInvariant() + $Argument['parameter'].Substring(1) }
            $message = $null
        }
    }
    $class = $contract.ErrorCodes[$Code]
    if ($null -ne $class) { $category = $contract.ErrorClasses[$class].Category }
    $text = (Get-SiloErrorText)[$Code]
    if ($null -ne $text) {
        # The engine speaks English; a culture with texts of its own fills them from the error's arguments.
        $translated = $PSUICulture -ne 'en-US' -and (Test-Path -LiteralPath (Join-Path -Path (Join-Path -Path $script:ModuleRoot -ChildPath $PSUICulture) -ChildPath 'Errors.psd1'))
        if ($null -eq $message -or $translated) { $message = Format-SiloText -Template $text.Message -Argument $Argument }
        if ($null -eq $action -or $translated) { $action = Format-SiloText -Template $text.Action -Argument $Argument }
    }

    $exception = switch ($class) {
        'invalidArgument' { New-Object -TypeName System.ArgumentException -ArgumentList $message; break }
        'notFound' { New-Object -TypeName System.Management.Automation.ItemNotFoundException -ArgumentList $message; break }
        'permissionDenied' { New-Object -TypeName System.UnauthorizedAccessException -ArgumentList $message; break }
        'deadlineExceeded' { New-Object -TypeName System.TimeoutException -ArgumentList $message; break }
        'cancelled' { New-Object -TypeName System.OperationCanceledException -ArgumentList $message; break }
        'notImplemented' { New-Object -TypeName System.NotSupportedException -ArgumentList $message; break }
        default { New-Object -TypeName System.InvalidOperationException -ArgumentList $message }
    }
    $exception.Data['Code'] = $Code
    foreach ($name in 'operation', 'native', 'retryable', 'incident') {
        if ($null -ne $data[$name]) { $exception.Data[$name.Substring(0, 1).ToUpperInvariant() + $name.Substring(1)] = $data[$name] }
    }
    $record = New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $exception, $Code, $category, $Target
    $record.ErrorDetails = New-Object -TypeName System.Management.Automation.ErrorDetails -ArgumentList $message
    $record.ErrorDetails.RecommendedAction = $action
    $record
}
