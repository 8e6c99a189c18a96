import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';
import { fromFileError, SiloError } from '../base/index.ts';
import { compressionOf, type Compression } from './media-types.ts';

const pieceBytes = 1024 * 1024;
const defaultLimitBytes = 64 * 1024 ** 3;
/** More than this, unpacked, at more than `guardedRatio` times the stored size, is a bomb and no image. */
const guardFromBytes = 1024 ** 3;
const guardedRatio = 200;
const progressEveryMs = 250;

export interface ArchiveReadOptions {
  /** Bytes that the archive may unpack to; undefined means 64 GiB and the guard against bombs. */
  readonly limitBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the stored file read so far, and its size. */
  readonly onProgress?: ((readBytes: number, totalBytes: number) => void) | undefined;
}

export const archiveInvalid = (path: string, reason: string, cause?: unknown): SiloError =>
  new SiloError('ArchiveInvalid', { args: { path, reason }, target: { kind: 'archive', id: path }, ...(cause === undefined ? {} : { cause }) });

export const throwIfCancelled = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw new SiloError('OperationCancelled', { cause: signal.reason });
};

/** What kind of thing lies at `path`; FIFOs and devices would be waited on for ever. */
export const archiveKind = async (path: string): Promise<{ readonly kind: 'file' | 'folder'; readonly sizeBytes: number }> => {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { kind: 'folder', sizeBytes: 0 };
    if (found.isFile()) return { kind: 'file', sizeBytes: found.size };
  } catch (error) {
    throw fromFileError(error, path);
  }
  throw archiveInvalid(path, 'it is neither a file nor a folder');
};

/** @throws SiloError ArchiveInvalid for what no reader here unpacks. */
export const archiveCompression = async (path: string): Promise<Compression> => {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
      const compression = compressionOf(buffer.subarray(0, bytesRead));
      if (compression === undefined) throw archiveInvalid(path, 'it is compressed with xz or bzip2; gzip and zstd can be read');
      return compression;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fromFileError(error, path);
  }
};

export const decompressor = (compression: Compression): Transform | undefined =>
  compression === 'gzip' ? createGunzip({ chunkSize: pieceBytes }) : compression === 'zstd' ? createZstdDecompress({ chunkSize: pieceBytes }) : undefined;

/** The bytes of a stored file as they are, with progress. */
export async function* readStored(path: string, options: ArchiveReadOptions): AsyncGenerator<Buffer> {
  const { sizeBytes } = await archiveKind(path);
  const source = createReadStream(path, { highWaterMark: pieceBytes });
  let reportedAt = 0;
  try {
    for await (const piece of source) {
      throwIfCancelled(options.signal);
      yield piece as Buffer;
      const now = performance.now();
      if (now - reportedAt >= progressEveryMs) {
        reportedAt = now;
        options.onProgress?.(source.bytesRead, sizeBytes);
      }
    }
    options.onProgress?.(source.bytesRead, sizeBytes);
  } catch (error) {
    throw fromFileError(error, path);
  } finally {
    source.destroy();
  }
}

/** Watches what comes out of a decompressor. Errors: ArchiveTooLarge. */
export const unpackGuard = (limitBytes: number | undefined, storedBytes: () => number): ((pieceBytes: number) => void) => {
  let unpacked = 0;
  return (length) => {
    unpacked += length;
    if (unpacked > (limitBytes ?? defaultLimitBytes)) throw new SiloError('ArchiveTooLarge', { args: { limitBytes: limitBytes ?? defaultLimitBytes, reason: 'as a whole' } });
    if (limitBytes === undefined && unpacked > guardFromBytes && unpacked > guardedRatio * storedBytes()) {
      throw new SiloError('ArchiveTooLarge', { args: { limitBytes: guardFromBytes, reason: `more than ${guardedRatio} times its compressed size` } });
    }
  };
};

/** What Node's decompressors say of damaged bytes. */
export const fromUnpackError = (error: unknown, path: string): unknown => {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code === 'string' && /^Z_|^ZSTD_|^ERR_ZLIB/.test(code)) return archiveInvalid(path, `its compressed data is damaged or ends too early (${code})`, error);
  return fromFileError(error, path);
};

/** The unpacked bytes of an archive. Errors: PathNotFound, PathAccessDenied, ArchiveInvalid, ArchiveTooLarge, OperationCancelled. */
export async function* readUnpacked(path: string, options: ArchiveReadOptions): AsyncGenerator<Buffer> {
  const unpacker = decompressor(await archiveCompression(path));
  let stored = 0;
  const guard = unpackGuard(options.limitBytes, () => stored);
  if (unpacker === undefined) {
    for await (const piece of readStored(path, options)) {
      guard(0);
      yield piece;
    }
    return;
  }
  const feeding = feed(unpacker, path, options, (bytes) => { stored += bytes; });
  try {
    for await (const piece of unpacker) {
      guard((piece as Buffer).length);
      yield piece as Buffer;
    }
  } catch (error) {
    throw fromUnpackError(error, path);
  } finally {
    unpacker.destroy();
    await feeding;
  }
}

/** Never rejects: what goes wrong destroys the unpacker, whose reader tells it. */
const feed = async (unpacker: Transform, path: string, options: ArchiveReadOptions, count: (bytes: number) => void): Promise<void> => {
  try {
    for await (const piece of readStored(path, options)) {
      if (unpacker.destroyed) return;
      count(piece.length);
      if (!unpacker.write(piece)) await drained(unpacker);
    }
    unpacker.end();
  } catch (error) {
    unpacker.destroy(error as Error);
  }
};

interface Drainable {
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
  readonly destroyed: boolean;
}

/** Settles when the stream takes more, or never will. */
export const drained = (stream: Drainable): Promise<void> =>
  new Promise((resolve) => {
    if (stream.destroyed) {
      resolve();
      return;
    }
    const end = (): void => {
      stream.off('drain', end);
      stream.off('close', end);
      resolve();
    };
    stream.once('drain', end);
    stream.once('close', end);
  });
