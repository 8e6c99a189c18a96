function Test-RowName {
    # Whether what should be names are objects that have become texts, as the rows of Import-Csv do; writes an error for each. Left
    # alone they would be names of things that are not there, which is no error everywhere.
    param($Cmdlet, [string[]] $Name)
    $row = @($Name | Where-Object { $_ -like '@{*' })
    foreach ($item in $row) { $Cmdlet.WriteError((ConvertTo-SiloErrorRecord -Code 'ParameterInvalid' -Argument @{ parameter = 'Name'; reason = $script:Strings.NameIsRow -f $item } -Target $item)) }
    $row.Count -gt 0
}
