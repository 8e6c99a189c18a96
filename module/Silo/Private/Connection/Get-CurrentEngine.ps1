function Get-CurrentEngine {
    # The engine of a connection, or of this host; nothing where none was started.
    param($Connection)
    if ($null -eq $Connection) { return $script:Engine }
    $script:RemoteEngine[$Connection.Id]
}
