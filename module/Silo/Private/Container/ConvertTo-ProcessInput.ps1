function ConvertTo-ProcessInput {
    # What a process reads, in Base64 of UTF-8: one text as it is; more than one, and what came down the pipeline, as lines, and bytes as they are.
    [OutputType([string])]
    param([AllowEmptyCollection()] [AllowNull()] [object[]] $Item, [switch] $Piped)
    $bytes = New-Object -TypeName System.IO.MemoryStream
    foreach ($one in $Item) {
        $plain = $one
        if ($one -is [psobject]) { $plain = $one.PSObject.BaseObject }
        if ($plain -is [byte]) { $bytes.WriteByte($plain); continue }
        if ($plain -is [byte[]]) { $bytes.Write($plain, 0, $plain.Length); continue }
        $text = if ($Piped -or $Item.Count -gt 1) { "$one`n" } else { "$one" }
        $encoded = [System.Text.Encoding]::UTF8.GetBytes($text)
        $bytes.Write($encoded, 0, $encoded.Length)
    }
    [Convert]::ToBase64String($bytes.ToArray())
}
