import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestParts, fromFileError, hasErrno, SiloError, type Digest } from '../base/index.ts';
import type { BlobInfo, BlobWriter, IngestOptions } from '../core/index.ts';
import type { FileLocking } from './file-locking.ts';
import { syncFolder } from './sync-folder.ts';
import type { Turns } from './turns.ts';

/** Where the store keeps things; every path is below its `blobs` folder. */
export interface BlobPlaces {
  readonly ingestFolder: string;
  blobPath(digest: Digest): string;
  readonly locking: FileLocking;
  /** Has the disk begin with a part of an open file, in bytes, without waiting for its end; undefined where the system can't. */
  readonly beginWriting: BeginWriting | undefined;
  /** Large files are synced one after the other. */
  readonly syncs: Turns;
}

export type BeginWriting = (fd: number, offset: number, length: number) => Promise<void>;

/**
 * Bytes of a file after which the disk is made to begin with them: left to the kernel, it would begin only when the
 * file is synced, and the last layer of an image would be waited for.
 */
const beginEveryBytes = 8 * 1024 * 1024;

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
  /** Bytes that the disk was told to begin with. */
  #begun = 0;
  /** While it is told. */
  #beginning: Promise<void> | undefined;
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
      if (this.#written - this.#begun >= beginEveryBytes) this.#beginWriting();
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
      await this.#close();
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
    await this.#close();
  }

  /** One at a time: where the disk is slow, no more than one of Node's threads waits for it. */
  #beginWriting(): void {
    const { beginWriting } = this.#places;
    if (beginWriting === undefined || this.#beginning !== undefined) return;
    const from = this.#begun;
    this.#begun = this.#written;
    // A hint only: the sync at the end is what counts, and tells errors of the disk.
    this.#beginning = beginWriting(this.#ingest.file.fd, from, this.#written - from).catch(() => undefined).finally(() => { this.#beginning = undefined; });
  }

  async #close(): Promise<void> {
    // A descriptor that is closed meanwhile may soon be another file's.
    await this.#beginning;
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
      await this.#sync();
      await this.#rename(target);
    }
    // Also for content that was there: the engine that published it may be about to do this, and be killed.
    await syncFolder(folder);
  }

  /** Several at once would each keep one of Node's few threads, which decompress too, and be done no earlier. */
  async #sync(): Promise<void> {
    if (this.#written < beginEveryBytes) await this.#ingest.file.sync();
    else await this.#places.syncs.take(() => this.#ingest.file.sync());
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
