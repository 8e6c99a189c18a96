import type { Digest, Platform } from '../base/index.ts';
import type { ContainerSettings } from './container-settings.ts';
import type { AttachedEndpoint, NetworkDefinition, NetworkMode, PublishedPort } from './network.ts';
import type { ResourceLimits } from './runtime.ts';
import type { SnapshotKey } from './snapshotter.ts';

export interface NameValue { readonly name: string; readonly value: string }

export type Isolation = 'Auto' | 'Process' | 'HyperV';

/**
 * Where a container stands. `starting` and `removing` are only seen while an engine holds the
 * container's lock; found without it, they are the trace of an engine that was killed.
 */
export type ContainerState = 'created' | 'starting' | 'running' | 'paused' | 'exited' | 'removing';

export type MountPropagation = 'private' | 'rprivate' | 'slave' | 'rslave' | 'shared' | 'rshared';

export interface ContainerMount {
  readonly kind: 'volume' | 'bind' | 'tmpfs' | 'smb' | 'file';
  /** Volume id or host path; empty for tmpfs; of SMB, the path of a share or of a folder of one; of a file, its name among those that are held for the container. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Of a bind mount: whether what is mounted below it later is seen on the other side. Left out: not. */
  readonly propagation?: MountPropagation;
  /** Of tmpfs. */
  readonly sizeBytes?: number;
  /** Of tmpfs: permission bits of its root; 1777 where left out. Of SMB: those that files and folders show; 0777 where left out. */
  readonly mode?: number;
  /** Of a volume: it does not begin with what the image has there. */
  readonly noCopy?: boolean;
  /** Of a volume: folder within it, its parts joined by slashes, in place of the whole. */
  readonly subPath?: string;
  /** Of SMB: account at the server. Its password is kept elsewhere (ShareCredentials). */
  readonly userName?: string;
  /** Of SMB: nothing goes over the network in clear. */
  readonly requirePrivacy?: boolean;
  /** Of SMB: owner and group that files and folders show. */
  readonly userId?: number;
  readonly groupId?: number;
  /** Of a file: it must not reach a disk, and is gone when the host has started again. */
  readonly inMemory?: boolean;
}

/** When a container is started again without anybody asking (docker run --restart). */
export interface RestartPolicy {
  readonly name: 'no' | 'on-failure' | 'always' | 'unless-stopped';
  /** Of on-failure: starts in a row before it is given up; undefined means that it never is. */
  readonly maximumRetries?: number | undefined;
}

/** A command that tells whether a container does its work (Docker image specification, `Healthcheck`). */
export interface HealthCheck {
  /** File and arguments; exit code 0 means healthy. */
  readonly command: readonly string[];
  readonly intervalMs: number;
  /** After this time a check has failed, and its process is ended. */
  readonly timeoutMs: number;
  /** Time after the start in which a failure does not count. */
  readonly startPeriodMs: number;
  /** Interval within the start period. */
  readonly startIntervalMs: number;
  /** Failures in a row that make a container unhealthy. */
  readonly retries: number;
}

export interface LogLimits {
  /** Size at which the log is turned over. */
  readonly maximumSizeBytes: number;
  /** Files that are kept besides the one that is written. */
  readonly keptFiles: number;
}

/** A network that a container was made for, with what was asked of it there. */
export interface ContainerLink {
  readonly networkId: string;
  /** Addresses that the container always has; empty where any will do. */
  readonly addresses: readonly string[];
  readonly macAddress: string | undefined;
  /** Names besides its own by which others on the network find it. */
  readonly aliases: readonly string[];
}

/** What the user asked for about networks. */
export interface ContainerNetworking {
  /** For the mode `networks`, in order: the first has the way out. */
  readonly links: readonly ContainerLink[];
  readonly ports: readonly PublishedPort[];
  readonly dnsServers: readonly string[];
  readonly dnsSearch: readonly string[];
  /** Options of the resolver, as resolv.conf(5) has them. */
  readonly dnsOptions?: readonly string[];
  /** Behind its host name: what `hostname -f` and `domainname` say. */
  readonly domainName?: string;
  /** Lines of the container's hosts file: name and address. */
  readonly hostEntries: readonly NameValue[];
  /** For the mode `container`: id of the one whose sandbox it shares. */
  readonly containerId: string | undefined;
}

/** What the user asked for, image defaults already merged; after the create only limits and the restart policy change. */
export interface ContainerSpec {
  readonly imageReference: string;
  readonly args: readonly string[];
  readonly environment: readonly NameValue[];
  readonly workingDirectory: string;
  readonly user: string;
  readonly hostName: string;
  readonly labels: readonly NameValue[];
  readonly terminal: boolean;
  readonly openStdin: boolean;
  readonly stopSignal: string;
  readonly stopTimeoutSeconds: number;
  readonly readOnlyRoot: boolean;
  readonly privileged: boolean;
  readonly network: NetworkMode;
  /** Left out where nothing was asked for but the mode. */
  readonly networking?: ContainerNetworking;
  readonly resources: ResourceLimits;
  /** Most bytes that it may write to its root file system. */
  readonly storageBytes?: number;
  /** Left out where there are none. */
  readonly settings?: ContainerSettings;
  /** JSON of a group managed service account's credential specification, of Windows containers. */
  readonly credentialSpec?: string;
  readonly mounts: readonly ContainerMount[];
  readonly autoRemove: boolean;
  /** Undefined means `no`. */
  readonly restartPolicy?: RestartPolicy | undefined;
  readonly healthCheck?: HealthCheck | undefined;
  /** Undefined means the default limits. */
  readonly logLimits?: LogLimits | undefined;
  /** System of the container where it is another than Linux. */
  readonly os?: string;
}

export interface HealthResult {
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** Null where the check was ended for taking too long, or could not be run. */
  readonly exitCode: number | null;
  /** The last of what it wrote, or why it could not be run. */
  readonly output: string;
}

export interface ContainerHealth {
  readonly status: 'starting' | 'healthy' | 'unhealthy';
  /** Failures in a row. */
  readonly failingStreak: number;
  /** The last five, the newest last. */
  readonly results: readonly HealthResult[];
}

/** What the supervisor knows of a container from one start to the next. */
export interface ContainerLife {
  /** What was asked for last: a policy starts nothing again that somebody stopped. */
  readonly wanted: 'running' | 'stopped';
  /** Starts in a row by the restart policy; a container that ran for a while begins at 0 again. */
  readonly restartCount: number;
  /** When the restart policy starts it again; undefined where it does not. */
  readonly restartAt: Date | undefined;
  /** Of the last start; undefined where there is no health check. */
  readonly health: ContainerHealth | undefined;
  /** What the utility VM of the last start has its root from; left out where there was none. */
  readonly machineRoot?: MachineRoot | undefined;
}

/** Blocks: a disk a layer. Shared: the host's mount of the root. */
export type MachineRoot = 'Blocks' | 'Shared';

export interface ContainerRecord {
  readonly id: string;
  readonly name: string;
  readonly state: ContainerState;
  readonly isolation: Isolation;
  readonly runtime: string;
  readonly sandboxId: string;
  readonly manifestDigest: Digest;
  readonly snapshotKey: SnapshotKey | undefined;
  readonly spec: ContainerSpec;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly exitCode: number | null;
  readonly exitReason: string | undefined;
  readonly oomKilled: boolean;
  readonly startError: string | undefined;
  readonly pid: number | undefined;
  /** Boot id of the host at the last start: with another one the task is gone. */
  readonly bootId: string | undefined;
  readonly life: ContainerLife;
  /** First address while it runs; left out where it has none of its own. */
  readonly ipAddress?: string | undefined;
}

export type ContainerChange = Partial<Omit<ContainerRecord, 'id' | 'createdAt'>>;

export interface ImageRecord {
  /** Normalised reference. */
  readonly reference: string;
  readonly manifestDigest: Digest;
  /** What the reference named where the image came from: an index for several platforms, or the manifest itself. */
  readonly sourceDigest: Digest;
  readonly createdAt: Date | undefined;
  readonly importedAt: Date;
  readonly platform: Platform;
  readonly configDigest: Digest;
  /** Chain id of the top layer (OCI image specification, "Layer ChainID"); undefined for an image without layers. */
  readonly chainId: Digest | undefined;
  /** Bytes of the stored (compressed) layers and of the unpacked ones. */
  readonly storedBytes: number;
  readonly unpackedBytes: number;
  readonly layerCount: number;
}

export interface LayerRecord {
  readonly key: SnapshotKey;
  readonly snapshotter: string;
  readonly chainId: Digest;
  readonly diffId: Digest;
  readonly parent: SnapshotKey | undefined;
  readonly sizeBytes: number;
}

/** An SMB share as a mount or a volume names it; the words mean the same in both (ContainerMount). */
export type NamedShare = Pick<ContainerMount, 'source' | 'userName' | 'requirePrivacy' | 'mode' | 'userId' | 'groupId'>;

export interface VolumeRecord {
  /** The name; 64 hex digits where it has none. */
  readonly id: string;
  /** Container with which it goes; empty where it stays. */
  readonly containerId: string;
  readonly labels: readonly NameValue[];
  readonly createdAt: Date;
  /** What its data is, where that is on a server; a folder of the store where left out. */
  readonly share?: NamedShare;
}

export interface ProcessRecord {
  readonly id: string;
  readonly containerId: string;
  readonly args: readonly string[];
  readonly user: string;
  readonly startedAt: Date;
  readonly exitedAt: Date | undefined;
  readonly exitCode: number | null;
  readonly state: 'running' | 'exited';
  readonly pid: number | undefined;
}

export interface NetworkRecord extends NetworkDefinition {
  readonly labels: readonly NameValue[];
  readonly createdAt: Date;
}

/** A container's place on a network; it holds addresses from the moment at which it has any, and ports while it is attached. */
export interface EndpointRecord {
  readonly id: string;
  readonly containerId: string;
  readonly networkId: string;
  /** Place among the container's networks: the first one leads out. */
  readonly position: number;
  readonly request: Omit<ContainerLink, 'networkId'>;
  readonly addresses: readonly string[];
  readonly ports: readonly PublishedPort[];
  /** Undefined while the container does not run. */
  readonly attached: AttachedEndpoint | undefined;
}

export interface LeaseRecord {
  readonly id: string;
  readonly createdAt: Date;
}

export interface EventRecord {
  readonly seq: number;
  readonly time: Date;
  readonly kind: string;
  readonly subject: string;
  readonly attributes: readonly NameValue[];
}

/** What a build step made, by everything that could change it. */
export interface BuildCacheEntry {
  /** 64 hex digits. */
  readonly key: string;
  /** Undefined where the step changed only the configuration. `chainId` is that of the layer with all below it. */
  readonly layer: { readonly digest: Digest; readonly diffId: Digest; readonly chainId: Digest; readonly mediaType: string; readonly sizeBytes: number } | undefined;
  readonly createdAt: Date;
  readonly usedAt: Date;
}

export interface ContainerFilter {
  readonly states?: readonly ContainerState[];
}


/** Reads of one consistent state of the store. Synchronous: a read never waits for another engine. */
export interface MetadataReader {
  container(id: string): ContainerRecord | undefined;
  containerByName(name: string): ContainerRecord | undefined;
  /** At most two ids that begin so: enough to tell none, one and several. */
  containerIdsByPrefix(prefix: string): readonly string[];
  /** In order of creation; `after` is the `position` of the last one of the page before. */
  containers(options?: ContainerFilter & { readonly after?: number; readonly limit?: number }): readonly (ContainerRecord & { readonly position: number })[];
  /** Those that need somebody: that run or are being started, and of those that have ended the ones that wait for a restart or want to be gone. */
  supervisedContainers(): readonly ContainerRecord[];
  image(reference: string): ImageRecord | undefined;
  images(): readonly ImageRecord[];
  imagesByManifest(digest: Digest): readonly ImageRecord[];
  /** Blobs that a manifest needs, as `setBlobReferences` was told. */
  blobReferences(parent: Digest): readonly Digest[];
  /** Images whose reference named this digest in its registry. */
  imagesBySource(digest: Digest): readonly ImageRecord[];
  containerCounts(): { readonly all: number; readonly running: number };
  containersOfManifest(digest: Digest): readonly ContainerRecord[];
  layer(snapshotter: string, chainId: Digest): LayerRecord | undefined;
  layers(): readonly LayerRecord[];
  /** Whether any layer is of another boot and not known to be on the disk. */
  hasDoubtfulLayers(bootId: string): boolean;
  /** Layers that are not known to be on the disk. */
  unsyncedLayers(): readonly SnapshotKey[];
  /** Unfinished snapshots of a lease. */
  leasedSnapshots(leaseId: string): readonly SnapshotKey[];
  /** The layers below a snapshot, top first, without itself. */
  chainBelow(key: SnapshotKey): readonly SnapshotKey[];
  /** Keys of all snapshots that have a row, finished or not. */
  snapshotKeys(snapshotter: string): readonly SnapshotKey[];
  process(containerId: string, id: string): ProcessRecord | undefined;
  processes(containerId: string): readonly ProcessRecord[];
  /** Those of all containers of which nobody has heard that they ended. */
  runningProcesses(): readonly ProcessRecord[];
  volumesOf(containerId: string): readonly string[];
  volumeIds(): readonly string[];
  volume(id: string): VolumeRecord | undefined;
  /** In order of their names. */
  volumes(): readonly VolumeRecord[];
  setting(name: string): string | undefined;
  buildCacheEntry(key: string): BuildCacheEntry | undefined;
  /** The one that was not used for longest first. */
  buildCacheEntries(): readonly BuildCacheEntry[];
  network(id: string): NetworkRecord | undefined;
  /** Without regard to case. */
  networkByName(name: string): NetworkRecord | undefined;
  /** In order of creation. */
  networks(): readonly NetworkRecord[];
  endpoint(id: string): EndpointRecord | undefined;
  /** In order of their positions. */
  endpointsOfContainer(containerId: string): readonly EndpointRecord[];
  endpointsOfNetwork(networkId: string): readonly EndpointRecord[];
  endpoints(): readonly EndpointRecord[];
  leases(): readonly LeaseRecord[];
  /** Number of the newest event; 0 where there is none. */
  newestEvent(): number;
  /** The newest event of that kind about the subject. */
  lastEvent(kind: string, subject: string): EventRecord | undefined;
  events(options: { readonly afterSeq: number; readonly limit: number }): readonly EventRecord[];
}

/** One transaction. Nothing in it may be awaited. */
export interface MetadataWriter extends MetadataReader {
  /** Errors: ContainerNameInUse. */
  insertContainer(record: ContainerRecord): void;
  updateContainer(id: string, change: ContainerChange): void;
  deleteContainer(id: string): void;
  /** Sets or moves the reference. */
  putImage(record: ImageRecord): void;
  deleteImage(reference: string): void;
  /** A new key. It belongs to `leaseId` until it is a finished layer or a container's. */
  allocateSnapshot(snapshotter: string, leaseId: string): SnapshotKey;
  /** Publishes a finished layer under its chain id. False where another engine was faster: the caller removes its own. */
  publishLayer(record: LayerRecord, bootId: string): boolean;
  /** Hands a container its writable snapshot over the layer `parent`. */
  assignSnapshot(key: SnapshotKey, containerId: string, parent: SnapshotKey | undefined): void;
  /** Takes a container's snapshot from it: the lease has it, and whoever ends the lease removes it. */
  leaseSnapshot(key: SnapshotKey, leaseId: string): void;
  deleteSnapshot(key: SnapshotKey): void;
  /** Layers written through to the disk: they survive a power failure. */
  markLayersSynced(keys: readonly SnapshotKey[]): void;
  /** Blobs that a manifest needs; the garbage collector follows these. */
  setBlobReferences(parent: Digest, children: readonly Digest[]): void;
  addLease(id: string): void;
  leaseBlob(leaseId: string, digest: Digest): void;
  /** Deletes the lease and the rows of its unfinished snapshots, whose folders are gone already. */
  deleteLease(id: string): void;
  putProcess(record: ProcessRecord): void;
  /** Sets or replaces. */
  putVolume(record: VolumeRecord): void;
  deleteVolume(id: string): void;
  setSetting(name: string, value: string): void;
  /** Sets or replaces the entry of that key; its layer and blob are kept for it. */
  putBuildCacheEntry(entry: BuildCacheEntry): void;
  markBuildCacheUsed(keys: readonly string[], usedAt: Date): void;
  deleteBuildCacheEntry(key: string): void;
  /** Errors: NetworkNameInUse. */
  insertNetwork(record: NetworkRecord): void;
  updateNetwork(record: NetworkRecord): void;
  deleteNetwork(id: string): void;
  /** Sets or replaces. */
  putEndpoint(record: EndpointRecord): void;
  deleteEndpoint(id: string): void;
  appendEvent(event: Omit<EventRecord, 'seq'>): void;
  /** Everything that no image, container, lease or entry of the build cache reaches: the sweep of mark and sweep. The returned layers are nobody's any more, and marked (`leasedSnapshots('')`) until their rows are deleted: the caller, who holds the store lock, deletes folders and files, and then the rows. What an earlier caller marked and could not delete is among them. */
  collectGarbage(knownBlobs: readonly Digest[]): { readonly blobs: readonly Digest[]; readonly snapshots: readonly SnapshotKey[] };
  /** Layers that were published in another boot and never synced: dropped, with everything above them, but for those that a container stands on. */
  dropUnsyncedLayers(bootId: string): readonly SnapshotKey[];
}

/**
 * The store's truth: one database for all engines on a root. A write is one transaction that waits
 * for other engines without blocking the event loop. Errors of opening: StoreNewer, StoreCorrupt, DiskFull.
 */
export interface Metadata {
  read<T>(body: (reader: MetadataReader) => T): T;
  /** `body` may run again after a busy store: it must have no effect but its writes. Errors: StoreBusy, DiskFull. */
  write<T>(body: (writer: MetadataWriter) => T, signal?: AbortSignal): Promise<T>;
  /**
   * As `write`, without a wait for the disk: for what means nothing after a power failure. Everybody sees it at once,
   * the death of any process leaves it, and it is on the disk no later than what is written after it.
   */
  writeLightly<T>(body: (writer: MetadataWriter) => T, signal?: AbortSignal): Promise<T>;
  close(): void;
}
