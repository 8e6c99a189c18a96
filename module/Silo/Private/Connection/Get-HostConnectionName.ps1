function Get-HostConnectionName {
    # For completion: connections that there are, and this host.
    param([string] $Word)
    $word = $Word.Trim("'", '"')
    foreach ($connection in $script:Connection) {
        if ($connection.Name -like "$word*") { New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList $connection.Name, $connection.Name, 'ParameterValue', ('{0} ({1})' -f $connection.Name, $connection.HostName) }
    }
    if ('.' -like "$word*") { New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList '.', '.', 'ParameterValue', $script:Strings.TheHost }
}
