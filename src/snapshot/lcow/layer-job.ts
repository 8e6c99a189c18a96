import type { LayerFile, PieceJob } from '../../layer/index.ts';

/** Where the functions are: Windows' own DLLs by name, or what stands in their place. */
export interface DiskLibraries {
  readonly virtDisk: string;
  readonly kernel: string;
}

/** A snapshot's folder. */
export interface KeyFolder { readonly key: number; readonly folder: string }

/** Makes an image of a stored layer. Without a limit, 64 GiB and the ratio guard hold. */
export interface ApplyJob extends LayerFile {
  readonly kind: 'apply';
  readonly own: KeyFolder;
  /** Layers below, nearest first. */
  readonly chain: readonly KeyFolder[];
}

/** Makes a writable disk that differs from an empty one of its size. */
export interface PrepareJob {
  readonly kind: 'prepare';
  readonly libraries: DiskLibraries;
  readonly own: KeyFolder;
  /** Folder of what several snapshots have in common. */
  readonly common: string;
  readonly scratchBytes: number;
}

/** Gives the root of a writable disk what the root of the layers is like. */
export interface InheritJob {
  readonly kind: 'inherit';
  readonly libraries: DiskLibraries;
  readonly own: KeyFolder;
  readonly chain: readonly KeyFolder[];
}

/** Makes a layer without files where there is none; answers its path. */
interface EmptyJob { readonly kind: 'empty'; readonly own: KeyFolder }

/** Looks whether layers have anything in a folder; answers a boolean. */
export interface HoldsJob {
  readonly kind: 'holds';
  readonly own: KeyFolder;
  readonly chain: readonly KeyFolder[];
  readonly path: string;
}

/** Writes the changes on a writable disk, which no machine has, as a layer in pieces. */
export interface DiffJob extends PieceJob {
  readonly kind: 'diff';
  readonly libraries: DiskLibraries;
  readonly own: KeyFolder;
  readonly chain: readonly KeyFolder[];
  readonly mountPoints: readonly string[];
  readonly latestTime: number | undefined;
}

interface UsageJob { readonly kind: 'usage'; readonly own: KeyFolder }

export type LcowJob = ApplyJob | PrepareJob | InheritJob | EmptyJob | HoldsJob | DiffJob | UsageJob;
