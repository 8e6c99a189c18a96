function Test-DesiredResource {
    # Test of a DSC resource: whether nothing differs.
    param($Resource)
    @((Invoke-DesiredState -Method 'desired/test' -Resource $Resource).Differences).Count -eq 0
}
