import { createHash } from 'node:crypto';
import { createGzip } from 'node:zlib';
import type { Digest } from '../base/index.ts';
import type { ContentStore } from '../core/index.ts';
import { drained, throwIfCancelled } from './archive-file.ts';
import type { ArchiveLayer } from './archive-image.ts';
import { BlobIntake } from './blob-intake.ts';
import { mediaTypes } from './media-types.ts';

export interface PackOptions {
  /** Called with the blob's digest when it is in the store. */
  readonly onBlob?: ((digest: Digest) => Promise<void>) | undefined;
  /** Bytes of the uncompressed layer so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Asked when everything was read: false stores nothing. */
  readonly worthKeeping?: (() => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * zlib's level: 4 packs a system's files at nearly twice the speed of 6 into 3 % more bytes; the levels
 * below it lose much more. What is in the header does not change: the same layer gives the same blob.
 */
const level = 4;
const pieceBytes = 1024 * 1024;

class NothingToKeep extends Error {}

/**
 * Stores an uncompressed layer with gzip, in one pass: its digest is that of the stored bytes, its diff id
 * that of `pieces`. Undefined where it was not worth keeping. Errors: DiskFull, OperationCancelled, and
 * what `pieces` throws.
 */
export const packLayer = async (content: ContentStore, pieces: AsyncIterable<Uint8Array>, options: PackOptions = {}): Promise<ArchiveLayer | undefined> => {
  const { onBlob, onProgress, worthKeeping, signal } = options;
  const hash = createHash('sha256');
  const gzip = createGzip({ level, chunkSize: pieceBytes });
  // Told to the reader of `gzip`, whoever that is then.
  gzip.on('error', () => undefined);
  let bytes = 0;
  const feeding = (async () => {
    try {
      for await (const piece of pieces) {
        throwIfCancelled(signal);
        if (gzip.destroyed) return;
        hash.update(piece);
        bytes += piece.length;
        onProgress?.(bytes);
        if (!gzip.write(piece)) await drained(gzip);
      }
      if (worthKeeping?.() === false) throw new NothingToKeep();
      gzip.end();
    } catch (error) {
      gzip.destroy(error as Error);
    }
  })();
  try {
    const blob = await new BlobIntake(content, onBlob, signal).store(gzip as AsyncIterable<Uint8Array>);
    return { digest: blob.digest, diffId: `sha256:${hash.digest('hex')}`, mediaType: mediaTypes.gzipLayer, sizeBytes: blob.sizeBytes };
  } catch (error) {
    if (error instanceof NothingToKeep) return undefined;
    throw error;
  } finally {
    gzip.destroy();
    await feeding;
  }
};
