import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, opendir, rm, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestParts, fromFileError, hasErrno, isDigest, SiloError, type Digest } from '../base/index.ts';
import type { BlobInfo, BlobWriter, ContentStore, IngestOptions } from '../core/index.ts';
import { FileBlobWriter, type BeginWriting, type BlobPlaces } from './blob-writer.ts';
import { linuxLocking, type FileLocking } from './file-locking.ts';
import { syncFolder } from './sync-folder.ts';
import { Turns } from './turns.ts';

/** Bytes of one read; large enough that the hashing and writing of consumers, not the calls, take the time. */
const readBytes = 256 * 1024;
const algorithms = ['sha256', 'sha512'] as const;

/**
 * Blobs as files, laid out as an OCI image layout does: `blobs/<algorithm>/<hex>`; writes in progress
 * are `blobs/ingest/<random>`, each under a lock while its writer lives.
 */
export class FileContentStore implements ContentStore {
  readonly #blobs: string;
  readonly #places: BlobPlaces;

  /** @param root the state root; the store owns its folder `blobs`, which is made on the first write. @param beginWriting see `BlobPlaces`. */
  constructor(root: string, locking: FileLocking = linuxLocking, beginWriting?: BeginWriting) {
    this.#blobs = join(root, 'blobs');
    this.#places = { ingestFolder: join(this.#blobs, 'ingest'), blobPath: (digest) => this.#blobPath(digest), locking, beginWriting, syncs: new Turns() };
  }

  async stat(digest: Digest): Promise<BlobInfo | undefined> {
    const path = this.#blobPath(digest);
    try {
      return { digest, sizeBytes: (await stat(path)).size };
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw fromFileError(error, path);
    }
  }

  async path(digest: Digest): Promise<string> {
    if ((await this.stat(digest)) === undefined) throw notFound(digest);
    return this.#blobPath(digest);
  }

  async *read(digest: Digest, options: { readonly offset?: number; readonly signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    const file = await this.#open(digest);
    try {
      let position = options.offset ?? 0;
      for (;;) {
        if (options.signal?.aborted) throw new SiloError('OperationCancelled', { cause: options.signal.reason });
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(readBytes), 0, readBytes, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async readAll(digest: Digest, limitBytes: number): Promise<Uint8Array> {
    const file = await this.#open(digest);
    try {
      const { size } = await file.stat();
      if (size > limitBytes) throw new SiloError('SizeMismatch', { args: { actual: size, expected: `at most ${limitBytes}` }, target: { kind: 'blob', id: digest } });
      const content = await file.readFile();
      const { algorithm, hex } = digestParts(digest);
      const actual = createHash(algorithm).update(content).digest('hex');
      if (actual !== hex) throw new SiloError('DigestMismatch', { args: { actual: `${algorithm}:${actual}`, expected: digest }, target: { kind: 'blob', id: digest } });
      return content;
    } finally {
      await file.close();
    }
  }

  ingest(options: IngestOptions = {}): Promise<BlobWriter> {
    return FileBlobWriter.open(this.#places, options);
  }

  async *list(): AsyncGenerator<BlobInfo> {
    for (const algorithm of algorithms) {
      for await (const name of namesIn(join(this.#blobs, algorithm))) {
        const digest = `${algorithm}:${name}`;
        const info = isDigest(digest) ? await this.stat(digest) : undefined;
        if (info !== undefined) yield info;
      }
    }
  }

  async delete(digest: Digest): Promise<boolean> {
    const path = this.#blobPath(digest);
    try {
      await unlink(path);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return false;
      throw fromFileError(error, path);
    }
    await syncFolder(dirname(path));
    return true;
  }

  async repair(): Promise<number> {
    let removed = 0;
    for await (const name of namesIn(this.#places.ingestFolder)) {
      if (await removeIfAbandoned(join(this.#places.ingestFolder, name), this.#places.locking)) removed += 1;
    }
    return removed;
  }

  #blobPath(digest: Digest): string {
    const { algorithm, hex } = digestParts(digest);
    return join(this.#blobs, algorithm, hex);
  }

  async #open(digest: Digest): Promise<FileHandle> {
    const path = this.#blobPath(digest);
    try {
      return await open(path, constants.O_RDONLY);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) throw notFound(digest);
      throw fromFileError(error, path);
    }
  }
}

const notFound = (digest: Digest): SiloError => new SiloError('BlobNotFound', { args: { digest }, target: { kind: 'blob', id: digest } });

/** Names in a folder; none where it is missing. */
async function* namesIn(folder: string): AsyncGenerator<string> {
  let entries;
  try {
    entries = await opendir(folder);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return;
    throw fromFileError(error, folder);
  }
  for await (const entry of entries) yield entry.name;
}

const removeIfAbandoned = async (path: string, locking: FileLocking): Promise<boolean> => {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false;
    throw fromFileError(error, path);
  }
  try {
    if (!locking.lock(file.fd, 'exclusive')) return false;
    // Its writer may have published it between open and lock; then the name is gone already.
    const present = (await file.stat()).nlink > 0 && (await stat(path).catch(() => undefined)) !== undefined;
    await rm(path, { force: true });
    return present;
  } finally {
    await file.close();
  }
};
