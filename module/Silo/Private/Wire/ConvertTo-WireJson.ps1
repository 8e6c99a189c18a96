function ConvertTo-WireJson {
    param([hashtable] $Message)
    ConvertTo-Json -InputObject $Message -Depth 32 -Compress
}
