function Test-DesiredResource {
    # Test of a DSC resource: whether nothing differs. Where there is no engine Get says so, and Set ends with it.
    param($Resource)
    try {
        @((Invoke-DesiredState -Method 'desired/test' -Resource $Resource).Differences).Count -eq 0
    } catch {
        if ($_.FullyQualifiedErrorId -notmatch '^Engine(Node)?NotFound,') { throw }
        $false
    }
}
