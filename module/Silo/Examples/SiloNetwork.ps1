# A network of its own for a few containers, with no way out.
$property = @{
    Name   = 'backend'
    Driver = 'Internal'
    Subnet = @('10.77.0.0/24')
    Label  = @{ tier = 'backend' }
}
Invoke-DscResource -ModuleName Silo -Name SiloNetwork -Method Set -Property $property
