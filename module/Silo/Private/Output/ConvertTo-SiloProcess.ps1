function ConvertTo-SiloProcess {
    param($Record, [string] $Method, [hashtable] $Output)
    $text = @{ StdOut = $null; StdErr = $null }
    if ($null -ne $Output) { $text = @{ StdOut = $Output.StdOut.ToString(); StdErr = $Output.StdErr.ToString() } }
    $process = ConvertTo-SiloObject -TypeName 'Silo.ContainerProcess' -Method $Method -Record $Record
    Add-Member -InputObject $process -NotePropertyMembers $text
    $process
}
