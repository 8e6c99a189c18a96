import { createReadStream, openSync, readSync, closeSync } from 'node:fs';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { archiveInvalid } from './tar-header.ts';

/** Bytes read at once, and unpacked at once: measured best between 64 KiB and 4 MiB (src/adr/0019-layer-unpacking.md). */
const pieceBytes = 1024 * 1024;

export interface LayerStream {
  readonly pieces: AsyncIterable<Buffer>;
  /** Bytes of the stored file that were read so far. */
  readBytes(): number;
  close(): void;
}

/** The tar of a stored layer: gzip or zstd by its first bytes, whatever its media type says, or as it is. */
export const openLayer = (path: string): LayerStream => {
  const magic = firstBytes(path);
  if (magic.startsWith('fd377a585a00') || magic.startsWith('425a68')) throw archiveInvalid('it is compressed with xz or bzip2, which layers may not be');
  const source = createReadStream(path, { highWaterMark: pieceBytes });
  // The reader of `pieces` is told of it; without a listener it would end the thread too.
  source.on('error', () => undefined);
  // Unpacking runs in Node's thread pool, at the same time as this thread writes files.
  const unpacker = magic.startsWith('1f8b') ? createGunzip({ chunkSize: pieceBytes }) : /^28b52ffd|^5.2a4d18/.test(magic) ? createZstdDecompress({ chunkSize: pieceBytes }) : undefined;
  if (unpacker !== undefined) {
    source.on('error', (error) => unpacker.destroy(error));
    source.pipe(unpacker);
  }
  return {
    pieces: readable(unpacker ?? source),
    readBytes: () => source.bytesRead,
    close: () => {
      source.destroy();
      unpacker?.destroy();
    },
  };
};

async function* readable(stream: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  try {
    for await (const piece of stream) yield piece as Buffer;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string' && /^Z_|^ZSTD_|^ERR_ZLIB/.test(code)) throw archiveInvalid(`its compressed data is damaged or ends too early (${code})`, error);
    throw error;
  }
}

const firstBytes = (path: string): string => {
  const fd = openSync(path, 'r');
  try {
    const start = Buffer.alloc(6);
    return start.toString('hex', 0, readSync(fd, start, 0, start.length, 0));
  } finally {
    closeSync(fd);
  }
};
