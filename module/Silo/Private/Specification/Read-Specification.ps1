function Read-Specification {
    # What a file says of a container, as parameters of New-Container; nothing after an error, which is written by then.
    param($Cmdlet, [string] $Path)
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) {
        $Cmdlet.WriteError((ConvertTo-SiloErrorRecord -Code 'PathNotFound' -Argument @{ path = $Path } -Target $Path))
        return
    }
    try {
        $document = if ($Path -like '*.json') { ConvertFrom-SpecificationJson -Text ([System.IO.File]::ReadAllText($Path)) }
        elseif ($Path -like '*.psd1') { Import-PowerShellDataFile -LiteralPath $Path -ErrorAction Stop }
        else { throw $script:Strings.SpecificationFormatUnknown }
        if ($document -isnot [System.Collections.IDictionary] -or $document['SpecificationVersion'] -isnot [System.ValueType] -or $document['Container'] -isnot [System.Collections.IDictionary]) { throw $script:Strings.SpecificationIncomplete }
        if ($document['SpecificationVersion'] -ne 1) { throw ($script:Strings.SpecificationVersionUnknown -f $document['SpecificationVersion']) }
        $field = Get-SpecificationField
        $unknown = @($document.Keys | Where-Object { $_ -notin 'SpecificationVersion', 'Container' }) + @($document['Container'].Keys | Where-Object { -not $field.Contains($_) })
        if ($unknown.Count -gt 0) { throw ($script:Strings.SpecificationKeyUnknown -f (($unknown | Sort-Object) -join ', ')) }
        if (-not $document['Container']['Image']) { throw $script:Strings.SpecificationImageMissing }
        $bound = @{}
        foreach ($key in $document['Container'].Keys) {
            $value = $document['Container'][$key]
            if ($null -eq $value) { continue }
            try { $bound[$key] = ConvertTo-SpecificationValue -Value $value -Type $field[$key] } catch { throw "${key}: $($_.Exception.Message)" }
        }
        $bound
    } catch {
        $Cmdlet.WriteError((ConvertTo-SiloErrorRecord -Code 'SpecificationInvalid' -Argument @{ path = $Path; reason = $_.Exception.Message.TrimEnd('.') } -Target $Path))
    }
}
