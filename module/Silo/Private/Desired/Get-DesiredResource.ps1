function Get-DesiredResource {
    # Get of a DSC resource: what is there, and why it is not as wished. Into is a new resource of the same class.
    param($Resource, $Into)
    $name = $Resource.GetType().Name
    $kind = Get-DesiredKind -Name $name
    try {
        $answer = Invoke-DesiredState -Method 'desired/test' -Resource $Resource
    } catch {
        if ($_.FullyQualifiedErrorId -notmatch '^Engine(Node)?NotFound,') { throw }
        # A package for machine configuration may come without Node: what is missing is told where its readers look.
        $key = if ($name -eq 'SiloHost') { 'IsSingleInstance' } else { @($kind.Key.Keys)[0] }
        $Into.$key = $Resource.$key
        $reason = New-Object -TypeName 'SiloReason'
        $reason.Code = 'Silo:Engine:NotInstalled'
        $reason.Phrase = '{0} {1}' -f $_.Exception.Message, $_.ErrorDetails.RecommendedAction
        $Into.Reasons = @($reason)
        return $Into
    }
    $found = $answer.Found.($kind.Wire)
    [void] (ConvertFrom-DesiredState -Found $found -Into $Into)
    # What names the thing comes back as it was written, so that DSC finds its resource again.
    $key = if ($name -eq 'SiloHost') { 'IsSingleInstance' } else { @($kind.Key.Keys)[0] }
    $Into.$key = $Resource.$key
    $list = if ($kind.ContainsKey('Item')) { $found.Containers }
    if ($list) { $Into.Container = @(foreach ($container in $list) { ConvertFrom-DesiredState -Found $container -Into (New-Object -TypeName 'SiloContainerEntry') }) }
    $Into.Reasons = @(foreach ($difference in $answer.Differences) {
            $reason = New-Object -TypeName 'SiloReason'
            # The form that machine configuration wants.
            $property = Get-DesiredPropertyName -TypeName $name -Property $difference.Property
            $reason.Code = 'Silo:{0}:{1}' -f $name, $property
            $reason.Phrase = '{0} of {1}: {2}.' -f $property, $Resource.$key, $difference.Reason
            $reason
        })
    $Into
}
