# Made by build/generate.ts from the wire contract; changes made here are lost.
@{
    ProtocolVersion = 1
    StreamWindowBytes = 1048576
    MaximumFrameBytes = 33554432
    BatchLines = 100
    BatchBytes = 65536
    TimeFields = @('createdAt', 'exitedAt', 'finishedAt', 'importedAt', 'startedAt', 'time')
    Methods = @{
        'initialize' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('protocolVersion', 'engine', 'name', 'version', 'pid', 'capabilities', 'methods', 'streamWindowBytes', 'maximumFrameBytes')
        }
        'shutdown' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @()
        }
        'rpc.discover' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @()
        }
        'host/get' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('name', 'operatingSystem', 'architecture', 'osVersion', 'kernelVersion', 'engineVersion', 'protocolVersion', 'nodeVersion', 'enginePid', 'engineMemoryBytes', 'root', 'logPath', 'isolation', 'runtime', 'snapshotter', 'cpuCount', 'memoryBytes', 'containerCount', 'runningCount', 'imageCount', 'elevated')
        }
        'host/test' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('ready', 'requirements', 'name', 'satisfied', 'detail', 'remedy', 'neededFor')
        }
        'image/import' = @{
            ReadOnly = $false; Stream = $false; Progress = $true; Credential = $false
            Times = @('createdAt', 'importedAt'); ItemTimes = @()
            Fields = @('images', 'reference', 'name', 'id', 'digest', 'createdAt', 'importedAt', 'operatingSystem', 'architecture', 'osVersion', 'layerCount', 'sizeBytes', 'storedBytes', 'uniqueBytes', 'sharedBytes', 'containers')
        }
        'image/list' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'importedAt'); ItemTimes = @()
            Fields = @('items', 'reference', 'name', 'id', 'digest', 'createdAt', 'importedAt', 'operatingSystem', 'architecture', 'osVersion', 'layerCount', 'sizeBytes', 'storedBytes', 'uniqueBytes', 'sharedBytes', 'containers')
        }
        'image/remove' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('removed', 'reclaimedBytes')
        }
        'container/create' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'startedAt', 'finishedAt'); ItemTimes = @()
            Fields = @('container', 'id', 'name', 'image', 'imageDigest', 'state', 'exitCode', 'exitReason', 'oomKilled', 'startError', 'monitored', 'createdAt', 'startedAt', 'finishedAt', 'command', 'environment', 'value', 'labels', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'inMemory', 'ports', 'network', 'ipAddress', 'sandboxId', 'isolation', 'effectiveIsolation', 'machineRoot', 'user', 'workingDirectory', 'hostName', 'hasCredentialSpec', 'memoryBytes', 'cpuCount', 'autoRemove', 'restartPolicy', 'maximumRetries', 'restartCount', 'health', 'healthOutput', 'terminal', 'pid', 'existed', 'warning')
        }
        'container/start' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'startedAt', 'finishedAt'); ItemTimes = @()
            Fields = @('container', 'id', 'name', 'image', 'imageDigest', 'state', 'exitCode', 'exitReason', 'oomKilled', 'startError', 'monitored', 'createdAt', 'startedAt', 'finishedAt', 'command', 'environment', 'value', 'labels', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'inMemory', 'ports', 'network', 'ipAddress', 'sandboxId', 'isolation', 'effectiveIsolation', 'machineRoot', 'user', 'workingDirectory', 'hostName', 'hasCredentialSpec', 'memoryBytes', 'cpuCount', 'autoRemove', 'restartPolicy', 'maximumRetries', 'restartCount', 'health', 'healthOutput', 'terminal', 'pid', 'changed')
        }
        'container/stop' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'startedAt', 'finishedAt'); ItemTimes = @()
            Fields = @('container', 'id', 'name', 'image', 'imageDigest', 'state', 'exitCode', 'exitReason', 'oomKilled', 'startError', 'monitored', 'createdAt', 'startedAt', 'finishedAt', 'command', 'environment', 'value', 'labels', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'inMemory', 'ports', 'network', 'ipAddress', 'sandboxId', 'isolation', 'effectiveIsolation', 'machineRoot', 'user', 'workingDirectory', 'hostName', 'hasCredentialSpec', 'memoryBytes', 'cpuCount', 'autoRemove', 'restartPolicy', 'maximumRetries', 'restartCount', 'health', 'healthOutput', 'terminal', 'pid', 'changed', 'stopReason', 'durationMilliseconds')
        }
        'container/wait' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'startedAt', 'finishedAt'); ItemTimes = @()
            Fields = @('container', 'id', 'name', 'image', 'imageDigest', 'state', 'exitCode', 'exitReason', 'oomKilled', 'startError', 'monitored', 'createdAt', 'startedAt', 'finishedAt', 'command', 'environment', 'value', 'labels', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'inMemory', 'ports', 'network', 'ipAddress', 'sandboxId', 'isolation', 'effectiveIsolation', 'machineRoot', 'user', 'workingDirectory', 'hostName', 'hasCredentialSpec', 'memoryBytes', 'cpuCount', 'autoRemove', 'restartPolicy', 'maximumRetries', 'restartCount', 'health', 'healthOutput', 'terminal', 'pid')
        }
        'container/list' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'startedAt', 'finishedAt'); ItemTimes = @()
            Fields = @('items', 'id', 'name', 'image', 'imageDigest', 'state', 'exitCode', 'exitReason', 'oomKilled', 'startError', 'monitored', 'createdAt', 'startedAt', 'finishedAt', 'command', 'environment', 'value', 'labels', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'inMemory', 'ports', 'network', 'ipAddress', 'sandboxId', 'isolation', 'effectiveIsolation', 'machineRoot', 'user', 'workingDirectory', 'hostName', 'hasCredentialSpec', 'memoryBytes', 'cpuCount', 'autoRemove', 'restartPolicy', 'maximumRetries', 'restartCount', 'health', 'healthOutput', 'terminal', 'pid', 'next')
        }
        'container/remove' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('removed', 'id')
        }
        'container/run' = @{
            ReadOnly = $false; Stream = $true; Progress = $false; Credential = $false
            Times = @('createdAt', 'startedAt', 'finishedAt'); ItemTimes = @('time')
            Fields = @('container', 'id', 'name', 'image', 'imageDigest', 'state', 'exitCode', 'exitReason', 'oomKilled', 'startError', 'monitored', 'createdAt', 'startedAt', 'finishedAt', 'command', 'environment', 'value', 'labels', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'inMemory', 'ports', 'network', 'ipAddress', 'sandboxId', 'isolation', 'effectiveIsolation', 'machineRoot', 'user', 'workingDirectory', 'hostName', 'hasCredentialSpec', 'memoryBytes', 'cpuCount', 'autoRemove', 'restartPolicy', 'maximumRetries', 'restartCount', 'health', 'healthOutput', 'terminal', 'pid', 'warning', 'time', 'stream', 'text')
        }
        'container/log' = @{
            ReadOnly = $true; Stream = $true; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @('time')
            Fields = @('lines', 'time', 'stream', 'text')
        }
        'process/start' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('startedAt', 'exitedAt'); ItemTimes = @()
            Fields = @('process', 'id', 'containerId', 'command', 'user', 'state', 'pid', 'exitCode', 'startedAt', 'exitedAt')
        }
        'process/run' = @{
            ReadOnly = $false; Stream = $true; Progress = $false; Credential = $false
            Times = @('startedAt', 'exitedAt'); ItemTimes = @('time')
            Fields = @('process', 'id', 'containerId', 'command', 'user', 'state', 'pid', 'exitCode', 'startedAt', 'exitedAt', 'time', 'stream', 'text')
        }
        'process/wait' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @('startedAt', 'exitedAt'); ItemTimes = @()
            Fields = @('process', 'id', 'containerId', 'command', 'user', 'state', 'pid', 'exitCode', 'startedAt', 'exitedAt')
        }
        'process/stop' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('startedAt', 'exitedAt'); ItemTimes = @()
            Fields = @('process', 'id', 'containerId', 'command', 'user', 'state', 'pid', 'exitCode', 'startedAt', 'exitedAt')
        }
        'process/list' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @('startedAt', 'exitedAt'); ItemTimes = @()
            Fields = @('items', 'id', 'containerId', 'command', 'user', 'state', 'pid', 'exitCode', 'startedAt', 'exitedAt')
        }
        'isolation/get' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('scope', 'containerId', 'isolation', 'effectiveIsolation', 'reason', 'warning', 'available', 'action')
        }
        'isolation/set' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('scope', 'containerId', 'isolation', 'effectiveIsolation', 'reason', 'warning', 'available', 'action')
        }
        'network/list' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt'); ItemTimes = @()
            Fields = @('items', 'id', 'name', 'driver', 'subnets', 'prefix', 'gateway', 'parentInterface', 'vlanId', 'mtu', 'dnsServers', 'dnsSuffix', 'hostId', 'problem', 'labels', 'value', 'containers', 'createdAt')
        }
        'network/create' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt'); ItemTimes = @()
            Fields = @('network', 'id', 'name', 'driver', 'subnets', 'prefix', 'gateway', 'parentInterface', 'vlanId', 'mtu', 'dnsServers', 'dnsSuffix', 'hostId', 'problem', 'labels', 'value', 'containers', 'createdAt')
        }
        'network/remove' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('removed', 'id')
        }
        'network/connect' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('adapter', 'id', 'containerId', 'containerName', 'networkId', 'network', 'attached', 'interfaceName', 'addresses', 'gateways', 'macAddress', 'aliases', 'ports', 'changed')
        }
        'network/disconnect' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('changed')
        }
        'network/repair' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('items', 'kind', 'id', 'name', 'problem', 'action')
        }
        'network/adapters' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('items', 'id', 'containerId', 'containerName', 'networkId', 'network', 'attached', 'interfaceName', 'addresses', 'gateways', 'macAddress', 'aliases', 'ports')
        }
        'volume/list' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt'); ItemTimes = @()
            Fields = @('items', 'name', 'anonymous', 'path', 'labels', 'value', 'containers', 'share', 'source', 'userName', 'requirePrivacy', 'mode', 'userId', 'groupId', 'sizeBytes', 'createdAt')
        }
        'volume/create' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt'); ItemTimes = @()
            Fields = @('volume', 'name', 'anonymous', 'path', 'labels', 'value', 'containers', 'share', 'source', 'userName', 'requirePrivacy', 'mode', 'userId', 'groupId', 'sizeBytes', 'createdAt', 'existed')
        }
        'volume/remove' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('removed', 'name')
        }
        'volume/prune' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('items', 'name', 'sizeBytes', 'reason', 'action', 'reclaimedBytes')
        }
        'image/pull' = @{
            ReadOnly = $false; Stream = $false; Progress = $true; Credential = $true
            Times = @('createdAt', 'importedAt'); ItemTimes = @()
            Fields = @('images', 'reference', 'name', 'id', 'digest', 'createdAt', 'importedAt', 'operatingSystem', 'architecture', 'osVersion', 'layerCount', 'sizeBytes', 'storedBytes', 'uniqueBytes', 'sharedBytes', 'containers', 'changed')
        }
        'image/push' = @{
            ReadOnly = $false; Stream = $false; Progress = $true; Credential = $true
            Times = @(); ItemTimes = @()
            Fields = @('reference', 'digest', 'uploadedBytes', 'skippedLayers')
        }
        'image/referrers' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $true
            Times = @(); ItemTimes = @()
            Fields = @('items', 'digest', 'artifactType', 'mediaType', 'sizeBytes')
        }
        'image/find' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $true
            Times = @(); ItemTimes = @()
            Fields = @('items', 'registry', 'repository', 'tag')
        }
        'image/test' = @{
            ReadOnly = $true; Stream = $false; Progress = $true; Credential = $true
            Times = @(); ItemTimes = @()
            Fields = @('reference', 'local', 'intact', 'damaged', 'compatibility', 'platform', 'imageBuild', 'hostBuild', 'processIsolation', 'hyperVIsolation', 'reason', 'suggestedTag')
        }
        'registry/connect' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $true
            Times = @(); ItemTimes = @()
            Fields = @('registry', 'userName', 'kept')
        }
        'registry/disconnect' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('removed')
        }
        'application/apply' = @{
            ReadOnly = $false; Stream = $true; Progress = $true; Credential = $false
            Times = @(); ItemTimes = @('time')
            Fields = @('name', 'items', 'kind', 'service', 'action', 'reason', 'warnings', 'time', 'stream', 'text')
        }
        'application/list' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt'); ItemTimes = @()
            Fields = @('items', 'name', 'state', 'services', 'replicas', 'running', 'healthy', 'containers', 'networks', 'createdAt')
        }
        'application/start' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt'); ItemTimes = @()
            Fields = @('application', 'name', 'state', 'services', 'replicas', 'running', 'healthy', 'containers', 'networks', 'createdAt', 'changed')
        }
        'application/stop' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt'); ItemTimes = @()
            Fields = @('application', 'name', 'state', 'services', 'replicas', 'running', 'healthy', 'containers', 'networks', 'createdAt', 'changed')
        }
        'application/log' = @{
            ReadOnly = $true; Stream = $true; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @('time')
            Fields = @('lines', 'time', 'stream', 'text', 'service', 'container')
        }
        'application/remove' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('items', 'kind', 'name', 'service', 'action', 'reason')
        }
        'desired/test' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('found', 'container', 'name', 'exist', 'image', 'command', 'entrypoint', 'environment', 'value', 'labels', 'user', 'workingDirectory', 'hostName', 'networks', 'ports', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'credential', 'secret', 'isolation', 'memoryBytes', 'cpuCount', 'cpuWeight', 'processCount', 'memorySwapBytes', 'cpuSet', 'blockIoWeight', 'restartPolicy', 'maximumRetries', 'readOnlyRoot', 'privileged', 'stopTimeoutSeconds', 'state', 'id', 'imageDigest', 'effectiveIsolation', 'ipAddress', 'exitCode', 'reference', 'digest', 'platform', 'osVersion', 'network', 'driver', 'subnets', 'gateways', 'parentInterface', 'vlanId', 'mtu', 'dnsServers', 'dnsSuffix', 'containers', 'volume', 'path', 'host', 'service', 'features', 'restartNeeded', 'application', 'services', 'containerList', 'scope', 'differences', 'property', 'change', 'reason')
        }
        'desired/set' = @{
            ReadOnly = $false; Stream = $false; Progress = $true; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('before', 'container', 'name', 'exist', 'image', 'command', 'entrypoint', 'environment', 'value', 'labels', 'user', 'workingDirectory', 'hostName', 'networks', 'ports', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'credential', 'secret', 'isolation', 'memoryBytes', 'cpuCount', 'cpuWeight', 'processCount', 'memorySwapBytes', 'cpuSet', 'blockIoWeight', 'restartPolicy', 'maximumRetries', 'readOnlyRoot', 'privileged', 'stopTimeoutSeconds', 'state', 'id', 'imageDigest', 'effectiveIsolation', 'ipAddress', 'exitCode', 'reference', 'digest', 'platform', 'osVersion', 'network', 'driver', 'subnets', 'gateways', 'parentInterface', 'vlanId', 'mtu', 'dnsServers', 'dnsSuffix', 'containers', 'volume', 'path', 'host', 'service', 'features', 'restartNeeded', 'application', 'services', 'containerList', 'scope', 'found', 'differences', 'property', 'change', 'reason', 'left')
        }
        'desired/list' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('items', 'container', 'name', 'exist', 'image', 'command', 'entrypoint', 'environment', 'value', 'labels', 'user', 'workingDirectory', 'hostName', 'networks', 'ports', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'credential', 'secret', 'isolation', 'memoryBytes', 'cpuCount', 'cpuWeight', 'processCount', 'memorySwapBytes', 'cpuSet', 'blockIoWeight', 'restartPolicy', 'maximumRetries', 'readOnlyRoot', 'privileged', 'stopTimeoutSeconds', 'state', 'id', 'imageDigest', 'effectiveIsolation', 'ipAddress', 'exitCode', 'reference', 'digest', 'platform', 'osVersion', 'network', 'driver', 'subnets', 'gateways', 'parentInterface', 'vlanId', 'mtu', 'dnsServers', 'dnsSuffix', 'containers', 'volume', 'path', 'host', 'service', 'features', 'restartNeeded', 'application', 'services', 'containerList', 'scope')
        }
        'container/pause' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'startedAt', 'finishedAt'); ItemTimes = @()
            Fields = @('container', 'id', 'name', 'image', 'imageDigest', 'state', 'exitCode', 'exitReason', 'oomKilled', 'startError', 'monitored', 'createdAt', 'startedAt', 'finishedAt', 'command', 'environment', 'value', 'labels', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'inMemory', 'ports', 'network', 'ipAddress', 'sandboxId', 'isolation', 'effectiveIsolation', 'machineRoot', 'user', 'workingDirectory', 'hostName', 'hasCredentialSpec', 'memoryBytes', 'cpuCount', 'autoRemove', 'restartPolicy', 'maximumRetries', 'restartCount', 'health', 'healthOutput', 'terminal', 'pid', 'changed')
        }
        'container/resume' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'startedAt', 'finishedAt'); ItemTimes = @()
            Fields = @('container', 'id', 'name', 'image', 'imageDigest', 'state', 'exitCode', 'exitReason', 'oomKilled', 'startError', 'monitored', 'createdAt', 'startedAt', 'finishedAt', 'command', 'environment', 'value', 'labels', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'inMemory', 'ports', 'network', 'ipAddress', 'sandboxId', 'isolation', 'effectiveIsolation', 'machineRoot', 'user', 'workingDirectory', 'hostName', 'hasCredentialSpec', 'memoryBytes', 'cpuCount', 'autoRemove', 'restartPolicy', 'maximumRetries', 'restartCount', 'health', 'healthOutput', 'terminal', 'pid', 'changed')
        }
        'container/restart' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'startedAt', 'finishedAt'); ItemTimes = @()
            Fields = @('container', 'id', 'name', 'image', 'imageDigest', 'state', 'exitCode', 'exitReason', 'oomKilled', 'startError', 'monitored', 'createdAt', 'startedAt', 'finishedAt', 'command', 'environment', 'value', 'labels', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'inMemory', 'ports', 'network', 'ipAddress', 'sandboxId', 'isolation', 'effectiveIsolation', 'machineRoot', 'user', 'workingDirectory', 'hostName', 'hasCredentialSpec', 'memoryBytes', 'cpuCount', 'autoRemove', 'restartPolicy', 'maximumRetries', 'restartCount', 'health', 'healthOutput', 'terminal', 'pid', 'stopReason', 'durationMilliseconds')
        }
        'container/specification' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('specification', 'image', 'name', 'command', 'entrypoint', 'environment', 'value', 'labels', 'user', 'workingDirectory', 'hostName', 'network', 'networks', 'addresses', 'macAddress', 'aliases', 'ports', 'dnsServers', 'dnsSearch', 'dnsOptions', 'domainName', 'hostEntries', 'isolation', 'memoryBytes', 'cpuCount', 'cpuWeight', 'processCount', 'memorySwapBytes', 'cpuSet', 'blockIoWeight', 'blockIoLimits', 'device', 'readBytesPerSecond', 'writeBytesPerSecond', 'storageBytes', 'oomScoreAdjust', 'oomKillDisabled', 'additionalGroups', 'addedCapabilities', 'droppedCapabilities', 'devices', 'userLimits', 'soft', 'hard', 'kernelParameters', 'seccompProfile', 'sharedMemoryBytes', 'init', 'pidMode', 'ipcMode', 'userNamespace', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'credential', 'secret', 'volumesFrom', 'readOnlyRoot', 'privileged', 'terminal', 'openStdin', 'stopSignal', 'stopTimeoutSeconds', 'autoRemove', 'restartPolicy', 'maximumRetries', 'healthCheck', 'intervalSeconds', 'timeoutSeconds', 'startPeriodSeconds', 'startIntervalSeconds', 'retries', 'logLimits', 'maximumSizeBytes', 'keptFiles', 'omitted')
        }
        'container/rename' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'startedAt', 'finishedAt'); ItemTimes = @()
            Fields = @('container', 'id', 'name', 'image', 'imageDigest', 'state', 'exitCode', 'exitReason', 'oomKilled', 'startError', 'monitored', 'createdAt', 'startedAt', 'finishedAt', 'command', 'environment', 'value', 'labels', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'inMemory', 'ports', 'network', 'ipAddress', 'sandboxId', 'isolation', 'effectiveIsolation', 'machineRoot', 'user', 'workingDirectory', 'hostName', 'hasCredentialSpec', 'memoryBytes', 'cpuCount', 'autoRemove', 'restartPolicy', 'maximumRetries', 'restartCount', 'health', 'healthOutput', 'terminal', 'pid')
        }
        'container/statistics' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @('time'); ItemTimes = @()
            Fields = @('items', 'containerId', 'name', 'time', 'cpuPercent', 'cpuMicroseconds', 'memoryBytes', 'memoryLimitBytes', 'processCount', 'readBytes', 'writtenBytes', 'receivedBytes', 'sentBytes')
        }
        'container/foreign' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt'); ItemTimes = @()
            Fields = @('items', 'id', 'name', 'state', 'owner', 'pid', 'createdAt')
        }
        'container/update' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'startedAt', 'finishedAt'); ItemTimes = @()
            Fields = @('container', 'id', 'name', 'image', 'imageDigest', 'state', 'exitCode', 'exitReason', 'oomKilled', 'startError', 'monitored', 'createdAt', 'startedAt', 'finishedAt', 'command', 'environment', 'value', 'labels', 'mounts', 'kind', 'source', 'target', 'readOnly', 'propagation', 'sizeBytes', 'mode', 'noCopy', 'subPath', 'userName', 'requirePrivacy', 'userId', 'groupId', 'inMemory', 'ports', 'network', 'ipAddress', 'sandboxId', 'isolation', 'effectiveIsolation', 'machineRoot', 'user', 'workingDirectory', 'hostName', 'hasCredentialSpec', 'memoryBytes', 'cpuCount', 'autoRemove', 'restartPolicy', 'maximumRetries', 'restartCount', 'health', 'healthOutput', 'terminal', 'pid')
        }
        'event/list' = @{
            ReadOnly = $true; Stream = $true; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @('time')
            Fields = @('lastSeq', 'seq', 'time', 'kind', 'subject', 'attributes', 'name', 'value')
        }
        'image/build' = @{
            ReadOnly = $false; Stream = $true; Progress = $true; Credential = $true
            Times = @('createdAt', 'importedAt'); ItemTimes = @('time')
            Fields = @('image', 'reference', 'name', 'id', 'digest', 'createdAt', 'importedAt', 'operatingSystem', 'architecture', 'osVersion', 'layerCount', 'sizeBytes', 'storedBytes', 'uniqueBytes', 'sharedBytes', 'containers', 'cachedSteps', 'steps', 'time', 'stream', 'text')
        }
        'image/tag' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt', 'importedAt'); ItemTimes = @()
            Fields = @('image', 'reference', 'name', 'id', 'digest', 'createdAt', 'importedAt', 'operatingSystem', 'architecture', 'osVersion', 'layerCount', 'sizeBytes', 'storedBytes', 'uniqueBytes', 'sharedBytes', 'containers')
        }
        'image/history' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @('createdAt'); ItemTimes = @()
            Fields = @('items', 'createdAt', 'createdBy', 'comment', 'author', 'emptyLayer', 'digest', 'sizeBytes')
        }
        'image/layers' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('items', 'digest', 'diffId', 'chainId', 'mediaType', 'storedBytes', 'sizeBytes', 'images', 'unpacked')
        }
        'image/export' = @{
            ReadOnly = $false; Stream = $false; Progress = $true; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('path', 'sizeBytes', 'digests')
        }
        'store/get' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('path', 'fileSystem', 'capacityBytes', 'freeBytes', 'contentCount', 'contentBytes', 'layerCount', 'layerBytes', 'containerCount', 'containerBytes', 'volumeCount', 'volumeBytes', 'buildCacheBytes', 'logBytes', 'reclaimableBytes')
        }
        'store/optimize' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('items', 'kind', 'id', 'sizeBytes', 'reason', 'action', 'reclaimedBytes')
        }
        'store/repair' = @{
            ReadOnly = $false; Stream = $false; Progress = $true; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('items', 'kind', 'id', 'sizeBytes', 'reason', 'action')
        }
        'store/move' = @{
            ReadOnly = $false; Stream = $false; Progress = $true; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('path', 'movedBytes')
        }
        'container/commit' = @{
            ReadOnly = $false; Stream = $false; Progress = $true; Credential = $false
            Times = @('createdAt', 'importedAt'); ItemTimes = @()
            Fields = @('image', 'reference', 'name', 'id', 'digest', 'createdAt', 'importedAt', 'operatingSystem', 'architecture', 'osVersion', 'layerCount', 'sizeBytes', 'storedBytes', 'uniqueBytes', 'sharedBytes', 'containers')
        }
        'container/copy' = @{
            ReadOnly = $false; Stream = $false; Progress = $true; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('path', 'files', 'folders', 'links', 'sizeBytes', 'skipped')
        }
        'container/changes' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('items', 'path', 'kind')
        }
        'container/export' = @{
            ReadOnly = $false; Stream = $false; Progress = $true; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('path', 'sizeBytes')
        }
        'host/log' = @{
            ReadOnly = $true; Stream = $true; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @('time')
            Fields = @('time', 'level', 'source', 'processId', 'message', 'data')
        }
        'host/settings' = @{
            ReadOnly = $true; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('files', 'name', 'text', 'entries', 'path', 'kind', 'sizeBytes')
        }
        'host/install' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('service', 'kind', 'installed', 'running', 'unitPath', 'taskName', 'restartNeeded', 'changed')
        }
        'host/uninstall' = @{
            ReadOnly = $false; Stream = $false; Progress = $false; Credential = $false
            Times = @(); ItemTimes = @()
            Fields = @('service', 'kind', 'installed', 'running', 'unitPath', 'taskName', 'restartNeeded', 'changed', 'storeRemoved')
        }
    }
    ErrorClasses = @{
        'invalidArgument' = @{ RpcCode = 1001; Category = 'InvalidArgument' }
        'notFound' = @{ RpcCode = 1002; Category = 'ObjectNotFound' }
        'alreadyExists' = @{ RpcCode = 1003; Category = 'ResourceExists' }
        'failedPrecondition' = @{ RpcCode = 1004; Category = 'InvalidOperation' }
        'conflict' = @{ RpcCode = 1005; Category = 'ResourceBusy' }
        'permissionDenied' = @{ RpcCode = 1006; Category = 'PermissionDenied' }
        'unauthenticated' = @{ RpcCode = 1007; Category = 'AuthenticationError' }
        'resourceExhausted' = @{ RpcCode = 1008; Category = 'QuotaExceeded' }
        'unavailable' = @{ RpcCode = 1009; Category = 'ResourceUnavailable' }
        'deadlineExceeded' = @{ RpcCode = 1010; Category = 'OperationTimeout' }
        'cancelled' = @{ RpcCode = 1011; Category = 'OperationStopped' }
        'notImplemented' = @{ RpcCode = 1012; Category = 'NotImplemented' }
        'notInstalled' = @{ RpcCode = 1013; Category = 'NotInstalled' }
        'dataLoss' = @{ RpcCode = 1014; Category = 'InvalidData' }
        'internal' = @{ RpcCode = 1015; Category = 'NotSpecified' }
        'connection' = @{ RpcCode = 1016; Category = 'ConnectionError' }
    }
    ErrorCodes = @{
        'ParameterInvalid' = 'invalidArgument'
        'ImageReferenceInvalid' = 'invalidArgument'
        'DigestInvalid' = 'invalidArgument'
        'PlatformInvalid' = 'invalidArgument'
        'ContainerNameInvalid' = 'invalidArgument'
        'NetworkNameInvalid' = 'invalidArgument'
        'SignalInvalid' = 'invalidArgument'
        'ComposeInvalid' = 'invalidArgument'
        'CommandMissing' = 'invalidArgument'
        'UserNotFound' = 'invalidArgument'
        'CursorInvalid' = 'invalidArgument'
        'IdAmbiguous' = 'invalidArgument'
        'RegistrySettingsInvalid' = 'invalidArgument'
        'CredentialFileInvalid' = 'invalidArgument'
        'SpecificationInvalid' = 'invalidArgument'
        'SharePathInvalid' = 'invalidArgument'
        'ShareCredentialInvalid' = 'invalidArgument'
        'BundleInvalid' = 'invalidArgument'
        'ContainerNotFound' = 'notFound'
        'ApplicationNotFound' = 'notFound'
        'ImageNotFound' = 'notFound'
        'BlobNotFound' = 'notFound'
        'SnapshotNotFound' = 'notFound'
        'ProcessNotFound' = 'notFound'
        'PathNotFound' = 'notFound'
        'ExecutableNotFound' = 'notFound'
        'VolumeNotFound' = 'notFound'
        'TagNotFound' = 'notFound'
        'RepositoryNotFound' = 'notFound'
        'RegistryBlobNotFound' = 'notFound'
        'WebFileNotFound' = 'notFound'
        'NetworkNotFound' = 'notFound'
        'NetworkNotConnected' = 'notFound'
        'InterfaceNotFound' = 'notFound'
        'ShareNotFound' = 'notFound'
        'DockerfileInvalid' = 'invalidArgument'
        'ServiceFailed' = 'failedPrecondition'
        'BuildStepFailed' = 'failedPrecondition'
        'ContainerNameInUse' = 'alreadyExists'
        'ImageReferenceInUse' = 'alreadyExists'
        'PathExists' = 'alreadyExists'
        'VolumeNameInUse' = 'alreadyExists'
        'NetworkNameInUse' = 'alreadyExists'
        'ComputeSystemExists' = 'alreadyExists'
        'ContainerNotRunning' = 'failedPrecondition'
        'ContainerRunning' = 'failedPrecondition'
        'ContainerPaused' = 'failedPrecondition'
        'SharingUnsupported' = 'failedPrecondition'
        'ContainerStartFailed' = 'failedPrecondition'
        'ContainerUnmanaged' = 'failedPrecondition'
        'ContainerFileLost' = 'failedPrecondition'
        'ShareCredentialMissing' = 'failedPrecondition'
        'ImagePlatformMismatch' = 'failedPrecondition'
        'ImageVersionMismatch' = 'failedPrecondition'
        'ComputeSystemStateInvalid' = 'failedPrecondition'
        'ComputeSystemCrashed' = 'failedPrecondition'
        'ComputeSystemTerminated' = 'failedPrecondition'
        'StoreNewer' = 'failedPrecondition'
        'MountNamespacePrivate' = 'failedPrecondition'
        'NotInitialized' = 'failedPrecondition'
        'RegistryPlainHttpRefused' = 'failedPrecondition'
        'RegistryRequestRefused' = 'failedPrecondition'
        'CredentialHelperFailed' = 'failedPrecondition'
        'NetworkForeign' = 'failedPrecondition'
        'NetworkConfigInvalid' = 'failedPrecondition'
        'ImageInUse' = 'conflict'
        'ContainerBusy' = 'conflict'
        'SnapshotInUse' = 'conflict'
        'ApplicationBusy' = 'conflict'
        'StoreBusy' = 'conflict'
        'VolumeInUse' = 'conflict'
        'ShareAccountConflict' = 'conflict'
        'NetworkInUse' = 'conflict'
        'SubnetConflict' = 'conflict'
        'AddressInUse' = 'conflict'
        'PortInUse' = 'conflict'
        'ComputeResourceBusy' = 'conflict'
        'StoreMounted' = 'conflict'
        'ElevationRequired' = 'permissionDenied'
        'PathAccessDenied' = 'permissionDenied'
        'StateRootUntrusted' = 'permissionDenied'
        'EngineNotExecutable' = 'permissionDenied'
        'RegistryAccessDenied' = 'permissionDenied'
        'RegistryLoginRequired' = 'unauthenticated'
        'ShareAccessDenied' = 'unauthenticated'
        'DiskFull' = 'resourceExhausted'
        'HostMemoryExhausted' = 'resourceExhausted'
        'ArchiveTooLarge' = 'resourceExhausted'
        'DownloadTooLarge' = 'resourceExhausted'
        'FrameTooLarge' = 'resourceExhausted'
        'AddressExhausted' = 'resourceExhausted'
        'RegistryRateLimited' = 'resourceExhausted'
        'EngineStopping' = 'unavailable'
        'SupervisorUnavailable' = 'unavailable'
        'ServiceManagerMissing' = 'unavailable'
        'HostServiceFailed' = 'failedPrecondition'
        'HostFeatureFailed' = 'failedPrecondition'
        'ComputeServiceStopped' = 'unavailable'
        'NetworkServiceStopped' = 'unavailable'
        'GuestUnreachable' = 'unavailable'
        'RegistryUnreachable' = 'unavailable'
        'ShareUnreachable' = 'unavailable'
        'ShareFailed' = 'unavailable'
        'DownloadFailed' = 'unavailable'
        'RegistryCertificateInvalid' = 'unavailable'
        'OperationTimedOut' = 'deadlineExceeded'
        'RunningTimedOut' = 'deadlineExceeded'
        'HealthyTimedOut' = 'deadlineExceeded'
        'PortTimedOut' = 'deadlineExceeded'
        'MachineNotResponding' = 'deadlineExceeded'
        'ContainerNotEnding' = 'deadlineExceeded'
        'StartTimedOut' = 'deadlineExceeded'
        'ComputeServiceTimedOut' = 'deadlineExceeded'
        'RegistryTimedOut' = 'deadlineExceeded'
        'OperationCancelled' = 'cancelled'
        'IsolationUnsupported' = 'notImplemented'
        'IsolationChangeUnsupported' = 'notImplemented'
        'OptionUnsupported' = 'notImplemented'
        'StorageLimitUnsupported' = 'notImplemented'
        'NetworkDriverUnsupported' = 'notImplemented'
        'HcsFunctionMissing' = 'notImplemented'
        'ManifestSchemaUnsupported' = 'notImplemented'
        'RegistryOperationUnsupported' = 'notImplemented'
        'RuncMissing' = 'notInstalled'
        'ConmonMissing' = 'notInstalled'
        'SeccompProfileMissing' = 'notInstalled'
        'InitMissing' = 'notInstalled'
        'ShareSupportMissing' = 'notInstalled'
        'NetworkToolMissing' = 'notInstalled'
        'HcsNotInstalled' = 'notInstalled'
        'HyperVNotInstalled' = 'notInstalled'
        'DigestMismatch' = 'dataLoss'
        'SizeMismatch' = 'dataLoss'
        'ArchiveInvalid' = 'dataLoss'
        'ArchivePathUnsafe' = 'dataLoss'
        'LayerEntryUnsupported' = 'dataLoss'
        'LayerInvalid' = 'dataLoss'
        'HcsAnswerInvalid' = 'dataLoss'
        'LayerImageDamaged' = 'dataLoss'
        'LayerDamaged' = 'dataLoss'
        'ManifestInvalid' = 'dataLoss'
        'RegistryAnswerInvalid' = 'dataLoss'
        'RecordInvalid' = 'dataLoss'
        'StoreCorrupt' = 'dataLoss'
        'ConfigInvalid' = 'internal'
        'MachineFailed' = 'unavailable'
        'RuntimeFailed' = 'internal'
        'NetworkFailed' = 'internal'
        'HcsFailed' = 'internal'
        'LayerFiltered' = 'failedPrecondition'
        'LayerStorageFailed' = 'internal'
        'InternalError' = 'internal'
        'ProtocolMismatch' = 'connection'
        'ProtocolViolation' = 'connection'
        'EngineExited' = 'connection'
        'EngineNotFound' = 'connection'
        'EngineNodeNotFound' = 'notInstalled'
        'EngineNotAvailableInSandbox' = 'connection'
        'HostConnectionNotFound' = 'notFound'
        'HostConnectionExists' = 'alreadyExists'
        'HostMismatch' = 'invalidArgument'
        'PathOfOtherHost' = 'invalidArgument'
        'SshMissing' = 'notInstalled'
        'HostUnreachable' = 'unavailable'
        'HostKeyUnknown' = 'permissionDenied'
        'HostKeyChanged' = 'permissionDenied'
        'HostCredentialRefused' = 'permissionDenied'
        'RemoteEngineMissing' = 'notInstalled'
        'HostSessionClosed' = 'unavailable'
        'HostSessionBusy' = 'failedPrecondition'
        'HostSessionConstrained' = 'permissionDenied'
        'HostSessionWithoutTerminal' = 'notImplemented'
        'ContainerExitedNonZero' = 'failedPrecondition'
    }
}
