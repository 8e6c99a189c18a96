function Get-DesiredKind {
    # How the properties of a DSC resource are called on the wire, and of what shape they are there. What is found
    # comes back by the same table; Read is told and cannot be asked for.
    param([string] $Name)
    $container = @{
        Image = 'image'; User = 'user'; WorkingDirectory = 'workingDirectory'; HostName = 'hostName'; Isolation = 'isolation'; MemoryBytes = 'memoryBytes'; CpuCount = 'cpuCount'; CpuWeight = 'cpuWeight'
        ProcessCount = 'processCount'; MemorySwapBytes = 'memorySwapBytes'; CpuSet = 'cpuSet'; BlockIoWeight = 'blockIoWeight'; RestartPolicy = 'restartPolicy'; MaximumRetryCount = 'maximumRetries'
        ReadOnly = 'readOnlyRoot'; Privileged = 'privileged'; StopTimeoutSeconds = 'stopTimeoutSeconds'; State = 'state'; Pull = 'pull'; SettleSeconds = 'settleSeconds'
    }
    $kinds = @{
        SiloContainer     = @{
            Wire = 'container'; Key = @{ Name = 'name' }; Value = $container; List = @{ Command = 'command'; Entrypoint = 'entrypoint'; Publish = 'ports'; Network = 'networks' }
            Map = @{ Environment = 'environment'; Label = 'labels' }; Mount = @{ Mount = 'mounts' }; Credential = @{ RegistryCredential = 'credential' }
            Read = @{ ContainerId = 'Id'; ImageDigest = 'ImageDigest'; EffectiveIsolation = 'EffectiveIsolation'; IPAddress = 'IPAddress'; ExitCode = 'ExitCode' }
        }
        SiloImage         = @{
            Wire = 'image'; Key = @{ Reference = 'reference' }; Value = @{ Digest = 'digest'; Platform = 'platform'; Pull = 'pull'; Path = 'path'; Force = 'force' }; Credential = @{ RegistryCredential = 'credential' }
            Read = @{ ImageId = 'Id'; SizeBytes = 'SizeBytes'; OsVersion = 'OsVersion' }
        }
        SiloNetwork       = @{
            Wire = 'network'; Key = @{ Name = 'name' }; Value = @{ Driver = 'driver'; ParentInterface = 'parentInterface'; VlanId = 'vlanId'; Mtu = 'mtu'; DnsSuffix = 'dnsSuffix'; Force = 'force' }
            List = @{ Subnet = 'subnets'; Gateway = 'gateways'; DnsServer = 'dnsServers' }; Map = @{ Label = 'labels' }; Read = @{ NetworkId = 'Id'; Container = 'Containers' }
        }
        SiloVolume        = @{ Wire = 'volume'; Key = @{ Name = 'name' }; Map = @{ Label = 'labels' }; Read = @{ Path = 'Path'; Container = 'Containers' } }
        SiloHost          = @{ Wire = 'host'; Value = @{ Isolation = 'isolation'; Service = 'service' }; List = @{ Feature = 'features' }; Read = @{ HostName = 'Name'; RestartNeeded = 'RestartNeeded' } }
        SiloApplication   = @{
            Wire = 'application'; Key = @{ Name = 'name' }; Value = @{ State = 'state'; RemoveOrphan = 'removeOrphans'; RemoveVolume = 'removeVolumes'; TimeoutSeconds = 'timeoutSeconds' }
            List = @{ Path = 'files'; Profile = 'profiles'; EnvironmentFile = 'environmentFiles' }; Map = @{ Environment = 'environment' }; Read = @{ Service = 'Services'; Container = 'Containers'; Network = 'Networks' }
        }
        SiloContainerList = @{ Wire = 'containerList'; Key = @{ Scope = 'scope' }; Value = @{ Purge = 'purge' }; Item = @{ Container = 'containers' } }
    }
    # What stands in a list is a container without a life of its own.
    $kinds.SiloContainerEntry = $kinds.SiloContainer
    $kinds[$Name]
}
