import { createHash } from 'node:crypto';

/** Raised when what a key stands for is computed in another way: older entries are never found again. */
const keyVersion = 1;

/** Name of a step's result: everything that can change it, in this order. Secrets are named by their ids. */
export const cacheKey = (kind: string, ...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify([keyVersion, kind, ...parts])).digest('hex');
