function Invoke-DetachedContainer {
    # Creates and starts. A container that cannot be started stays: its record says why.
    param($Cmdlet, [hashtable] $Parameter)
    $created = Invoke-Engine -Cmdlet $Cmdlet -Method 'container/create' -Parameter $Parameter
    if ($null -eq $created) { return }
    $started = Invoke-Engine -Cmdlet $Cmdlet -Method 'container/start' -Parameter @{ container = $created.Container.Id }
    if ($null -ne $started) { ConvertTo-SiloContainer -Record $started.Container -Method 'container/start' }
}
