function Receive-Image {
    # Gets an image from its registry; nothing after an error, which is written by then.
    param($Cmdlet, [hashtable] $Parameter)
    $result = Invoke-Engine -Cmdlet $Cmdlet -Method 'image/pull' -Parameter $Parameter
    if ($null -eq $result) { return }
    if (-not $result.Changed) { Write-Verbose -Message ($script:Strings.ImageIsThere -f $Parameter.reference) }
    $result
}
