function Read-NetworkList {
    param($Cmdlet, [string[]] $Pattern)
    $result = Invoke-Engine -Cmdlet $Cmdlet -Method 'network/list'
    if ($null -eq $result) { return }
    Save-KnownName -Kind Network -Item $result.Items -Whole
    foreach ($network in ConvertTo-SiloObject -TypeName 'Silo.ContainerNetwork' -Method 'network/list' -Record $result.Items) {
        if (-not $Pattern -or (Test-NameMatch -Name $network.Name -Pattern $Pattern)) { $network }
    }
}
