function Restore-MissingImage {
    # For -Pull Missing: where the answer is that there is no such image, gets it and asks once more.
    # Answers whether it did. An id names nothing that a registry could find.
    param([hashtable] $Request)
    $image = $Request.MissingImage
    if (-not $image -or $null -eq $Request.Error) { return $false }
    $Request.MissingImage = $null
    if ($image -match '^(sha256:[0-9a-f]*|[0-9a-f]{64})$') { return $false }
    if ((ConvertTo-SiloErrorRecord -WireError $Request.Error).Exception.Data['Code'] -ne 'ImageNotFound') { return $false }

    Write-Verbose -Message ($script:Strings.ImageIsNotThere -f $image)
    $Request.Error = $null
    if ($null -eq (Receive-Image -Cmdlet $Request.Cmdlet -Parameter @{ reference = $image; policy = 'Missing' })) { return $false }
    if ($Request.Streams) { $Request.Engine.Streams.Remove($Request.Token) }
    $Request.Answered = $false
    Send-EngineRequest -Engine (Get-Engine -Cmdlet $Request.Cmdlet) -Request $Request
    $true
}
