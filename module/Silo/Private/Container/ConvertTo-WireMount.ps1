function ConvertTo-WireMount {
    # type=bind,source=...,target=...[,readonly], as docker's --mount. A form with colons would be
    # ambiguous with C:\.
    param($Cmdlet, [string] $Text)
    $mount = @{ kind = 'Bind'; source = ''; target = ''; readOnly = $false }
    foreach ($part in $Text -split ',') {
        $key, $value = $part -split '=', 2
        switch ($key.Trim()) {
            'type' { $mount.kind = switch ($value) { 'bind' { 'Bind' } 'volume' { 'Volume' } default { $value } } }
            { $_ -in 'source', 'src' } { $mount.source = $value }
            { $_ -in 'target', 'destination', 'dst' } { $mount.target = $value }
            { $_ -in 'readonly', 'ro' } { $mount.readOnly = $null -eq $value -or $value -in 'true', '1' }
            default { Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'Mount'; reason = $script:Strings.MountPartUnknown -f $part } -Target $Text }
        }
    }
    if ($mount.kind -notin 'Bind', 'Volume' -or $mount.target -eq '' -or $mount.source -eq '') {
        Exit-SiloCommand -Cmdlet $Cmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'Mount'; reason = $script:Strings.MountIncomplete } -Target $Text
    }
    # A pipe of Windows is no path that a drive of PowerShell has.
    if ($mount.kind -eq 'Bind' -and $mount.source -notmatch '^[\\/]{2}\.[\\/]pipe[\\/]') { $mount.source = $Cmdlet.GetUnresolvedProviderPathFromPSPath($mount.source) }
    $mount
}
