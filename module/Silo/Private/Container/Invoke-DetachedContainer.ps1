function Invoke-DetachedContainer {
    # Creates and starts. A container that cannot be started stays: its record says why.
    param($Cmdlet, [hashtable] $Parameter, [string] $MissingImage)
    $created = Invoke-Engine -Cmdlet $Cmdlet -Method 'container/create' -Parameter $Parameter -MissingImage $MissingImage
    if ($null -eq $created) { return }
    if ($created.Warning) { Write-Warning -Message $created.Warning }
    $started = Invoke-Engine -Cmdlet $Cmdlet -Method 'container/start' -Parameter @{ container = $created.Container.Id }
    if ($null -ne $started) { ConvertTo-SiloContainer -Record $started.Container -Method 'container/start' }
}
