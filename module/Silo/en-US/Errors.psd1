# Made by build/generate.ts from the error table; changes made here are lost.
@{
    'ParameterInvalid' = @{
        Message = 'The value of {parameter} is not valid: {reason}.'
        Action = 'Correct the value and run the command again.'
    }
    'ImageReferenceInvalid' = @{
        Message = '''{reference}'' is not a valid image reference: {reason}.'
        Action = 'Write it as [registry/]repository[:tag][@digest], for example docker.io/library/alpine:3.20; repository names are lower case.'
    }
    'DigestInvalid' = @{
        Message = '''{digest}'' is not a valid digest.'
        Action = 'Write it as sha256: followed by 64 lower-case hex digits.'
    }
    'PlatformInvalid' = @{
        Message = '''{platform}'' is not a valid platform.'
        Action = 'Write it as os/architecture[/variant], for example linux/amd64.'
    }
    'ContainerNameInvalid' = @{
        Message = '''{name}'' is not a valid container name.'
        Action = 'Use 1 to 128 letters, digits, dots, underscores and hyphens, beginning with a letter or digit.'
    }
    'NetworkNameInvalid' = @{
        Message = '''{name}'' is not a valid network name.'
        Action = 'Use 1 to 128 letters, digits, dots, underscores and hyphens, beginning with a letter or digit; none, host and default have a meaning of their own.'
    }
    'SignalInvalid' = @{
        Message = '''{signal}'' is not a signal.'
        Action = 'Give a name such as SIGTERM or a number from 1 to 64.'
    }
    'ComposeInvalid' = @{
        Message = 'The compose file ''{file}'' cannot be used: {path}: {reason}.'
        Action = 'Correct the file, or leave out what is not supported.'
    }
    'CommandMissing' = @{
        Message = 'Neither the image nor the request says which command to run.'
        Action = 'Give a command with -Command or -Entrypoint.'
    }
    'UserNotFound' = @{
        Message = 'The user or group ''{user}'' does not exist in the container''s image.'
        Action = 'Use a name from the image''s /etc/passwd and /etc/group, or numbers as uid:gid.'
    }
    'CursorInvalid' = @{
        Message = 'The page cursor is not one that this engine gave out.'
        Action = 'Ask for the first page again.'
    }
    'IdAmbiguous' = @{
        Message = '''{id}'' is the beginning of more than one id.'
        Action = 'Give more digits of the id.'
    }
    'RegistrySettingsInvalid' = @{
        Message = 'The registry settings are not valid: {reason}.'
        Action = 'Correct the settings file and run the command again.'
    }
    'CredentialFileInvalid' = @{
        Message = 'The credentials file {path} cannot be read: {reason}.'
        Action = 'Correct the file, or give the credentials with -Credential.'
    }
    'SpecificationInvalid' = @{
        Message = 'The specification {path} cannot be used: {reason}.'
        Action = 'Correct the file; its keys are parameters of New-Container, as Export-Container -SpecificationPath writes them.'
    }
    'SharePathInvalid' = @{
        Message = '''{path}'' is not the path of an SMB share: {reason}.'
        Action = 'Write it as \\server\share or \\server\share\folder, with backslashes or slashes.'
    }
    'ShareCredentialInvalid' = @{
        Message = 'The credential for {share} cannot be used: {reason}.'
        Action = 'Give one with a name and a password, as Get-Credential makes it; for Azure Files they are the name of the storage account and one of its keys.'
    }
    'BundleInvalid' = @{
        Message = 'The OCI document {path} is not valid: {reason}.'
        Action = 'Correct the document, or have it made again by the program that made the bundle.'
    }
    'ContainerNotFound' = @{
        Message = 'There is no container ''{id}''.'
        Action = 'Get-Container lists the containers of this host.'
    }
    'ApplicationNotFound' = @{
        Message = 'There is no application ''{name}''.'
        Action = 'Get-ContainerApplication lists the applications of this host; New-ContainerApplication makes one from compose files.'
    }
    'ImageNotFound' = @{
        Message = 'There is no image ''{reference}'' on this host.'
        Action = 'Get-ContainerImage lists the images; Request-ContainerImage gets one from a registry, Import-ContainerImage from an archive.'
    }
    'BlobNotFound' = @{
        Message = 'The content {digest} is not in the store.'
        Action = 'Import or pull the image again.'
    }
    'SnapshotNotFound' = @{
        Message = 'The snapshot {key} does not exist.'
        Action = 'Import or pull the image again.'
    }
    'ProcessNotFound' = @{
        Message = 'There is no process ''{id}'' in container ''{container}''.'
        Action = 'Start the process again; finished processes are kept only as long as their container.'
    }
    'PathNotFound' = @{
        Message = 'The path ''{path}'' does not exist.'
        Action = 'Check the path. The engine reads on its own host, and in a container what is there.'
    }
    'ExecutableNotFound' = @{
        Message = 'The command ''{command}'' cannot be run in the container: {reason}.'
        Action = 'Check that the image has the command, that it is executable, and that it is on the container''s PATH.'
    }
    'VolumeNotFound' = @{
        Message = 'There is no volume ''{id}''.'
        Action = 'Get-ContainerVolume lists the volumes of this host.'
    }
    'TagNotFound' = @{
        Message = 'The registry {registry} has no image ''{reference}''.'
        Action = 'Check repository and tag; Find-ContainerImage lists the tags of a repository.'
    }
    'RepositoryNotFound' = @{
        Message = 'The registry {registry} has no repository ''{repository}''.'
        Action = 'Check the name of the repository.'
    }
    'RegistryBlobNotFound' = @{
        Message = 'The registry {registry} does not have the content {digest} in ''{repository}''.'
        Action = 'Push the image again; a part of it is missing in the registry.'
    }
    'WebFileNotFound' = @{
        Message = 'There is no file at {url}.'
        Action = 'Check the address.'
    }
    'NetworkNotFound' = @{
        Message = 'There is no network ''{id}''.'
        Action = 'Get-ContainerNetwork lists the networks of this host; New-ContainerNetwork makes one.'
    }
    'NetworkNotConnected' = @{
        Message = 'Container ''{container}'' is not connected to network ''{network}''.'
        Action = 'Get-ContainerNetworkAdapter shows what it is connected to; Connect-ContainerNetwork connects it.'
    }
    'InterfaceNotFound' = @{
        Message = 'This host has no network interface ''{name}''.'
        Action = 'Name an interface that the host has, as ip link or Get-NetAdapter shows them.'
    }
    'ShareNotFound' = @{
        Message = 'The server has no {share}: {reason}.'
        Action = 'Check the names of the share and of the folder; the folder is not made.'
    }
    'DockerfileInvalid' = @{
        Message = 'The Dockerfile cannot be used: line {line}: {reason}.'
        Action = 'Correct that line.'
    }
    'ServiceFailed' = @{
        Message = 'The service ''{service}'' of the application ''{application}'' failed: {reason}.'
        Action = 'Correct the cause and run the command again: it goes on where it was.'
    }
    'BuildStepFailed' = @{
        Message = 'The step at line {line} ({instruction}) ended with exit code {exitCode}.'
        Action = 'Look at the step''s output above, and correct it.'
    }
    'ContainerNameInUse' = @{
        Message = 'The name ''{name}'' belongs to container {owner}.'
        Action = 'Choose another name, or remove that container first.'
    }
    'ImageReferenceInUse' = @{
        Message = 'The reference ''{reference}'' names another image ({owner}).'
        Action = 'Use -Force to move it, or choose another reference.'
    }
    'PathExists' = @{
        Message = '''{path}'' exists already.'
        Action = 'Use -Force to replace it, or choose another path.'
    }
    'VolumeNameInUse' = @{
        Message = 'There is a volume ''{name}'' already.'
        Action = 'Choose another name, or use -IfNotExists.'
    }
    'NetworkNameInUse' = @{
        Message = 'The name ''{name}'' belongs to network {owner}.'
        Action = 'Choose another name, or remove that network first.'
    }
    'ComputeSystemExists' = @{
        Message = 'There is a compute system ''{id}'' already.'
        Action = 'Choose another id, or end the one that is there; Get-ComputeProcess lists them.'
    }
    'ContainerNotRunning' = @{
        Message = 'Container ''{id}'' is {state}, not running.'
        Action = 'Start it with Start-Container.'
    }
    'ContainerRunning' = @{
        Message = 'Container ''{id}'' is running.'
        Action = 'Stop it first, or use -Force.'
    }
    'ContainerPaused' = @{
        Message = 'Container ''{id}'' is paused.'
        Action = 'Resume it first.'
    }
    'SharingUnsupported' = @{
        Message = 'The container cannot share the {what} of ''{owner}'': {reason}.'
        Action = 'Give both the same isolation (Set-Isolation), or connect both to one network.'
    }
    'ContainerStartFailed' = @{
        Message = 'Container ''{id}'' could not be started: {reason}.'
        Action = 'Correct the cause; Get-Container shows it again as StartError.'
    }
    'ContainerUnmanaged' = @{
        Message = '''{id}'' was made by {owner}, not by Silo, which only lists it.'
        Action = 'Use the tool that made it; Get-Container -Unmanaged lists what others have made.'
    }
    'ContainerFileLost' = @{
        Message = 'The file {path} of the container ''{id}'' is not there: what it held was in memory alone, and is gone since the host has started again.'
        Action = 'Run New-ContainerApplication again with the same files and variables.'
    }
    'ShareCredentialMissing' = @{
        Message = 'This host has no password of ''{user}'' for {share}: {reason}.'
        Action = 'Give it with -Credential of New-ContainerMount; for a container that is there: Set-Container -Name <name> -ShareCredential (Get-Credential), and then Start-Container.'
    }
    'ImagePlatformMismatch' = @{
        Message = 'Image ''{reference}'' is for {imagePlatform}; this host runs {hostPlatform}.'
        Action = 'Use an image made for this host, or an isolation that brings its own kernel.'
    }
    'ImageVersionMismatch' = @{
        Message = 'The image of ''{id}'' does not run on this host''s version of Windows: {reason}.'
        Action = 'Use Hyper-V isolation (Set-Isolation), or an image made for the version of this host.'
    }
    'ComputeSystemStateInvalid' = @{
        Message = '''{operation}'' is not possible in the present state of ''{id}''.'
        Action = 'Look at the state with Get-Container, and bring it to the one that is needed.'
    }
    'ComputeSystemCrashed' = @{
        Message = 'The compute system ''{id}'' ended unexpectedly: {reason}.'
        Action = 'Look at the Hyper-V-Compute events in the host''s event log, and start it again.'
    }
    'ComputeSystemTerminated' = @{
        Message = 'The compute system ''{id}'' was ended by force.'
        Action = 'Start it again.'
    }
    'StoreNewer' = @{
        Message = 'The store in {path} was written by a newer Silo (schema {found}; this engine knows {known}).'
        Action = 'Update the Silo module on this machine, or use another state root.'
    }
    'MountNamespacePrivate' = @{
        Message = 'This engine runs in a mount namespace of its own; other engines on {path} would not see its mounts.'
        Action = 'Run it in the host''s mount namespace (nsenter --target 1 --mount), or set PrivateMounts=no for the service that starts it.'
    }
    'NotInitialized' = @{
        Message = 'The first request on a connection must be initialize.'
        Action = 'Send initialize before {method}.'
    }
    'RegistryPlainHttpRefused' = @{
        Message = 'Plain HTTP to {host} is not allowed.'
        Action = 'Use HTTPS; or list the host under plainHttpHosts in the registry settings, if you trust the network between.'
    }
    'RegistryRequestRefused' = @{
        Message = 'The registry {registry} refused the request: {reason}.'
        Action = 'Correct what the registry names and try again.'
    }
    'CredentialHelperFailed' = @{
        Message = 'The credential helper ''{helper}'' failed: {reason}.'
        Action = 'Install or repair the credential helper, or give the credentials with -Credential.'
    }
    'NetworkForeign' = @{
        Message = 'Network ''{id}'' belongs to whoever wrote {file}: Silo uses it and changes nothing of it.'
        Action = 'Change or remove that file instead; Disconnect-ContainerNetwork takes containers off the network.'
    }
    'NetworkConfigInvalid' = @{
        Message = 'The network configuration {file} cannot be used: {reason}.'
        Action = 'Correct or remove that file; Get-ContainerNetwork shows what is wrong with each.'
    }
    'ImageInUse' = @{
        Message = 'Image ''{reference}'' is used by {users}.'
        Action = 'Remove those containers first, or use -Force to remove only the name.'
    }
    'ContainerBusy' = @{
        Message = 'Container ''{id}'' is being changed by another engine.'
        Action = 'Try again in a moment.'
    }
    'SnapshotInUse' = @{
        Message = 'The snapshot {key} is in use: {reason}.'
        Action = 'Stop the container or the program that uses it, and try again.'
    }
    'ApplicationBusy' = @{
        Message = 'The application ''{name}'' is being changed by another engine.'
        Action = 'Try again in a moment.'
    }
    'StoreBusy' = @{
        Message = 'The store is being changed by another engine.'
        Action = 'Try again in a moment.'
    }
    'VolumeInUse' = @{
        Message = 'Volume ''{id}'' is mounted by {users}.'
        Action = 'Remove those containers first.'
    }
    'ShareAccountConflict' = @{
        Message = '{share} is in use on this host with the account ''{user}'', and Windows knows one account for each share.'
        Action = 'Use that account, or end the containers that use it.'
    }
    'NetworkInUse' = @{
        Message = 'Network ''{id}'' is used by {users}.'
        Action = 'Disconnect or stop those containers first, or use -Force.'
    }
    'SubnetConflict' = @{
        Message = 'The subnet {subnet} overlaps {other}, which belongs to {owner}.'
        Action = 'Choose another subnet, or leave it out: a free one is chosen.'
    }
    'AddressInUse' = @{
        Message = 'The address {address} of network {network} belongs to {owner}.'
        Action = 'Choose another address, or leave it out: a free one is chosen.'
    }
    'PortInUse' = @{
        Message = 'The port {port} of this host is in use: {owner}.'
        Action = 'Publish another port of the host, or end what holds this one.'
    }
    'ComputeResourceBusy' = @{
        Message = 'A file that ''{id}'' needs is in use by another program: {reason}.'
        Action = 'End the other program, or wait for it, and try again.'
    }
    'StoreMounted' = @{
        Message = 'Something is still mounted below {path}: {mounts}.'
        Action = 'End what uses it, unmount it, and try again; nothing was removed.'
    }
    'ElevationRequired' = @{
        Message = 'This needs administrative rights: {reason}.'
        Action = 'Run PowerShell elevated (Windows) or as root (Linux).'
    }
    'PathAccessDenied' = @{
        Message = 'Access to ''{path}'' was denied.'
        Action = 'Grant the engine access to the path.'
    }
    'StateRootUntrusted' = @{
        Message = 'The state root {path} belongs to {owner}, who is no administrator: what lies in it may be anybody''s.'
        Action = 'Look at what lies in it, and remove it or have it taken over by the administrators: takeown /F ''{path}'' /A /R'
    }
    'EngineNotExecutable' = @{
        Message = 'The engine''s Node at ''{path}'' is not executable.'
        Action = 'Run: chmod +x ''{path}'''
    }
    'RegistryAccessDenied' = @{
        Message = 'The registry {registry} denies access to ''{repository}'': {reason}.'
        Action = 'Check the name of the repository, and that the account may use it.'
    }
    'RegistryLoginRequired' = @{
        Message = 'The registry {registry} asks for a login: {reason}.'
        Action = 'Log in with Connect-ContainerRegistry, or give -Credential.'
    }
    'ShareAccessDenied' = @{
        Message = 'The server refuses ''{user}'' at {share}: {reason}.'
        Action = 'Check name and password, and what the account may do there; Set-Container -ShareCredential gives a new password.'
    }
    'DiskFull' = @{
        Message = 'The disk that holds {path} is full.'
        Action = 'Free some space, or move the store; nothing was changed.'
    }
    'HostMemoryExhausted' = @{
        Message = 'The host has not enough memory for ''{id}'': {reason}.'
        Action = 'End what is not needed on this host, or give the container less.'
    }
    'ArchiveTooLarge' = @{
        Message = 'The archive unpacks to more than {limitBytes} bytes ({reason}).'
        Action = 'If you trust the archive, raise the limit with -MaximumSizeBytes.'
    }
    'DownloadTooLarge' = @{
        Message = 'The file {url} has more than {limitBytes} bytes.'
        Action = 'Fetch it in another way, and copy it from the build context.'
    }
    'FrameTooLarge' = @{
        Message = 'A message of {sizeBytes} bytes exceeds the limit of {limitBytes}.'
        Action = 'Send smaller requests.'
    }
    'AddressExhausted' = @{
        Message = 'Network ''{network}'' has no free address left in {subnet}.'
        Action = 'Remove containers that are no longer needed, or make a network with a larger subnet.'
    }
    'RegistryRateLimited' = @{
        Message = 'The registry {registry} takes no more requests for now; {advice}.'
        Action = 'Wait, log in for a higher limit, or use a mirror.'
    }
    'EngineStopping' = @{
        Message = 'The engine is ending.'
        Action = 'Run the command again; a new engine starts.'
    }
    'SupervisorUnavailable' = @{
        Message = 'The supervisor that keeps the containers cannot be reached: {reason}.'
        Action = 'Try again; on Windows, look at the scheduled task Silo and at the log that Get-ContainerHost names.'
    }
    'ServiceManagerMissing' = @{
        Message = 'No service can be installed on this host: {reason}.'
        Action = 'Go on without: restart policies work on demand, from the first command after a reboot. Or have the host''s own init run: silo supervise --service'
    }
    'HostServiceFailed' = @{
        Message = 'The service ''{name}'' could not be changed: {reason}.'
        Action = 'Correct the cause; on Linux, journalctl -u with its name tells more.'
    }
    'HostFeatureFailed' = @{
        Message = 'The feature ''{feature}'' could not be enabled: {reason}.'
        Action = 'Correct the cause, or enable it with the command that Test-ContainerHost names.'
    }
    'ComputeServiceStopped' = @{
        Message = 'The Host Compute Service does not answer: {reason}.'
        Action = 'Start it: Start-Service vmcompute'
    }
    'NetworkServiceStopped' = @{
        Message = 'The Host Networking Service does not answer: {reason}.'
        Action = 'Start it: Start-Service hns'
    }
    'GuestUnreachable' = @{
        Message = 'The inside of ''{id}'' cannot be reached: {reason}.'
        Action = 'Try again; if it lasts, remove the container and start a new one.'
    }
    'RegistryUnreachable' = @{
        Message = 'The registry {registry} cannot be reached: {reason}.'
        Action = 'Check the name, the network and the proxy settings, and try again.'
    }
    'ShareUnreachable' = @{
        Message = 'The server of {share} cannot be reached: {reason}.'
        Action = 'Check its name, and that TCP port 445 is open from this host to the server; many providers of internet access block it.'
    }
    'ShareFailed' = @{
        Message = '{share} cannot be mounted: {reason}.'
        Action = 'Look at the messages of the system (Linux: dmesg; Windows: the event log Microsoft-Windows-SMBClient/Connectivity), and try again.'
    }
    'DownloadFailed' = @{
        Message = 'The file {url} cannot be fetched: {reason}.'
        Action = 'Check the address, the network and the proxy settings, and try again.'
    }
    'RegistryCertificateInvalid' = @{
        Message = 'The certificate of {host} is not trusted: {reason}.'
        Action = 'Name the certificate authority of the host under caFiles in the registry settings.'
    }
    'OperationTimedOut' = @{
        Message = '{operation} did not end within {timeoutSeconds} seconds.'
        Action = 'Give more time with -TimeoutSeconds, or look at the container log.'
    }
    'RunningTimedOut' = @{
        Message = 'Container ''{id}'' was not running within {timeoutSeconds} seconds.'
        Action = 'Start it, give more time with -TimeoutSeconds, or look at the container log.'
    }
    'HealthyTimedOut' = @{
        Message = 'Container ''{id}'' was not healthy within {timeoutSeconds} seconds.'
        Action = 'Look at the results of its checks (Get-Container) and at its log, or give more time with -TimeoutSeconds.'
    }
    'PortTimedOut' = @{
        Message = 'Port {port} of container ''{id}'' took no connection within {timeoutSeconds} seconds.'
        Action = 'Look at the container log: its server may not listen, or on 127.0.0.1 alone. Else give more time with -TimeoutSeconds.'
    }
    'MachineNotResponding' = @{
        Message = 'The utility VM of the container did not answer within {timeoutSeconds} seconds.'
        Action = 'Look at the load of the host; if it goes on, stop the container with -Force and start it again.'
    }
    'ContainerNotEnding' = @{
        Message = 'Container ''{id}'' has not ended {seconds} seconds after it was killed.'
        Action = 'Its processes wait in the kernel, mostly for a disk or a server of files: look at the host''s own log, and stop it again once they answer, or take it away with Remove-Container -Force.'
    }
    'StartTimedOut' = @{
        Message = 'Container ''{id}'' did not start within {timeoutSeconds} seconds.'
        Action = 'Look at the container log and at the load of the host.'
    }
    'ComputeServiceTimedOut' = @{
        Message = 'The Host Compute Service did not finish ''{operation}'' of ''{id}'' in its time.'
        Action = 'Look at the load of the host, and try again.'
    }
    'RegistryTimedOut' = @{
        Message = 'The registry {registry} took longer than {timeoutSeconds} seconds to go on.'
        Action = 'Check the network and try again.'
    }
    'OperationCancelled' = @{
        Message = 'The operation was cancelled.'
        Action = 'Run the command again if that was not intended.'
    }
    'IsolationUnsupported' = @{
        Message = '{isolation} isolation is not available on this host: {reason}.'
        Action = 'Get-Isolation shows which isolations this host has, and why not the others.'
    }
    'IsolationChangeUnsupported' = @{
        Message = 'The isolation of container ''{id}'' cannot be changed to {isolation}: {reason}.'
        Action = 'Make a new container with that isolation; ConvertTo-ContainerImage makes an image of what this one changed.'
    }
    'OptionUnsupported' = @{
        Message = '{option} is not supported on this host: {reason}.'
        Action = 'Leave the option out.'
    }
    'StorageLimitUnsupported' = @{
        Message = 'The size of a root file system cannot be limited on this host: {reason}.'
        Action = 'Leave -StorageSizeBytes out, or install what is missing.'
    }
    'NetworkDriverUnsupported' = @{
        Message = 'Networks of type ''{driver}'' are not supported on this host: {reason}.'
        Action = 'Choose another type of network.'
    }
    'HcsFunctionMissing' = @{
        Message = 'This version of Windows has no {function}; build {build} and later have it.'
        Action = 'Update Windows to build {build} or later.'
    }
    'ManifestSchemaUnsupported' = @{
        Message = 'The image ''{reference}'' has a manifest of the old form ''{mediaType}''.'
        Action = 'Push the image again with a current tool; the registry keeps it in a form that was given up in 2017.'
    }
    'RegistryOperationUnsupported' = @{
        Message = 'The registry {registry} does not offer {operation}.'
        Action = 'Use the means that the registry has for this.'
    }
    'RuncMissing' = @{
        Message = 'runc is not installed.'
        Action = 'Install it: apt-get install runc'
    }
    'ConmonMissing' = @{
        Message = 'conmon is not installed.'
        Action = 'Install it: apt-get install conmon'
    }
    'SeccompProfileMissing' = @{
        Message = 'The default seccomp profile {path} is missing.'
        Action = 'Install it: apt-get install golang-github-containers-common'
    }
    'InitMissing' = @{
        Message = 'No init program for containers is installed.'
        Action = 'Install it: apt-get install tini'
    }
    'ShareSupportMissing' = @{
        Message = 'This host cannot mount SMB shares: {reason}.'
        Action = 'On Linux load the module with modprobe cifs; where there is none, install the package with it (Ubuntu: linux-modules-extra-$(uname -r)). On Windows update to version 1709 or later, which has New-SmbGlobalMapping.'
    }
    'NetworkToolMissing' = @{
        Message = '{tool} is not installed; networks need it.'
        Action = 'Install it: apt-get install {package}'
    }
    'HcsNotInstalled' = @{
        Message = 'The Host Compute Service is not installed: {reason}.'
        Action = 'Install it: Install-WindowsFeature Containers (server), or Enable-WindowsOptionalFeature -Online -FeatureName Containers -All (client)'
    }
    'HyperVNotInstalled' = @{
        Message = 'Hyper-V is not installed or not enabled: {reason}.'
        Action = 'Install it: Install-WindowsFeature Hyper-V (server), or Enable-WindowsOptionalFeature -Online -FeatureName Microsoft-Hyper-V -All (client); on a virtual host, turn nested virtualization on.'
    }
    'DigestMismatch' = @{
        Message = 'The content has digest {actual}; {expected} was expected.'
        Action = 'The source is damaged or was changed; get it again.'
    }
    'SizeMismatch' = @{
        Message = 'The content has {actual} bytes; {expected} were expected.'
        Action = 'The source is damaged or was changed; get it again.'
    }
    'ArchiveInvalid' = @{
        Message = 'The archive {path} cannot be read: {reason}.'
        Action = 'Get the archive again; it is truncated, damaged or of another format.'
    }
    'ArchivePathUnsafe' = @{
        Message = 'The archive holds ''{entry}'', which {reason}.'
        Action = 'Do not use this archive: it tries to write outside of its own files.'
    }
    'LayerEntryUnsupported' = @{
        Message = 'The layer holds ''{entry}'', {reason}.'
        Action = 'Make the layer again without this entry.'
    }
    'LayerInvalid' = @{
        Message = '''{id}'' has a layer that Windows does not know: {reason}.'
        Action = 'Pull the image again.'
    }
    'HcsAnswerInvalid' = @{
        Message = 'The Host Compute Service gave an answer to ''{operation}'' of ''{id}'' that is not valid: {reason}.'
        Action = 'Look for updates of Windows, and report it with the engine log.'
    }
    'LayerImageDamaged' = @{
        Message = 'The disk {path}, made of a layer for utility VMs, cannot be used: {reason}.'
        Action = 'Run Repair-ContainerStore -Verify, which makes it again.'
    }
    'LayerDamaged' = @{
        Message = 'The layer in {path} cannot be used: {reason}.'
        Action = 'Remove the image and get it again.'
    }
    'ManifestInvalid' = @{
        Message = 'The image manifest or configuration is not valid: {reason}.'
        Action = 'Get the image again from its maker.'
    }
    'RegistryAnswerInvalid' = @{
        Message = 'The registry {registry} gave an answer that is not valid: {reason}.'
        Action = 'Try again; if it lasts, something between here and the registry changes its answers, or the registry does not keep to the standard.'
    }
    'RecordInvalid' = @{
        Message = 'The record of {kind} {id} in the store cannot be read.'
        Action = 'Run Repair-ContainerStore, or remove the item with -Force.'
    }
    'StoreCorrupt' = @{
        Message = 'The store in {path} is damaged: {reason}.'
        Action = 'Restore meta.db from a backup, or start with another state root.'
    }
    'ConfigInvalid' = @{
        Message = 'The configuration made for the container is not valid: {reason}.'
        Action = 'This is a defect of Silo; report it with the incident id.'
    }
    'MachineFailed' = @{
        Message = 'The utility VM of the container failed: {reason}.'
        Action = 'Test-ContainerHost says what a utility VM needs; look at the memory and the load of the host.'
    }
    'RuntimeFailed' = @{
        Message = '{runtime} failed: {reason}.'
        Action = 'Look at the engine log (Get-ContainerHost says where it is).'
    }
    'NetworkFailed' = @{
        Message = 'The network could not be changed: {reason}.'
        Action = 'Run Repair-ContainerNetwork, and look at the engine log (Get-ContainerHost says where it is).'
    }
    'HcsFailed' = @{
        Message = 'The Host Compute Service failed at ''{operation}'' of ''{id}'': {reason}.'
        Action = '{advice}'
    }
    'LayerFiltered' = @{
        Message = 'The storage of layers failed at {path} ({reason}), and these file-system filters do not come with Windows: {filters}.'
        Action = 'Have their programs leave the state root alone, or unload one for a try (fltmc unload <name>) and run the command again.'
    }
    'LayerStorageFailed' = @{
        Message = 'The storage of layers failed at {path}: {reason}.'
        Action = 'Look at the engine log (Get-ContainerHost says where it is).'
    }
    'InternalError' = @{
        Message = 'An unexpected error occurred (incident {incident}).'
        Action = 'Look for the incident in the engine log (Get-ContainerHost says where it is) and report it.'
    }
    'ProtocolMismatch' = @{
        Message = 'The client speaks protocol {client}; this engine speaks {engine}.'
        Action = 'Use a module and an engine of the same release.'
    }
    'ProtocolViolation' = @{
        Message = 'The message cannot be understood: {reason}.'
        Action = 'Send JSON-RPC 2.0 with Content-Length framing.'
    }
    'EngineExited' = @{
        Message = 'The engine ended before it answered ({reason}).'
        Action = 'The change may or may not have been made: look with Get-Container.'
    }
    'EngineNotFound' = @{
        Message = 'The engine was not found at ''{path}''.'
        Action = 'Install the module again, or set SILO_ENGINE to the engine file.'
    }
    'EngineNodeNotFound' = @{
        Message = 'This copy of the module brings no Node, and the host has none that it can use (22.15 or later).'
        Action = 'Install Silo for all users: Install-Module -Name Silo -Scope AllUsers, or copy its folder to where modules are; or put Node 22.15 or later on PATH.'
    }
    'EngineNotAvailableInSandbox' = @{
        Message = 'This host does not allow child processes, so the engine cannot run here.'
        Action = 'Run the runbook on a Hybrid Runbook Worker.'
    }
    'HostConnectionNotFound' = @{
        Message = 'There is no connection ''{name}''.'
        Action = 'Get-ContainerHostConnection lists them; New-ContainerHostConnection makes one.'
    }
    'HostConnectionExists' = @{
        Message = 'There is a connection ''{name}'' already.'
        Action = 'Take another -Name, or remove it with Remove-ContainerHostConnection.'
    }
    'HostMismatch' = @{
        Message = '''{id}'' is of the host ''{from}'', and the command asks ''{to}''.'
        Action = 'Give the command -HostConnection of the host that the object is of; . is this one.'
    }
    'PathOfOtherHost' = @{
        Message = '''{path}'' is not a whole path of the host ''{host}''.'
        Action = 'Files are those of the host that the engine runs on: give the absolute path there, without wildcards, and copy the file there first (scp, or Copy-Item -ToSession).'
    }
    'SshMissing' = @{
        Message = 'The program ssh was not found.'
        Action = 'Install the OpenSSH client: apt-get install openssh-client, or Add-WindowsCapability -Online -Name OpenSSH.Client~~~~0.0.1.0.'
    }
    'HostUnreachable' = @{
        Message = 'The host ''{host}'' cannot be reached: {reason}.'
        Action = 'Look whether the name is right and its ssh server runs: ssh {host}.'
    }
    'HostKeyUnknown' = @{
        Message = 'The key of the host ''{host}'' is not known here.'
        Action = 'Compare it with what its administrator says, and accept it once: ssh {host}.'
    }
    'HostKeyChanged' = @{
        Message = 'The host ''{host}'' shows another key than the one that is known here.'
        Action = 'Somebody may be answering in its place. Ask its administrator; if it was installed anew: ssh-keygen -R {host}.'
    }
    'HostCredentialRefused' = @{
        Message = 'The host ''{host}'' does not accept the keys of ''{user}''.'
        Action = 'Add the public key to authorized_keys there, load the private one into ssh-agent, or name it with -KeyFilePath. Passwords are never asked for.'
    }
    'RemoteEngineMissing' = @{
        Message = 'The host ''{host}'' has no Silo where modules are installed.'
        Action = 'Install the module Silo there, or copy its folder (about_Silo_Remote), or name the folder of its engine with -EnginePath.'
    }
    'HostSessionClosed' = @{
        Message = 'The session to the host ''{host}'' is not open any more ({state}).'
        Action = 'Remove-ContainerHostConnection {name}, then New-PSSession and New-ContainerHostConnection -Session; one that is only disconnected comes back with Connect-PSSession. Containers have gone on.'
    }
    'HostSessionBusy' = @{
        Message = 'Something else is running in the session to the host ''{host}''.'
        Action = 'Wait until it ends, or make a session for the connection alone: New-PSSession.'
    }
    'HostSessionConstrained' = @{
        Message = 'The session to the host ''{host}'' is constrained (language mode {mode}).'
        Action = 'Take an endpoint with the full language, or call the commands that are allowed there: Invoke-Command -Session, Import-PSSession.'
    }
    'HostSessionWithoutTerminal' = @{
        Message = 'A session to the host ''{host}'' carries no terminal.'
        Action = 'Use Invoke-ContainerCommand, or a connection over ssh: New-ContainerHostConnection -HostName.'
    }
    'ContainerExitedNonZero' = @{
        Message = '{subject} ended with exit code {exitCode}.'
        Action = 'Look at what it wrote: standard error is in the information stream (-InformationVariable); Get-ContainerLog has that of the container.'
    }
}
