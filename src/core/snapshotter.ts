import type { Arrival, Digest } from '../base/index.ts';

/** An integer of its own, given by Metadata; the folder's name. Never a container id (decision 3). */
export type SnapshotKey = number;

export interface LayerSource {
  /** Local file that holds the layer as stored. */
  readonly path: string;
  readonly mediaType: string;
  /** Where the layer is still on its way: an open descriptor of its file, read as far as it has arrived. The caller closes it. */
  readonly arriving?: { readonly fd: number; readonly arrival: Arrival };
  /** Given where the layers of the chain may be on their way too: settles when all of them are whole, and rejects where one never will be. See `Snapshotter.appliesAhead`. */
  readonly chainReady?: Promise<unknown>;
  /** Digest of the uncompressed tar; verified where given. */
  readonly diffId?: Digest;
  /** Bytes that the layer may unpack to. */
  readonly limitBytes?: number;
  readonly signal?: AbortSignal;
  /** Called with bytes read of the stored file, at most a few times a second. */
  readonly onProgress?: (readBytes: number) => void;
}

export interface AppliedLayer {
  readonly diffId: Digest;
  /** Sum of the file sizes in the layer, in bytes. */
  readonly sizeBytes: number;
  readonly entries: number;
}

export interface DiffOptions {
  readonly signal?: AbortSignal;
  /** Absolute paths in the container where something is mounted while it runs: an empty file or folder that was made there for that is no change. */
  readonly mountPoints?: readonly string[];
  /** Seconds since 1970: no entry gets a later time. */
  readonly latestTime?: number;
  /** Called before the iteration ends, where it was read to its end. */
  readonly onSummary?: (summary: DiffSummary) => void;
}

export interface FileChange {
  /** Absolute path in the container. */
  readonly path: string;
  readonly kind: 'added' | 'modified' | 'deleted';
}

export interface DiffSummary {
  /** 0 where nothing was changed. */
  readonly entries: number;
  /** Sum of the file sizes, in bytes. */
  readonly sizeBytes: number;
  /** Newest time of an entry, in seconds since 1970; undefined where no entry has one. */
  readonly newestTime: number | undefined;
}

/** What a mounted snapshot is put together from, for runtimes that put it together themselves (HCS's Container.Storage, block devices of a VM). */
export interface SnapshotStorage {
  /** Read-only layers, top first; `id` is what the technology calls a layer (HCS: a GUID). */
  readonly layers: readonly { readonly id: string; readonly path: string }[];
  /** The writable part: a volume, a disk image or a folder, as the technology has it. */
  readonly scratchPath: string;
}

export interface SnapshotUsage { readonly sizeBytes: number; readonly inodes: number }

/** Read-only disks with what single layers hold, deletions as overlay has them: made once, and shared by all machines. */
export interface LayerImages {
  /** Why none can be made here; undefined where they can. */
  obstacle(): string | undefined;
  /** Paths of those of the layers `chain`, in its order; what is missing is made. Errors: SnapshotNotFound, LayerImageDamaged, LayerDamaged, DiskFull, OperationCancelled. */
  ensure(chain: readonly SnapshotKey[], signal?: AbortSignal): Promise<readonly string[]>;
  /** Why the one of a layer is of no use; undefined where it is whole, or there is none. With `every` all of it is read. */
  damage(key: SnapshotKey, options: { readonly every: boolean; readonly signal?: AbortSignal | undefined }): Promise<string | undefined>;
  /** Makes it again. A machine that has the old one keeps that. Errors: those of `ensure`. */
  remake(key: SnapshotKey, signal?: AbortSignal): Promise<void>;
  /** What it takes on the disk, in bytes; 0 where there is none. */
  sizeBytes(key: SnapshotKey): Promise<number>;
}

/**
 * Keeps layers and writable scratch spaces as folders, and presents a stack of them as one root file
 * system. It holds no metadata: which key belongs to what, and in which order layers stand, is told
 * by the caller (`chain`: top layer first). What it finds without the caller knowing the key is
 * garbage. Every method may be repeated; half of one that was killed is undone by `remove`.
 */
export interface Snapshotter {
  readonly name: string;
  /** True where `applyLayer` takes `LayerSource.chainReady`: it may then be called before the layers of `chain` are whole, the lowest first, and looks at them only when they are. */
  readonly appliesAhead?: boolean;
  /** Told some time before `applyLayer`, so that what that needs may be started meanwhile. Absent where nothing has to be. */
  expectLayers?(): void;
  /** Unpacks a layer over `chain`. Errors: ArchiveInvalid, ArchivePathUnsafe, LayerEntryUnsupported, ArchiveTooLarge, DigestMismatch, DiskFull, OperationCancelled. On any error `key` is removed. */
  applyLayer(key: SnapshotKey, chain: readonly SnapshotKey[], source: LayerSource): Promise<AppliedLayer>;
  /** Why it can make no snapshots of a fixed size here; undefined where it can. Absent where it never can. */
  sizeLimitObstacle?(): string | undefined;
  /** Makes an empty writable snapshot, which takes at most `sizeBytes`; one that is there already is left as it is. Before `mount`, `diff` and `changes`. Errors: DiskFull, StorageLimitUnsupported. */
  prepare(key: SnapshotKey, sizeBytes?: number): Promise<void>;
  /** Mounts the writable snapshot `key` over `chain` at `target`, which exists; with `readOnly` nobody writes to it there. A mount that is there already is left as it is. Answers undefined where the folder is all that a runtime needs. */
  mount(key: SnapshotKey, chain: readonly SnapshotKey[], target: string, options?: { readonly readOnly?: boolean }): Promise<SnapshotStorage | undefined>;
  /**
   * Shows the files at `target`, which exists, for the time of `work`, as changes are made from outside of a
   * container. Present only where `mount` shows nothing there, since a virtual machine takes the writable part; not
   * to be called while it has it (SnapshotInUse). Errors: those of mount.
   */
  withRoot?<T>(key: SnapshotKey, chain: readonly SnapshotKey[], target: string, work: () => Promise<T>): Promise<T>;
  /** Whether the layers of `chain` have anything in a folder of the container's root. Present only where the host is shown nothing at all, not even for some time. Errors: SnapshotNotFound, LayerDamaged. */
  holds?(chain: readonly SnapshotKey[], folder: string): Promise<boolean>;
  /** Unmounts whatever is at `target`; nothing there is no error. Errors: SnapshotInUse where a container still uses it; it may be repeated. */
  unmount(target: string): Promise<void>;
  /**
   * The changes of the writable snapshot `key`, which lies over `chain`, as an uncompressed layer (OCI
   * image specification, layer.md). The same changes give the same bytes. It need not be mounted; a
   * container that writes meanwhile makes no error where the technology can read beside it (SnapshotInUse where
   * it can't: Windows), but then nothing says which moment each file is of. Leaving the iteration early ends
   * the work. Errors: SnapshotNotFound, SnapshotInUse, LayerEntryUnsupported, OperationCancelled.
   */
  diff(key: SnapshotKey, chain: readonly SnapshotKey[], options?: DiffOptions): AsyncIterable<Uint8Array>;
  /**
   * Makes the writable snapshot `key` over `chain` with changes that a diff gave, this snapshotter's or
   * another's: what was changed, added or deleted there is so here. Absent where the technology takes no
   * changes over. Errors: those of applyLayer; on any error `key` is removed.
   */
  applyChanges?(key: SnapshotKey, chain: readonly SnapshotKey[], source: LayerSource): Promise<void>;
  /** The changes of the writable snapshot `key` by name, without those that `diff` leaves out, in its order. Absent where the technology tells no names. Errors: those of `diff`. */
  changes?(key: SnapshotKey, chain: readonly SnapshotKey[], options?: Pick<DiffOptions, 'signal' | 'mountPoints'>): Promise<readonly FileChange[]>;
  /** Everything that is mounted at `target` as an uncompressed tar archive, as `diff` gives changes. Absent where the host cannot read what a container sees. Errors: those of `diff`. */
  archive?(target: string, options?: Pick<DiffOptions, 'signal'>): AsyncIterable<Uint8Array>;
  /** Layers as disks for virtual machines. Absent where the technology has none beside its folders. */
  readonly images?: LayerImages;
  usage(key: SnapshotKey): Promise<SnapshotUsage>;
  /** Nothing there is no error. Errors: SnapshotInUse where it is mounted, or part of what is; it stays then. */
  remove(key: SnapshotKey): Promise<void>;
  /** Every key that has anything on disk, half made ones too. */
  list(): Promise<readonly SnapshotKey[]>;
  /** Writes everything applied so far through to the disk. */
  sync(): Promise<void>;
}
