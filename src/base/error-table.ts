import type { ErrorClass } from './error-classes.ts';

export interface ErrorRow {
  readonly class: ErrorClass;
  /** English sentence. `{name}` is replaced by the error's argument of that name. */
  readonly message: string;
  /** What the reader can do, an imperative sentence; becomes RecommendedAction in PowerShell. */
  readonly action: string;
}

const row = (errorClass: ErrorClass, message: string, action: string): ErrorRow => ({ class: errorClass, message, action });

/**
 * Every error Silo can raise. A code is a promise to scripts (`FullyQualifiedErrorId` begins with it):
 * it is never renamed and never used for anything else. Codes raised by the PowerShell client alone
 * stand here too, so that table, strings and help stay one set.
 */
export const errorTable = {
  // Input
  ParameterInvalid: row('invalidArgument', 'The value of {parameter} is not valid: {reason}.', 'Correct the value and run the command again.'),
  ImageReferenceInvalid: row('invalidArgument', "'{reference}' is not a valid image reference: {reason}.", 'Write it as [registry/]repository[:tag][@digest], for example docker.io/library/alpine:3.20; repository names are lower case.'),
  DigestInvalid: row('invalidArgument', "'{digest}' is not a valid digest.", 'Write it as sha256: followed by 64 lower-case hex digits.'),
  PlatformInvalid: row('invalidArgument', "'{platform}' is not a valid platform.", 'Write it as os/architecture[/variant], for example linux/amd64.'),
  ContainerNameInvalid: row('invalidArgument', "'{name}' is not a valid container name.", 'Use 1 to 128 letters, digits, dots, underscores and hyphens, beginning with a letter or digit.'),
  NetworkNameInvalid: row('invalidArgument', "'{name}' is not a valid network name.", 'Use 1 to 128 letters, digits, dots, underscores and hyphens, beginning with a letter or digit; none, host and default have a meaning of their own.'),
  SignalInvalid: row('invalidArgument', "'{signal}' is not a signal.", 'Give a name such as SIGTERM or a number from 1 to 64.'),
  ComposeInvalid: row('invalidArgument', "The compose file '{file}' cannot be used: {path}: {reason}.", 'Correct the file, or leave out what is not supported.'),
  CommandMissing: row('invalidArgument', 'Neither the image nor the request says which command to run.', 'Give a command with -Command or -Entrypoint.'),
  UserNotFound: row('invalidArgument', "The user or group '{user}' does not exist in the container's image.", "Use a name from the image's /etc/passwd and /etc/group, or numbers as uid:gid."),
  CursorInvalid: row('invalidArgument', 'The page cursor is not one that this engine gave out.', 'Ask for the first page again.'),
  IdAmbiguous: row('invalidArgument', "'{id}' is the beginning of more than one id.", 'Give more digits of the id.'),
  RegistrySettingsInvalid: row('invalidArgument', 'The registry settings are not valid: {reason}.', 'Correct the settings file and run the command again.'),
  CredentialFileInvalid: row('invalidArgument', 'The credentials file {path} cannot be read: {reason}.', 'Correct the file, or give the credentials with -Credential.'),
  BundleInvalid: row('invalidArgument', 'The OCI document {path} is not valid: {reason}.', 'Correct the document, or have it made again by the program that made the bundle.'),
  // Things that are not there
  ContainerNotFound: row('notFound', "There is no container '{id}'.", 'Get-Container lists the containers of this host.'),
  ApplicationNotFound: row('notFound', "There is no application '{name}'.", 'Get-ContainerApplication lists the applications of this host; New-ContainerApplication makes one from compose files.'),
  ImageNotFound: row('notFound', "There is no image '{reference}' on this host.", 'Get-ContainerImage lists the images; Import-ContainerImage adds one from an archive.'),
  BlobNotFound: row('notFound', 'The content {digest} is not in the store.', 'Import or pull the image again.'),
  SnapshotNotFound: row('notFound', 'The snapshot {key} does not exist.', 'Import or pull the image again.'),
  ProcessNotFound: row('notFound', "There is no process '{id}' in container '{container}'.", 'Start the process again; finished processes are kept only as long as their container.'),
  PathNotFound: row('notFound', "The path '{path}' does not exist.", 'Check the path; the engine reads it on its own host.'),
  ExecutableNotFound: row('notFound', "The command '{command}' cannot be run in the container: {reason}.", "Check that the image has the command, that it is executable, and that it is on the container's PATH."),
  VolumeNotFound: row('notFound', "There is no volume '{id}'.", 'Get-ContainerVolume lists the volumes of this host.'),
  TagNotFound: row('notFound', "The registry {registry} has no image '{reference}'.", 'Check repository and tag; Find-ContainerImage lists the tags of a repository.'),
  RepositoryNotFound: row('notFound', "The registry {registry} has no repository '{repository}'.", 'Check the name of the repository.'),
  RegistryBlobNotFound: row('notFound', "The registry {registry} does not have the content {digest} in '{repository}'.", "Push the image again; a part of it is missing in the registry."),
  WebFileNotFound: row('notFound', 'There is no file at {url}.', 'Check the address.'),
  NetworkNotFound: row('notFound', "There is no network '{id}'.", 'Get-ContainerNetwork lists the networks of this host; New-ContainerNetwork makes one.'),
  NetworkNotConnected: row('notFound', "Container '{container}' is not connected to network '{network}'.", 'Get-ContainerNetworkAdapter shows what it is connected to; Connect-ContainerNetwork connects it.'),
  InterfaceNotFound: row('notFound', "This host has no network interface '{name}'.", 'Name an interface that the host has, as ip link or Get-NetAdapter shows them.'),
  // Builds
  DockerfileInvalid: row('invalidArgument', 'The Dockerfile cannot be used: line {line}: {reason}.', 'Correct that line.'),
  ServiceFailed: row('failedPrecondition', "The service '{service}' of the application '{application}' failed: {reason}.", 'Correct the cause and run the command again: it goes on where it was.'),
  BuildStepFailed: row('failedPrecondition', 'The step at line {line} ({instruction}) ended with exit code {exitCode}.', "Look at the step's output above, and correct it."),
  // Names and uniqueness
  ContainerNameInUse: row('alreadyExists', "The name '{name}' belongs to container {owner}.", 'Choose another name, or remove that container first.'),
  ImageReferenceInUse: row('alreadyExists', "The reference '{reference}' names another image ({owner}).", 'Use -Force to move it, or choose another reference.'),
  PathExists: row('alreadyExists', "'{path}' exists already.", 'Use -Force to replace it, or choose another path.'),
  VolumeNameInUse: row('alreadyExists', "There is a volume '{name}' already.", 'Choose another name, or use -IfNotExists.'),
  NetworkNameInUse: row('alreadyExists', "The name '{name}' belongs to network {owner}.", 'Choose another name, or remove that network first.'),
  ComputeSystemExists: row('alreadyExists', "There is a compute system '{id}' already.", 'Choose another id, or end the one that is there; Get-ComputeProcess lists them.'),
  // State
  ContainerNotRunning: row('failedPrecondition', "Container '{id}' is {state}, not running.", 'Start it with Start-Container.'),
  ContainerRunning: row('failedPrecondition', "Container '{id}' is running.", 'Stop it first, or use -Force.'),
  ContainerPaused: row('failedPrecondition', "Container '{id}' is paused.", 'Resume it first.'),
  ContainerStartFailed: row('failedPrecondition', "Container '{id}' could not be started: {reason}.", 'Correct the cause; Get-Container shows it again as StartError.'),
  ContainerFileLost: row('failedPrecondition', "The file {path} of the container '{id}' is not there: what it held was in memory alone, and is gone since the host has started again.", 'Run New-ContainerApplication again with the same files and variables.'),
  ImagePlatformMismatch: row('failedPrecondition', "Image '{reference}' is for {imagePlatform}; this host runs {hostPlatform}.", 'Use an image made for this host, or an isolation that brings its own kernel.'),
  ImageVersionMismatch: row('failedPrecondition', "The image of '{id}' does not run on this host's version of Windows: {reason}.", "Use Hyper-V isolation (Set-Isolation), or an image made for the version of this host."),
  ComputeSystemStateInvalid: row('failedPrecondition', "'{operation}' is not possible in the present state of '{id}'.", 'Look at the state with Get-Container, and bring it to the one that is needed.'),
  ComputeSystemCrashed: row('failedPrecondition', "The compute system '{id}' ended unexpectedly: {reason}.", "Look at the Hyper-V-Compute events in the host's event log, and start it again."),
  ComputeSystemTerminated: row('failedPrecondition', "The compute system '{id}' was ended by force.", 'Start it again.'),
  StoreNewer: row('failedPrecondition', 'The store in {path} was written by a newer Silo (schema {found}; this engine knows {known}).', 'Update the Silo module on this machine, or use another state root.'),
  MountNamespacePrivate: row('failedPrecondition', 'This engine runs in a mount namespace of its own; other engines on {path} would not see its mounts.', "Run it in the host's mount namespace (nsenter --target 1 --mount), or set PrivateMounts=no for the service that starts it."),
  NotInitialized: row('failedPrecondition', 'The first request on a connection must be initialize.', 'Send initialize before {method}.'),
  RegistryPlainHttpRefused: row('failedPrecondition', 'Plain HTTP to {host} is not allowed.', 'Use HTTPS; or list the host under plainHttpHosts in the registry settings, if you trust the network between.'),
  RegistryRequestRefused: row('failedPrecondition', 'The registry {registry} refused the request: {reason}.', 'Correct what the registry names and try again.'),
  CredentialHelperFailed: row('failedPrecondition', "The credential helper '{helper}' failed: {reason}.", 'Install or repair the credential helper, or give the credentials with -Credential.'),
  // Conflict
  ImageInUse: row('conflict', "Image '{reference}' is used by {users}.", 'Remove those containers first, or use -Force to remove only the name.'),
  ContainerBusy: row('conflict', "Container '{id}' is being changed by another engine.", 'Try again in a moment.'),
  SnapshotInUse: row('conflict', 'The snapshot {key} is in use: {reason}.', 'Stop the container or the program that uses it, and try again.'),
  ApplicationBusy: row('conflict', "The application '{name}' is being changed by another engine.", 'Try again in a moment.'),
  StoreBusy: row('conflict', 'The store is being changed by another engine.', 'Try again in a moment.'),
  VolumeInUse: row('conflict', "Volume '{id}' is mounted by {users}.", 'Remove those containers first.'),
  NetworkInUse: row('conflict', "Network '{id}' is used by {users}.", 'Disconnect or stop those containers first, or use -Force.'),
  SubnetConflict: row('conflict', 'The subnet {subnet} overlaps {other}, which belongs to {owner}.', 'Choose another subnet, or leave it out: a free one is chosen.'),
  AddressInUse: row('conflict', 'The address {address} of network {network} belongs to {owner}.', 'Choose another address, or leave it out: a free one is chosen.'),
  PortInUse: row('conflict', 'The port {port} of this host is in use: {owner}.', 'Publish another port of the host, or end what holds this one.'),
  ComputeResourceBusy: row('conflict', "A file that '{id}' needs is in use by another program: {reason}.", 'End the other program, or wait for it, and try again.'),
  StoreMounted: row('conflict', 'Something is still mounted below {path}: {mounts}.', 'End what uses it, unmount it, and try again; nothing was removed.'),
  // Rights
  ElevationRequired: row('permissionDenied', 'This needs administrative rights: {reason}.', 'Run PowerShell elevated (Windows) or as root (Linux).'),
  PathAccessDenied: row('permissionDenied', "Access to '{path}' was denied.", 'Grant the engine access to the path.'),
  StateRootUntrusted: row('permissionDenied', "The state root {path} belongs to {owner}, who is no administrator: what lies in it may be anybody's.", "Look at what lies in it, and remove it or have it taken over by the administrators: takeown /F '{path}' /A /R"),
  EngineNotExecutable: row('permissionDenied', "The engine's Node at '{path}' is not executable.", "Run: chmod +x '{path}'"),
  RegistryAccessDenied: row('permissionDenied', "The registry {registry} denies access to '{repository}': {reason}.", 'Check the name of the repository, and that the account may use it.'),
  RegistryLoginRequired: row('unauthenticated', 'The registry {registry} asks for a login: {reason}.', 'Log in with Connect-ContainerRegistry, or give -Credential.'),
  // Limits
  DiskFull: row('resourceExhausted', 'The disk that holds {path} is full.', 'Free some space, or move the store; nothing was changed.'),
  HostMemoryExhausted: row('resourceExhausted', "The host has not enough memory for '{id}': {reason}.", 'End what is not needed on this host, or give the container less.'),
  ArchiveTooLarge: row('resourceExhausted', 'The archive unpacks to more than {limitBytes} bytes ({reason}).', 'If you trust the archive, raise the limit with -MaximumSizeBytes.'),
  DownloadTooLarge: row('resourceExhausted', 'The file {url} has more than {limitBytes} bytes.', 'Fetch it in another way, and copy it from the build context.'),
  FrameTooLarge: row('resourceExhausted', 'A message of {sizeBytes} bytes exceeds the limit of {limitBytes}.', 'Send smaller requests.'),
  AddressExhausted: row('resourceExhausted', "Network '{network}' has no free address left in {subnet}.", 'Remove containers that are no longer needed, or make a network with a larger subnet.'),
  RegistryRateLimited: row('resourceExhausted', 'The registry {registry} takes no more requests for now; {advice}.', 'Wait, log in for a higher limit, or use a mirror.'),
  // Availability
  EngineStopping: row('unavailable', 'The engine is ending.', 'Run the command again; a new engine starts.'),
  SupervisorUnavailable: row('unavailable', 'The supervisor that keeps the containers cannot be reached: {reason}.', 'Try again; on Windows, look at the scheduled task Silo and at the log that Get-ContainerHost names.'),
  ServiceManagerMissing: row('unavailable', 'No service can be installed on this host: {reason}.', "Go on without: restart policies work on demand, from the first command after a reboot. Or have the host's own init run: silo supervise --service"),
  HostServiceFailed: row('failedPrecondition', "The service '{name}' could not be changed: {reason}.", 'Correct the cause; on Linux, journalctl -u with its name tells more.'),
  HostFeatureFailed: row('failedPrecondition', "The feature '{feature}' could not be enabled: {reason}.", 'Correct the cause, or enable it with the command that Test-ContainerHost names.'),
  ComputeServiceStopped: row('unavailable', 'The Host Compute Service does not answer: {reason}.', 'Start it: Start-Service vmcompute'),
  NetworkServiceStopped: row('unavailable', 'The Host Networking Service does not answer: {reason}.', 'Start it: Start-Service hns'),
  GuestUnreachable: row('unavailable', "The inside of '{id}' cannot be reached: {reason}.", 'Try again; if it lasts, remove the container and start a new one.'),
  RegistryUnreachable: row('unavailable', 'The registry {registry} cannot be reached: {reason}.', 'Check the name, the network and the proxy settings, and try again.'),
  DownloadFailed: row('unavailable', 'The file {url} cannot be fetched: {reason}.', 'Check the address, the network and the proxy settings, and try again.'),
  RegistryCertificateInvalid: row('unavailable', 'The certificate of {host} is not trusted: {reason}.', 'Name the certificate authority of the host under caFiles in the registry settings.'),
  // Time
  OperationTimedOut: row('deadlineExceeded', '{operation} did not end within {timeoutSeconds} seconds.', 'Give more time with -TimeoutSeconds, or look at the container log.'),
  StartTimedOut: row('deadlineExceeded', "Container '{id}' did not start within {timeoutSeconds} seconds.", 'Look at the container log and at the load of the host.'),
  ComputeServiceTimedOut: row('deadlineExceeded', "The Host Compute Service did not finish '{operation}' of '{id}' in its time.", 'Look at the load of the host, and try again.'),
  RegistryTimedOut: row('deadlineExceeded', 'The registry {registry} took longer than {timeoutSeconds} seconds to go on.', 'Check the network and try again.'),
  OperationCancelled: row('cancelled', 'The operation was cancelled.', 'Run the command again if that was not intended.'),
  // Not on this host
  IsolationUnsupported: row('notImplemented', '{isolation} isolation is not available on this host: {reason}.', 'Get-Isolation shows which isolations this host has, and why not the others.'),
  IsolationChangeUnsupported: row('notImplemented', "The isolation of container '{id}' cannot be changed to {isolation}: {reason}.", 'Make a new container with that isolation; ConvertTo-ContainerImage makes an image of what this one changed.'),
  OptionUnsupported: row('notImplemented', '{option} is not supported on this host: {reason}.', 'Leave the option out.'),
  StorageLimitUnsupported: row('notImplemented', 'The size of a root file system cannot be limited on this host: {reason}.', 'Leave -StorageSizeBytes out, or install what is missing.'),
  NetworkDriverUnsupported: row('notImplemented', "Networks of type '{driver}' are not supported on this host: {reason}.", 'Choose another type of network.'),
  HcsFunctionMissing: row('notImplemented', 'This version of Windows has no {function}; build {build} and later have it.', 'Update Windows to build {build} or later.'),
  ManifestSchemaUnsupported: row('notImplemented', "The image '{reference}' has a manifest of the old form '{mediaType}'.", 'Push the image again with a current tool; the registry keeps it in a form that was given up in 2017.'),
  RegistryOperationUnsupported: row('notImplemented', 'The registry {registry} does not offer {operation}.', 'Use the means that the registry has for this.'),
  RuncMissing: row('notInstalled', 'runc is not installed.', 'Install it: apt-get install runc'),
  ConmonMissing: row('notInstalled', 'conmon is not installed.', 'Install it: apt-get install conmon'),
  SeccompProfileMissing: row('notInstalled', 'The default seccomp profile {path} is missing.', 'Install it: apt-get install golang-github-containers-common'),
  InitMissing: row('notInstalled', 'No init program for containers is installed.', 'Install it: apt-get install tini'),
  NetworkToolMissing: row('notInstalled', '{tool} is not installed; networks need it.', 'Install it: apt-get install {package}'),
  HcsNotInstalled: row('notInstalled', 'The Host Compute Service is not installed: {reason}.', 'Install it: Install-WindowsFeature Containers (server), or Enable-WindowsOptionalFeature -Online -FeatureName Containers -All (client)'),
  HyperVNotInstalled: row('notInstalled', 'Hyper-V is not installed or not enabled: {reason}.', 'Install it: Install-WindowsFeature Hyper-V (server), or Enable-WindowsOptionalFeature -Online -FeatureName Microsoft-Hyper-V -All (client); on a virtual host, turn nested virtualization on.'),
  // Damaged data
  DigestMismatch: row('dataLoss', 'The content has digest {actual}; {expected} was expected.', 'The source is damaged or was changed; get it again.'),
  SizeMismatch: row('dataLoss', 'The content has {actual} bytes; {expected} were expected.', 'The source is damaged or was changed; get it again.'),
  ArchiveInvalid: row('dataLoss', 'The archive {path} cannot be read: {reason}.', 'Get the archive again; it is truncated, damaged or of another format.'),
  ArchivePathUnsafe: row('dataLoss', "The archive holds '{entry}', which {reason}.", 'Do not use this archive: it tries to write outside of its own files.'),
  LayerEntryUnsupported: row('dataLoss', "The layer holds '{entry}', {reason}.", 'Make the layer again without this entry.'),
  LayerInvalid: row('dataLoss', "'{id}' has a layer that Windows does not know: {reason}.", 'Pull the image again.'),
  HcsAnswerInvalid: row('dataLoss', "The Host Compute Service gave an answer to '{operation}' of '{id}' that is not valid: {reason}.", 'Look for updates of Windows, and report it with the engine log.'),
  LayerDamaged: row('dataLoss', 'The layer in {path} cannot be used: {reason}.', 'Remove the image and get it again.'),
  ManifestInvalid: row('dataLoss', 'The image manifest or configuration is not valid: {reason}.', 'Get the image again from its maker.'),
  RegistryAnswerInvalid: row('dataLoss', 'The registry {registry} gave an answer that is not valid: {reason}.', 'Try again; if it lasts, something between here and the registry changes its answers, or the registry does not keep to the standard.'),
  RecordInvalid: row('dataLoss', 'The record of {kind} {id} in the store cannot be read.', 'Run Repair-ContainerStore, or remove the item with -Force.'),
  StoreCorrupt: row('dataLoss', 'The store in {path} is damaged: {reason}.', 'Restore meta.db from a backup, or start with another state root.'),
  ConfigInvalid: row('internal', 'The configuration made for the container is not valid: {reason}.', 'This is a defect of Silo; report it with the incident id.'),
  RuntimeFailed: row('internal', '{runtime} failed: {reason}.', 'Look at the engine log (Get-ContainerHost says where it is).'),
  NetworkFailed: row('internal', 'The network could not be changed: {reason}.', 'Run Repair-ContainerNetwork, and look at the engine log (Get-ContainerHost says where it is).'),
  HcsFailed: row('internal', "The Host Compute Service failed at '{operation}' of '{id}': {reason}.", '{advice}'),
  LayerStorageFailed: row('internal', 'The storage of layers failed at {path}: {reason}.', 'Look at the engine log (Get-ContainerHost says where it is).'),
  InternalError: row('internal', 'An unexpected error occurred (incident {incident}).', 'Look for the incident in the engine log (Get-ContainerHost says where it is) and report it.'),
  // The connection; the last three are raised by clients
  ProtocolMismatch: row('connection', 'The client speaks protocol {client}; this engine speaks {engine}.', 'Use a module and an engine of the same release.'),
  ProtocolViolation: row('connection', 'The message cannot be understood: {reason}.', 'Send JSON-RPC 2.0 with Content-Length framing.'),
  EngineExited: row('connection', 'The engine ended before it answered ({reason}).', 'The change may or may not have been made: look with Get-Container.'),
  EngineNotFound: row('connection', "The engine was not found at '{path}'.", 'Install the module again, or set SILO_ENGINE to the engine file.'),
  EngineNotAvailableInSandbox: row('connection', 'This host does not allow child processes, so the engine cannot run here.', 'Run the runbook on a Hybrid Runbook Worker.'),
  ContainerExitedNonZero: row('failedPrecondition', "Container '{id}' exited with code {exitCode}.", 'Look at its output with Get-ContainerLog.'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;
