import type { SiloError } from '../../base/index.ts';

/** Unpacks a stored layer into `folder`/fs. Everything here passes between threads as it is. */
export interface ApplyJob {
  readonly kind: 'apply';
  /** The key's folder; made by the job, and removed where it fails. */
  readonly folder: string;
  /** Roots of the layers below, top first. */
  readonly chain: readonly string[];
  readonly path: string;
  /** A file that still grows; see LayerSource.arriving. */
  readonly arriving: { readonly fd: number; readonly shared: SharedArrayBuffer } | undefined;
  readonly diffId: string | undefined;
  /** Undefined: 64 GiB, and the ratio guard. */
  readonly limitBytes: number | undefined;
}

interface RemoveJob { readonly kind: 'remove'; readonly folder: string }

interface UsageJob { readonly kind: 'usage'; readonly folder: string }

/** Writes the changes in `folder` as a layer, in pieces. */
export interface DiffJob {
  readonly kind: 'diff';
  /** Root of the writable snapshot. */
  readonly folder: string;
  /** Roots of the layers below, top first. */
  readonly chain: readonly string[];
  readonly mountPoints: readonly string[];
  readonly latestTime: number | undefined;
  /** One 32-bit word: how many pieces the reader is done with. The thread is never more than a few ahead. */
  readonly taken: SharedArrayBuffer;
}

export type LayerJob = ApplyJob | RemoveJob | UsageJob | DiffJob;

export interface JobRequest {
  readonly job: LayerJob;
  /** One 32-bit word; the caller sets it to 1 to cancel, which is seen between two pieces of the archive. */
  readonly cancelled: SharedArrayBuffer;
}

/** An error as it crosses threads: class instances lose their class on the way. */
export interface JobError {
  readonly silo: { readonly code: SiloError['code']; readonly args: SiloError['args']; readonly target: SiloError['target']; readonly native: SiloError['native']; readonly retryable: boolean } | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}

export type JobReport =
  | { readonly kind: 'progress'; readonly readBytes: number }
  | { readonly kind: 'piece'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: JobError };
