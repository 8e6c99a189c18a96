function Test-ContainerMatch {
    param($Container, [string[]] $Image, [System.Collections.IDictionary] $Label)
    if ($Image -and -not (Test-NameMatch -Name $Container.Image, (Format-ImageName -Reference $Container.Image) -Pattern $Image)) { return $false }
    if ($null -eq $Label) { return $true }
    foreach ($key in $Label.Keys) {
        $found = @($Container.Labels | Where-Object { $_.Name -ceq $key -and $_.Value -like $Label[$key] })
        if ($found.Count -eq 0) { return $false }
    }
    $true
}
