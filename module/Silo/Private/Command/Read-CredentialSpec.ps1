function Read-CredentialSpec {
    # The document of a group managed service account as an object, and as JSON where it came so; or a word for what keeps it from being one: Missing or NoJson.
    param($Cmdlet, [string] $Path, $InputObject)
    if ($InputObject -is [System.Collections.IDictionary]) { $InputObject = ConvertTo-Json -InputObject $InputObject -Depth 16 }
    elseif ($Path) {
        $file = $Cmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        if (-not (Test-Path -LiteralPath $file -PathType Leaf)) { return @{ Problem = 'Missing'; Path = $file } }
        $InputObject = [System.IO.File]::ReadAllText($file)
    }
    if ($InputObject -isnot [string]) { return @{ Problem = $null; Spec = $InputObject; Text = $null } }
    $spec = try { ConvertFrom-Json -InputObject $InputObject } catch { $null }
    if ($spec -isnot [System.Management.Automation.PSCustomObject]) { return @{ Problem = 'NoJson' } }
    @{ Problem = $null; Spec = $spec; Text = $InputObject }
}
