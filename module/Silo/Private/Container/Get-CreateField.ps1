function Get-CreateField {
    # Parameters of New-Container that are a field of container/create as they stand: values, truth values and lists of text.
    @{
        Value  = @{
            Image = 'image'; Name = 'name'; User = 'user'; WorkingDirectory = 'workingDirectory'; HostName = 'hostName'; DomainName = 'domainName'
            Isolation = 'isolation'; MemoryBytes = 'memoryBytes'; CpuCount = 'cpuCount'; CpuWeight = 'cpuWeight'; ProcessCount = 'processCount'
            StopSignal = 'stopSignal'; StopTimeoutSeconds = 'stopTimeoutSeconds'
            MemorySwapBytes = 'memorySwapBytes'; CpuSet = 'cpuSet'; BlockIoWeight = 'blockIoWeight'; OomScoreAdjust = 'oomScoreAdjust'; ShmSizeBytes = 'sharedMemoryBytes'
            StorageSizeBytes = 'storageBytes'; PidMode = 'pidMode'; IpcMode = 'ipcMode'; UserNamespace = 'userNamespace'
        }
        Switch = @{ ReadOnly = 'readOnlyRoot'; Privileged = 'privileged'; Terminal = 'terminal'; OpenStandardInput = 'openStdin'; AutoRemove = 'autoRemove'; DisableOomKill = 'oomKillDisabled'; Init = 'init' }
        List   = @{
            Command = 'command'; Entrypoint = 'entrypoint'; AdditionalGroup = 'additionalGroups'; AddCapability = 'addedCapabilities'; DropCapability = 'droppedCapabilities'; Device = 'devices'
            DnsServer = 'dnsServers'; DnsSearch = 'dnsSearch'; DnsOption = 'dnsOptions'; VolumeFrom = 'volumesFrom'
        }
        Map    = @{ Label = 'labels'; Sysctl = 'kernelParameters'; HostEntry = 'hostEntries' }
        Health = @{ HealthIntervalSeconds = 'intervalSeconds'; HealthTimeoutSeconds = 'timeoutSeconds'; HealthStartPeriodSeconds = 'startPeriodSeconds'; HealthStartIntervalSeconds = 'startIntervalSeconds'; HealthRetryCount = 'retries' }
    }
}
