import type { LayerFile, PieceJob } from '../../layer/index.ts';
import type { StorageLibraries } from './layer-storage.ts';

/** Who attaches a scratch disk: the host, which shows it as a folder, or a virtual machine. */
export type ScratchHolder = 'host' | 'machine';

/** A snapshot's folder below `snapshots`. */
export interface KeyFolder { readonly key: number; readonly folder: string }

interface StorageJob {
  readonly libraries: StorageLibraries;
  readonly own: KeyFolder;
}

export interface ApplyJob extends StorageJob, LayerFile {
  readonly kind: 'apply';
  /** Layers below, nearest first. */
  readonly chain: readonly KeyFolder[];
}

export interface PrepareJob extends StorageJob {
  readonly kind: 'prepare';
  /** Folder of what all scratch disks have in common. */
  readonly common: string;
  readonly scratchBytes: number;
}

export interface MountJob extends StorageJob {
  readonly kind: 'mount';
  readonly chain: readonly KeyFolder[];
  readonly target: string;
  readonly holder: ScratchHolder;
}

/** `own` is the folder of all snapshots. */
export interface UnmountJob extends StorageJob {
  readonly kind: 'unmount';
  readonly target: string;
}

interface RemoveJob extends StorageJob { readonly kind: 'remove' }
interface UsageJob extends StorageJob { readonly kind: 'usage' }
/** As for unmounting. */
interface SyncJob extends StorageJob { readonly kind: 'sync' }

/** Writes the changes of a scratch disk as a layer, in pieces. */
export interface DiffJob extends StorageJob, PieceJob {
  readonly kind: 'diff';
  readonly chain: readonly KeyFolder[];
  readonly mountPoints: readonly string[];
  readonly latestTime: number | undefined;
}

export type WclayerJob = ApplyJob | PrepareJob | MountJob | UnmountJob | RemoveJob | UsageJob | SyncJob | DiffJob;
