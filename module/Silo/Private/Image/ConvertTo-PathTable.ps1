function ConvertTo-PathTable {
    # Files by a name, with full paths: the engine knows no PowerShell drives, and a job has another folder.
    param($Cmdlet, [System.Collections.IDictionary] $Dictionary)
    $table = @{}
    foreach ($entry in $Dictionary.GetEnumerator()) { $table[[string] $entry.Key] = Resolve-HostPath -Cmdlet $Cmdlet -Path ([string] $entry.Value) }
    $table
}
