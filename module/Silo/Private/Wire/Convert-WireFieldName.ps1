function Convert-WireFieldName {
    # The method decides which names occur. An answer tells only its id, which stands at its beginning.
    # Errors stay as they are: their arguments are found by name.
    param([string] $Text, [hashtable] $Engine)
    $head = $Text.Substring(0, [Math]::Min(64, $Text.Length))
    if ($head -match '^\{"jsonrpc":"2\.0","id":(\d+),"result":') {
        $request = $Engine.Open[[int] $Matches[1]]
        if ($null -eq $request) { return $Text }
        return Rename-WireField -Text $Text -Method $request.Method
    }
    if ($head -match '"method":"stream/data"') {
        # Until its request is known a stream has the names of a log: an abandoned one is thrown away.
        $request = if ($Text -match '"stream":"([^"\\]+)"') { $Engine.Streams[$Matches[1]] }
        return Rename-WireField -Text $Text -Method $(if ($null -ne $request) { $request.Method } else { 'container/log' })
    }
    $Text
}
