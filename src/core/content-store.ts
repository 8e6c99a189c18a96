import type { Digest } from '../base/index.ts';

export interface BlobInfo {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface IngestOptions {
  /** Digest that the content must have; without it the content's sha256 becomes its name. */
  readonly expected?: Digest;
  /** Size that the content must have, in bytes. */
  readonly expectedSizeBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * One write in progress. Exactly one of `commit` and `abort` ends it; `abort` after `commit` does
 * nothing, so a `finally` may always call it. Until `commit` returns nobody can see the content.
 */
export interface BlobWriter {
  readonly writtenBytes: number;
  /** A descriptor that reads the content as far as it is written, also after `commit`. The caller closes it. Undefined where content is kept in another way. */
  openReader(): Promise<{ readonly fd: number; close(): Promise<void> } | undefined>;
  /** Errors: DiskFull, OperationCancelled. The chunk may be reused once the promise is settled. */
  write(chunk: Uint8Array): Promise<void>;
  /** Verifies, makes durable and publishes. Errors: DigestMismatch, SizeMismatch, DiskFull; all of them leave nothing behind. Committing content that is there already succeeds. */
  commit(): Promise<BlobInfo>;
  abort(): Promise<void>;
}

/**
 * Immutable bytes by digest. Many engines use one store at once. Content is visible wholly or not at
 * all, whoever is killed when. It knows nothing of images or references: what may be deleted is the
 * garbage collector's business, which must hold the store lock while it deletes.
 */
export interface ContentStore {
  /** Undefined where the content is not there. */
  stat(digest: Digest): Promise<BlobInfo | undefined>;
  /** The local file of a blob, for readers in worker threads. Errors: BlobNotFound. */
  path(digest: Digest): Promise<string>;
  /** Bytes from `offset` to the end. The iterator closes the file when it ends, however it ends. Errors: BlobNotFound. */
  read(digest: Digest, options?: { readonly offset?: number; readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  /** The whole content of a small blob (manifest, configuration). Errors: BlobNotFound, SizeMismatch above `limitBytes`, DigestMismatch. */
  readAll(digest: Digest, limitBytes: number): Promise<Uint8Array>;
  ingest(options?: IngestOptions): Promise<BlobWriter>;
  list(): AsyncIterable<BlobInfo>;
  /** True where the content was there. */
  delete(digest: Digest): Promise<boolean>;
  /** Removes writes that were left by engines that are gone (no lock held). Returns how many. */
  repair(): Promise<number>;
}
