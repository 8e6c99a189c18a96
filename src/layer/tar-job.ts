import type { Digest } from '../base/index.ts';

/** Unpacks and hashes a stored layer into a ring. */
export interface TarJob {
  readonly path: string;
  readonly ring: SharedArrayBuffer;
}

export interface TarAnswer {
  readonly digest: Digest;
  readonly readBytes: number;
}
