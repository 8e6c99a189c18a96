import { Type } from 'typebox';
import { count, flag, list, nameValue, nullable, oneOf, optional, record, text, time, type Static } from './schema.ts';

export const isolation = oneOf(['Auto', 'Process', 'HyperV'], 'Isolation: Auto lets the engine choose, Process shares the kernel of the host, HyperV runs the container in a utility VM.');
export const effectiveIsolation = oneOf(['Process', 'HyperV'], 'Isolation that is really used.');
const networkMode = oneOf(['None', 'Host', 'Networks', 'Container'], 'None: loopback only. Host: the network of the host. Networks: those that it is connected to. Container: that of another container.');

export const restartPolicyName = oneOf(['No', 'OnFailure', 'Always', 'UnlessStopped'], 'When it is started again after its end. OnFailure: where the exit code is not 0. Always: also after a reboot, even if it was stopped. UnlessStopped: unless somebody stopped it.');

const containerState = oneOf(['Created', 'Starting', 'Running', 'Paused', 'Exited', 'Removing'],
  'Starting and Removing are seen only while an engine makes that change.');

const mountKinds = 'Bind: a folder or file of the host. Volume: a folder that Silo keeps. Tmpfs: an empty folder in memory. Smb: an SMB share, or a folder of one.';
const mountFields = {
  source: text("Path on the host, or name of the volume, which is made where it is missing; empty for Tmpfs, and for a volume of the container's own. Of Smb: \\\\server\\share[\\folder], with backslashes or slashes."),
  target: text('Absolute path in the container.'),
  readOnly: flag('True where the container may not write.'),
  propagation: optional(oneOf(['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'], 'Of Bind: whether what is mounted below it later is seen on the other side; private where left out.')),
  sizeBytes: optional(Type.Integer({ minimum: 4096, description: 'Of Tmpfs: most bytes; half of the memory of the host where left out.' })),
  mode: optional(Type.Integer({ minimum: 0, maximum: 4095, description: 'Of Tmpfs: permission bits; those of 1777 where left out. Of Smb, on Linux: those that files and folders show; 0777 where left out.' })),
  noCopy: optional(flag('Of Volume: it does not begin with what the image has there.')),
  subPath: optional(Type.String({ minLength: 1, maxLength: 4096, description: 'Of Volume, for Linux containers on Linux: folder within it that is mounted in place of the whole, its parts joined by slashes, none of them a link. It must be there.' })),
  userName: optional(text("Of Smb: account at the server, as name, DOMAIN\\name or name@domain. Left out: on Linux nobody's, on Windows the host's own.")),
  requirePrivacy: optional(flag('Of Smb: nothing goes over the network in clear, also where the server does not ask for it.')),
  userId: optional(count('Of Smb, on Linux: number of the user whose files and folders seem to be; 0 where left out.')),
  groupId: optional(count('Of Smb, on Linux: number of their group; 0 where left out.')),
};
/** Account of a share with its password. */
export const shareCredential = { userName: text('Account, as of userName, which may then be left out.'), secret: text('Password, or key of a storage account.') };
export const mountRequest = record({
  kind: oneOf(['Bind', 'Volume', 'Tmpfs', 'Smb'], mountKinds), ...mountFields,
  credential: optional(record(shareCredential, 'Of Smb. Sent over the connection only; never answered or logged, and kept apart from the container.')),
});
const mount = record({
  kind: oneOf(['Bind', 'Volume', 'Tmpfs', 'Smb', 'File'], `${mountKinds} File: a secret or config of an application, by the name under which Silo keeps it.`), ...mountFields,
  inMemory: optional(flag('Of File: it lies in memory alone, and is gone when the host has started again.')),
});

/** What may be asked of a container's place on a network. */
export const linkParams = {
  addresses: optional(list(Type.String(), { description: 'Addresses that it always has; free ones are chosen where left out. One of each family at most.' })),
  macAddress: optional(text('Hardware address: six pairs of hex digits.')),
  aliases: optional(list(Type.String(), { description: 'Names besides its own by which others on the network find it.' })),
};
const linkRequest = record({ network: text('Name or id of a network.'), ...linkParams });

export const container = record({
  id: text('64 lower-case hex digits; also the id of the compute system.'),
  name: text('Unique name.'),
  image: text('Reference that the container was made from.'),
  imageDigest: text('Digest of the manifest.'),
  state: containerState,
  exitCode: nullable(Type.Integer({ description: 'Exit code; null while it runs, and where it was lost.' })),
  exitReason: nullable(text('Exited, MonitorLost, MachineLost, MachineEnded or HostRestarted.')),
  oomKilled: flag('True where the kernel ended it for want of memory.'),
  startError: nullable(text('Why the last start failed.')),
  monitored: flag('False where the supervisor process of a running container is gone: it runs, but its exit code and later output will be lost.'),
  createdAt: time('When the record was made.'),
  startedAt: nullable(time('Last start.')),
  finishedAt: nullable(time('Last end.')),
  command: list(Type.String(), { description: 'Entry point and arguments.' }),
  environment: list(nameValue),
  labels: list(nameValue),
  mounts: list(mount),
  ports: list(Type.String(), { description: 'Published ports: [address:]hostPort:containerPort/protocol.' }),
  network: networkMode,
  ipAddress: nullable(text('First address of the container.')),
  sandboxId: text('Id of the container whose network it has, and with Hyper-V isolation whose utility VM; its own where it shares none.'),
  isolation: isolation,
  effectiveIsolation: effectiveIsolation,
  machineRoot: nullable(oneOf(['Blocks', 'Shared'], 'What the utility VM of its last start has its root from: Blocks is a read-only disk a layer, Shared the mount of its host; null where there was none.')),
  user: text('User as the image or request gave it; empty means root.'),
  workingDirectory: text('Folder in which the command starts.'),
  hostName: text('Host name within the container.'),
  hasCredentialSpec: flag('True where it was made with a credential specification.'),
  memoryBytes: nullable(count('Limit, in bytes.')),
  cpuCount: nullable(Type.Number({ description: "Limit, in CPUs' worth of time." })),
  autoRemove: flag('True where the container is removed when it ends.'),
  restartPolicy: restartPolicyName,
  maximumRetries: nullable(count('Starts in a row after which OnFailure gives up; null where it never does.')),
  restartCount: count('Starts in a row by the restart policy.'),
  health: nullable(oneOf(['Starting', 'Healthy', 'Unhealthy'], 'What the health checks since the last start say; null where there are none.')),
  healthOutput: nullable(text('What the last health check wrote.')),
  terminal: flag('True where its standard streams are one terminal.'),
  pid: nullable(count('Process id on the host while it runs.')),
}, 'A container.');

export type WireContainer = Static<typeof container>;

/** Name, full id or the beginning of an id that only one container has. */
export const containerRef = text('Name, id, or the beginning of an id; with a leading slash a name only.');

/** Limits that may be changed while a container runs. */
export const limits = {
  memoryBytes: optional(Type.Integer({ minimum: 6291456, description: 'Limit, in bytes; at least 6 MiB.' })),
  cpuCount: optional(Type.Number({ exclusiveMinimum: 0, maximum: 65536, description: "Limit, in CPUs' worth of time." })),
  cpuWeight: optional(Type.Integer({ minimum: 1, maximum: 10000, description: 'Share against other containers; 100 is the default.' })),
  processCount: optional(Type.Integer({ minimum: 16, description: 'Most processes and threads at once; at least 16, since the start itself needs about ten.' })),
  memorySwapBytes: optional(count('Swap beside the memory, in bytes; none where left out. It needs memoryBytes.')),
  cpuSet: optional(text('Processors that it may run on: 0-2,4.')),
  blockIoWeight: optional(Type.Integer({ minimum: 10, maximum: 1000, description: 'Share of block devices against other containers; 100 is the default.' })),
};

/** Settings of Linux containers that are fixed for the life of the container. */
const settings = {
  blockIoLimits: optional(list(record({
    device: text('Path of a block device of the host.'),
    readBytesPerSecond: optional(Type.Integer({ minimum: 1, description: 'Most bytes read in a second.' })),
    writeBytesPerSecond: optional(Type.Integer({ minimum: 1, description: 'Most bytes written in a second.' })),
  }))),
  storageBytes: optional(Type.Integer({ minimum: 16_777_216, description: 'Most bytes that it may write to its root file system, at least 16 MiB; a few percent are for the file system itself.' })),
  oomScoreAdjust: optional(Type.Integer({ minimum: -1000, maximum: 1000, description: 'How early the kernel ends it for want of memory; less than the engine has needs CAP_SYS_RESOURCE, and is raised to that with a warning.' })),
  oomKillDisabled: optional(flag('True lets its processes wait for memory instead of ending them; it needs memoryBytes and cgroups of version 1.')),
  additionalGroups: optional(list(Type.String(), { description: "Further groups of its processes: names of the image's group file, or numbers." })),
  addedCapabilities: optional(list(Type.String(), { description: 'Names with or without CAP_, or ALL.' })),
  droppedCapabilities: optional(list(Type.String(), { description: 'Names with or without CAP_, or ALL. One that is also added by its name stays.' })),
  devices: optional(list(Type.String(), { description: 'Devices of the host: /dev/x[:/dev/y][:rwm]; for a Windows container with process isolation class/<GUID>, the class of their interface.' })),
  userLimits: optional(list(record({
    name: text('As ulimit and getrlimit(2) name it, for example nofile.'),
    soft: Type.Integer({ minimum: -1, description: 'Soft limit; -1 is none.' }),
    hard: optional(Type.Integer({ minimum: -1, description: 'Hard limit; the soft one where left out. More than the engine may have is lowered, with a warning.' })),
  }))),
  kernelParameters: optional(list(nameValue, { description: "Kernel parameters of the container's own namespaces (sysctl): net.*, fs.mqueue.* and those of System V objects." })),
  seccompProfile: optional(text('Default, Unconfined, or the path of a profile on the host.')),
  sharedMemoryBytes: optional(Type.Integer({ minimum: 4096, description: 'Size of /dev/shm; 64 MiB by default.' })),
  init: optional(flag('True runs a small init as first process, which passes signals on and reaps orphans.')),
  pidMode: optional(text("Private, Host or Container:<name or id>: whose processes it sees.")),
  ipcMode: optional(text("Private, Host or Container:<name or id>: whose System V objects and message queues it has; with Host also /dev/shm.")),
  userNamespace: optional(text('Host, the default; another one is refused by name.')),
};

export const createParams = {
  image: text('Reference, or id, of an image of this host.'),
  name: optional(text('Unique name; made up where left out.')),
  command: optional(list(Type.String(), { description: "Replaces the image's CMD." })),
  entrypoint: optional(list(Type.String(), { description: "Replaces the image's ENTRYPOINT (and drops its CMD)." })),
  environment: optional(list(nameValue, { description: "Added to the image's environment; a later one of the same name wins." })),
  labels: optional(list(nameValue)),
  user: optional(text('user[:group], names or numbers.')),
  workingDirectory: optional(text('Absolute path in the container.')),
  hostName: optional(Type.String({ description: 'Host name within the container.', pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$' })),
  credentialSpec: optional(Type.String({ minLength: 2, maxLength: 65_536, description: 'JSON of the credential specification of a group managed service account, of Windows containers alone.' })),
  network: optional(text('None, Host, Container:<name or id>, or a network; the network nat where left out, which is made when it is first needed.')),
  networks: optional(list(linkRequest, { minItems: 1, description: 'Instead of network, where there are several or more to say; the first has the way out.' })),
  ports: optional(list(Type.String(), { description: 'Ports to publish: [address:][hostPort[-last]:]containerPort[-last][/tcp|udp]; a free port of the host where none is named.' })),
  dnsServers: optional(list(Type.String(), { description: 'Servers that are asked for names that are no container.' })),
  dnsSearch: optional(list(Type.String(), { description: 'Domains in which short names are looked for.' })),
  dnsOptions: optional(list(Type.String(), { description: "Options of the resolver of a Linux container, as resolv.conf has them: ndots:2." })),
  domainName: optional(text('Domain behind the host name of a Linux container, in its full form.')),
  hostEntries: optional(list(nameValue, { description: "Lines of the container's hosts file: name and address; host-gateway stands for that of the host." })),
  isolation: optional(isolation),
  ...limits,
  ...settings,
  mounts: optional(list(mountRequest)),
  volumesFrom: optional(list(Type.String(), { description: 'Containers whose volumes, folders of the host and shares it has too, at the same places: container[:ro|rw]. What mounts says for a place goes before.' })),
  readOnlyRoot: optional(flag('True keeps the container from writing to its root file system.')),
  privileged: optional(flag('True gives all capabilities and devices that the engine itself has.')),
  terminal: optional(flag('True gives the process a terminal.')),
  openStdin: optional(flag('True keeps standard input open for silo attach.')),
  stopSignal: optional(text("Signal that asks the process to end; the image's, or SIGTERM.")),
  stopTimeoutSeconds: optional(Type.Integer({ minimum: 0, description: 'Time between that signal and SIGKILL; 10 by default.' })),
  autoRemove: optional(flag('True removes the container when it ends, also with no engine alive.')),
  restartPolicy: optional(record({ name: restartPolicyName, maximumRetries: optional(Type.Integer({ minimum: 1, description: 'Of OnFailure: starts in a row.' })) })),
  healthCheck: optional(record({
    command: optional(list(Type.String(), { description: "File and arguments; exit code 0 means healthy. Empty: no check, whatever the image says. Left out: the image's." })),
    intervalSeconds: optional(Type.Number({ minimum: 0.1, description: 'Time between checks; 30 by default.' })),
    timeoutSeconds: optional(Type.Number({ minimum: 0.1, description: 'Time after which a check has failed; 30 by default.' })),
    startPeriodSeconds: optional(Type.Number({ minimum: 0, description: 'Time after the start in which a failure does not count; 0 by default.' })),
    startIntervalSeconds: optional(Type.Number({ minimum: 0.1, description: 'Time between checks in the start period; 5 by default.' })),
    retries: optional(Type.Integer({ minimum: 1, description: 'Failures in a row that make a container unhealthy; 3 by default.' })),
  })),
  logLimits: optional(record({
    maximumSizeBytes: Type.Integer({ minimum: 65536, description: 'Size at which the log is turned over; 16 MiB by default.' }),
    keptFiles: Type.Integer({ minimum: 1, maximum: 1000, description: 'Files that are kept besides the one that is written; 5 by default.' }),
  })),
};
