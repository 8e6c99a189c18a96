/** Bounds of time, size and number that protect from hostile or broken registries. */
export interface ClientLimits {
  /** Blobs under way at once to one registry; each is held until its stream has been read. */
  readonly transfersPerRegistry: number;
  /** Manifests, lists and other short exchanges at once to one registry. */
  readonly documentsPerRegistry: number;
  /** Milliseconds until a connection stands. */
  readonly connectTimeoutMs: number;
  /** Milliseconds without an answer, or with hardly a byte of it, that count as a dead connection. */
  readonly inactivityMs: number;
  /** Milliseconds that a short exchange may take as a whole. */
  readonly documentTimeoutMs: number;
  /** Milliseconds that a registry may take to check and keep a blob once it has all of it. */
  readonly commitTimeoutMs: number;
  /** Bytes of a manifest, list or token answer (OCI distribution specification, "Pushing Manifests": 4 MiB at least). */
  readonly documentBytes: number;
  /** Bytes of a file that is no registry's. */
  readonly fileBytes: number;
  /** Redirects in a row. */
  readonly redirects: number;
  /** Attempts in a row without headway: one, and four more. */
  readonly attempts: number;
  /** Milliseconds before the second attempt at most; it doubles with each. */
  readonly backoffMs: number;
  /** Milliseconds between two attempts at most. A registry that asks for more is not waited for. */
  readonly longestWaitMs: number;
  /** Pages of one list. */
  readonly pages: number;
  /** Entries of one list. */
  readonly entries: number;
}

export const defaultLimits: ClientLimits = {
  transfersPerRegistry: 6,
  documentsPerRegistry: 8,
  connectTimeoutMs: 15_000,
  inactivityMs: 60_000,
  documentTimeoutMs: 120_000,
  commitTimeoutMs: 600_000,
  documentBytes: 4 * 1024 * 1024,
  fileBytes: 16 * 1024 ** 3,
  redirects: 10,
  attempts: 5,
  backoffMs: 500,
  longestWaitMs: 60_000,
  pages: 10_000,
  entries: 1_000_000,
};
