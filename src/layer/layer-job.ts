import type { SiloError } from '../base/index.ts';

/** A job that hands out pieces while it runs. Everything in a job passes between threads as it is. */
export interface PieceJob {
  /** One 32-bit word: how many pieces the reader is done with. The thread is never more than a few ahead. */
  readonly taken: SharedArrayBuffer;
}

export interface JobRequest<Job> {
  readonly job: Job;
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
