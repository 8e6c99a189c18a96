import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestParts, fromFileError, hasErrno, SiloError, type Digest } from '../base/index.ts';
import type { BlobInfo, BlobWriter, IngestOptions } from '../core/index.ts';
import type { FileLocking } from './file-locking.ts';
import { syncFolder } from './sync-folder.ts';

/** Where the store keeps things; every path is below its `blobs` folder. */
export interface BlobPlaces {
  readonly ingestFolder: string;
  blobPath(digest: Digest): string;
  readonly locking: FileLocking;
}

interface OpenIngest { readonly file: FileHandle; readonly path: string }

/**
 * A new file under a lock that lives as long as its descriptor. `repair` of another engine can come
 * between open and lock and take the file for a leftover: then the file has no name any more, or the
 * lock is held, and another name is tried.
 */
const openIngest = async ({ ingestFolder: folder, locking }: BlobPlaces): Promise<OpenIngest> => {
  for (;;) {
    const path = join(folder, randomBytes(16).toString('hex'));
    let file: FileHandle;
    try {
      file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o444);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      continue;
    }
    try {
      if (locking.lock(file.fd, 'exclusive') && (await file.stat()).nlink > 0) return { file, path };
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    await file.close();
  }
};

/** One file below `ingest`, renamed to its digest by `commit`. */
export class FileBlobWriter implements BlobWriter {
  readonly #places: BlobPlaces;
  readonly #ingest: OpenIngest;
  readonly #options: IngestOptions;
  readonly #algorithm: 'sha256' | 'sha512';
  readonly #hash;
  #written = 0;
  #ended = false;

  private constructor(places: BlobPlaces, ingest: OpenIngest, options: IngestOptions) {
    this.#places = places;
    this.#ingest = ingest;
    this.#options = options;
    this.#algorithm = options.expected === undefined ? 'sha256' : digestParts(options.expected).algorithm;
    this.#hash = createHash(this.#algorithm);
  }

  static async open(places: BlobPlaces, options: IngestOptions): Promise<FileBlobWriter> {
    if (options.signal?.aborted) throw new SiloError('OperationCancelled', { cause: options.signal.reason });
    try {
      return new FileBlobWriter(places, await openIngest(places), options);
    } catch (error) {
      throw fromFileError(error, places.ingestFolder);
    }
  }

  openReader(): Promise<{ readonly fd: number; close(): Promise<void> }> { return open(this.#ingest.path, 'r'); }

  get writtenBytes(): number { return this.#written; }

  async write(chunk: Uint8Array): Promise<void> {
    this.#assertOpen();
    try {
      if (this.#options.signal?.aborted) throw new SiloError('OperationCancelled', { cause: this.#options.signal.reason });
      const limit = this.#options.expectedSizeBytes;
      if (limit !== undefined && this.#written + chunk.length > limit) throw this.#sizeMismatch(this.#written + chunk.length, limit);
      let offset = 0;
      while (offset < chunk.length) {
        const { bytesWritten } = await this.#ingest.file.write(chunk, offset, chunk.length - offset);
        offset += bytesWritten;
      }
      this.#hash.update(chunk);
      this.#written += chunk.length;
    } catch (error) {
      await this.abort();
      throw fromFileError(error, this.#ingest.path);
    }
  }

  async commit(): Promise<BlobInfo> {
    this.#assertOpen();
    try {
      const { expected, expectedSizeBytes, signal } = this.#options;
      if (signal?.aborted) throw new SiloError('OperationCancelled', { cause: signal.reason });
      const digest: Digest = `${this.#algorithm}:${this.#hash.digest('hex')}`;
      if (expectedSizeBytes !== undefined && this.#written !== expectedSizeBytes) throw this.#sizeMismatch(this.#written, expectedSizeBytes);
      if (expected !== undefined && digest !== expected) {
        throw new SiloError('DigestMismatch', { args: { actual: digest, expected }, target: { kind: 'blob', id: expected } });
      }
      await this.#publish(digest);
      this.#ended = true;
      await this.#ingest.file.close();
      return { digest, sizeBytes: this.#written };
    } catch (error) {
      await this.abort();
      throw fromFileError(error, this.#ingest.path);
    }
  }

  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    // The name goes before the lock: nobody else may meet an unlocked leftover.
    await rm(this.#ingest.path, { force: true });
    await this.#ingest.file.close();
  }

  async #publish(digest: Digest): Promise<void> {
    const target = this.#places.blobPath(digest);
    const folder = dirname(target);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const present = await stat(target).catch((error: unknown) => {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (present?.size === this.#written) {
      await unlink(this.#ingest.path);
    } else {
      await this.#ingest.file.sync();
      await this.#rename(target);
    }
    // Also for content that was there: the engine that published it may be about to do this, and be killed.
    await syncFolder(folder);
  }

  /** Windows replaces no file that is open: then another writer has just published the same bytes. */
  async #rename(target: string): Promise<void> {
    try {
      await rename(this.#ingest.path, target);
    } catch (error) {
      if (!hasErrno(error, 'EPERM', 'EBUSY') || (await stat(target).catch(() => undefined))?.size !== this.#written) throw error;
      await unlink(this.#ingest.path);
    }
  }

  #sizeMismatch(actual: number, expected: number): SiloError {
    const digest = this.#options.expected;
    return new SiloError('SizeMismatch', { args: { actual, expected }, ...(digest === undefined ? {} : { target: { kind: 'blob', id: digest } }) });
  }

  #assertOpen(): void {
    if (this.#ended) throw new Error('The blob writer was used after its end.');
  }
}
