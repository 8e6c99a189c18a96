import type { AppliedLayer } from '../../core/index.ts';
import type { LayerFile, PieceJob } from '../../layer/index.ts';
import type { GuessedFolder } from './layer-tree.ts';

/** Unpacks a stored layer into `folder`/fs. Without a limit, 64 GiB and the ratio guard hold. */
export interface ApplyJob extends LayerFile {
  readonly kind: 'apply';
  /** The key's folder; made by the job, and removed where it fails. */
  readonly folder: string;
  /** Roots of the layers below, top first; undefined where they are not whole yet. */
  readonly chain: readonly string[] | undefined;
}

/** What an `ApplyJob` answers; undefined where it can't be done before the layers below are whole. */
export type ApplyAnswer = { readonly layer: AppliedLayer; readonly guesses: readonly GuessedFolder[] } | undefined;

/** Looks at the guesses of an `ApplyJob` again; answers whether they were right. */
export interface InheritJob {
  readonly kind: 'inherit';
  readonly folder: string;
  readonly chain: readonly string[];
  readonly guesses: readonly GuessedFolder[];
}

interface RemoveJob { readonly kind: 'remove'; readonly folder: string }

interface UsageJob { readonly kind: 'usage'; readonly folder: string }

/** Writes the changes in `folder` as a layer, in pieces. */
export interface DiffJob extends PieceJob {
  readonly kind: 'diff';
  /** Root of the writable snapshot. */
  readonly folder: string;
  /** Roots of the layers below, top first. */
  readonly chain: readonly string[];
  readonly mountPoints: readonly string[];
  readonly latestTime: number | undefined;
}

/** Tells the names of the changes in `folder`; answers a list of `FileChange`. */
export interface ChangesJob {
  readonly kind: 'changes';
  readonly folder: string;
  readonly chain: readonly string[];
  readonly mountPoints: readonly string[];
}

export type LayerJob = ApplyJob | InheritJob | RemoveJob | UsageJob | DiffJob | ChangesJob;
