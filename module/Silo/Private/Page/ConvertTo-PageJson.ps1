function ConvertTo-PageJson {
    # JSON that can stand within an HTML element: no text in it can end the element.
    param([hashtable] $Value)
    $json = ConvertTo-Json -InputObject $Value -Depth 32 -Compress
    $json.Replace('<', '\u003c').Replace('>', '\u003e').Replace('&', '\u0026').Replace([string] [char] 0x2028, '\u2028').Replace([string] [char] 0x2029, '\u2029')
}
