function Read-ImageList {
    param($Cmdlet, [string[]] $Pattern)
    $result = Invoke-Engine -Cmdlet $Cmdlet -Method 'image/list'
    if ($null -eq $result) { return }
    Save-KnownName -Kind Image -Item $result.Items -Whole
    foreach ($image in ConvertTo-SiloObject -TypeName 'Silo.ContainerImage' -Method 'image/list' -Record $result.Items) {
        if (-not $Pattern -or (Test-NameMatch -Name $image.Name, $image.Reference -Pattern $Pattern)) { $image }
    }
}
