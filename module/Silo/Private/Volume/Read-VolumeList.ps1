function Read-VolumeList {
    param($Cmdlet, [string[]] $Pattern, [hashtable] $Parameter = @{})
    $result = Invoke-Engine -Cmdlet $Cmdlet -Method 'volume/list' -Parameter $Parameter
    if ($null -eq $result) { return }
    Save-KnownName -Kind Volume -Item $result.Items -Whole
    foreach ($volume in ConvertTo-SiloObject -TypeName 'Silo.ContainerVolume' -Method 'volume/list' -Record $result.Items) {
        if (-not $Pattern -or (Test-NameMatch -Name $volume.Name -Pattern $Pattern)) { $volume }
    }
}
