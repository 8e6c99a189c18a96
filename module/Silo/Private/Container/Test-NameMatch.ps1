function Test-NameMatch {
    param([string[]] $Name, [string[]] $Pattern)
    foreach ($one in $Pattern) {
        foreach ($candidate in $Name) { if ($candidate -like $one) { return $true } }
    }
    $false
}
