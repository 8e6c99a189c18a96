function Invoke-ContainerCreation {
    # Makes a container in the words of container/create, and gives it; nothing after an error, which is written by then. -Pull says when its image is got first.
    param($Cmdlet, [hashtable] $Parameter, [string] $Pull, [switch] $IfNotExists)
    $image = $Parameter['image']
    if ($image -and $Pull -eq 'Always' -and $null -eq (Receive-Image -Cmdlet $Cmdlet -Parameter @{ reference = $image; policy = 'Always' })) { return }
    $missingImage = if ($image -and $Pull -eq 'Missing') { $image }
    if ($IfNotExists) { $Parameter.ifNotExists = $true }
    $result = Invoke-Engine -Cmdlet $Cmdlet -Method 'container/create' -Parameter $Parameter -MissingImage $missingImage
    if ($null -eq $result) { return }
    if ($result.Warning) { Write-Warning -Message $result.Warning }
    if ($result.Existed) { Write-Verbose -Message ($script:Strings.ContainerExists -f $result.Container.Name) }
    ConvertTo-SiloContainer -Record $result.Container -Method 'container/create'
}
