function Format-MountText {
    # A mount as -Mount takes it: type=bind,source=...,target=...[,readonly].
    param($Mount)
    $part = @('type=' + $Mount.Kind.ToLowerInvariant())
    if ($Mount.Source) { $part += 'source=' + $Mount.Source }
    $part += 'target=' + $Mount.Target
    if ($Mount.ReadOnly) { $part += 'readonly' }
    foreach ($name in 'Propagation', 'SizeBytes', 'Mode', 'NoCopy', 'SubPath', 'UserName', 'RequirePrivacy', 'UserId', 'GroupId') {
        if ($null -eq $Mount.PSObject.Properties[$name] -or $null -eq $Mount.$name) { continue }
        $part += switch ($name) {
            'Propagation' { 'propagation=' + $Mount.Propagation }
            'SizeBytes' { 'size=' + $Mount.SizeBytes }
            'Mode' { 'mode=' + [System.Convert]::ToString([int] $Mount.Mode, 8).PadLeft(4, '0') }
            'NoCopy' { 'nocopy' }
            'UserName' { 'username=' + $Mount.UserName }
            'SubPath' { 'subpath=' + $Mount.SubPath }
            'RequirePrivacy' { if ($Mount.RequirePrivacy) { 'privacy' } }
            'UserId' { 'uid=' + $Mount.UserId }
            'GroupId' { 'gid=' + $Mount.GroupId }
        }
    }
    $part -join ','
}
