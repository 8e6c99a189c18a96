function Resolve-HostConnection {
    # Answers the connection that a command is to use, or nothing for this host: the one it was given, else the
    # one that was entered last.
    param($Cmdlet)
    $given = $null
    if ($null -ne $Cmdlet) { $given = $Cmdlet.MyInvocation.BoundParameters['HostConnection'] }
    if ($null -eq $given) {
        if ($script:Entered.Count -gt 0) { return $script:Entered[$script:Entered.Count - 1] }
        return
    }
    if ($given -eq '.') { return }
    # Only what New-ContainerHostConnection made here: an object of that form may come from anybody.
    $id = if ($null -ne $given.PSObject.Properties['Id']) { "$($given.Id)" } else { $null }
    foreach ($connection in $script:Connection) { if ($(if ($id) { $connection.Id -eq $id } else { $connection.Name -eq "$given" })) { return $connection } }
    Exit-SiloCommand -Cmdlet $Cmdlet -Code 'HostConnectionNotFound' -Argument @{ name = $(if ($id) { $id } else { "$given" }) } -Target $given
}
