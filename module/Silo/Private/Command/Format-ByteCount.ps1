function Format-ByteCount {
    # Sizes for people.
    param([double] $Byte)
    if ($Byte -ge 1GB) { return '{0:n1} GB' -f ($Byte / 1GB) }
    if ($Byte -ge 1MB) { return '{0:n1} MB' -f ($Byte / 1MB) }
    if ($Byte -ge 1KB) { return '{0:n1} KB' -f ($Byte / 1KB) }
    '{0:n0} B' -f $Byte
}
