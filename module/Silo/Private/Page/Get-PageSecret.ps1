function Get-PageSecret {
    # 128 random bits in hex digits.
    $bytes = New-Object -TypeName byte[] -ArgumentList 16
    $random = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try { $random.GetBytes($bytes) } finally { $random.Dispose() }
    -join @(foreach ($byte in $bytes) { $byte.ToString('x2') })
}
