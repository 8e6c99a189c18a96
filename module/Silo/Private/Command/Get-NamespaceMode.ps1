function Get-NamespaceMode {
    # Private, Host, and the containers that there are, for completion.
    param([string] $Word, $Bound)
    'Private', 'Host' -like "$Word*"
    if ('Container:' -like "$Word*" -or $Word -like 'Container:*') {
        $name = if ($Word -like 'Container:*') { $Word.Substring('Container:'.Length) } else { '' }
        foreach ($found in Get-CompletionText -Kind Container -Word $name -Bound $Bound) { "Container:$found" }
    }
}
