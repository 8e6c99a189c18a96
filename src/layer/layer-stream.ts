import { createReadStream, openSync, read, readSync, closeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { Arrival } from '../base/index.ts';
import { archiveInvalid } from './tar-header.ts';

/** Bytes read at once, and unpacked at once: measured best between 64 KiB and 4 MiB (src/adr/0019-layer-unpacking.md). */
const pieceBytes = 1024 * 1024;

/** Bytes that tell one packer from another. */
const magicBytes = 6;

export interface LayerStream {
  readonly pieces: AsyncIterable<Buffer>;
  /** Bytes of the stored file that were read so far. */
  readBytes(): number;
  close(): void;
}

interface Source { readonly stream: Readable; readonly magic: string; readonly readBytes: () => number }

/** The tar of a stored layer: gzip or zstd by its first bytes, whatever its media type says, or as it is. */
export const openLayer = async (path: string, arriving?: { readonly fd: number; readonly shared: SharedArrayBuffer }): Promise<LayerStream> => {
  const { stream, magic, readBytes } = arriving === undefined ? storedSource(path) : await arrivingSource(arriving.fd, new Arrival(arriving.shared));
  // The reader of `pieces` is told of it; without a listener it would end the thread too.
  stream.on('error', () => undefined);
  if (magic.startsWith('fd377a585a00') || magic.startsWith('425a68')) {
    stream.destroy();
    throw archiveInvalid('it is compressed with xz or bzip2, which layers may not be');
  }
  // Unpacking runs in Node's thread pool, at the same time as this thread writes files.
  const unpacker = magic.startsWith('1f8b') ? createGunzip({ chunkSize: pieceBytes }) : /^28b52ffd|^5.2a4d18/.test(magic) ? createZstdDecompress({ chunkSize: pieceBytes }) : undefined;
  if (unpacker !== undefined) {
    stream.on('error', (error) => unpacker.destroy(error));
    stream.pipe(unpacker);
  }
  return {
    pieces: readable(unpacker ?? stream),
    readBytes,
    close: () => {
      stream.destroy();
      unpacker?.destroy();
    },
  };
};

const storedSource = (path: string): Source => {
  const magic = firstBytes(path);
  const stream = createReadStream(path, { highWaterMark: pieceBytes });
  return { stream, magic, readBytes: () => stream.bytesRead };
};

/** A file that another thread still writes: read as far as it has come, then waited for. */
const arrivingSource = async (fd: number, arrival: Arrival): Promise<Source> => {
  while (arrival.bytes < magicBytes && arrival.state === 'growing') await arrival.beyond(arrival.bytes);
  let position = 0;
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (;;) {
      // The state first: what had arrived before it became final is then surely counted.
      const { state } = arrival;
      const wanted = Math.min(pieceBytes, arrival.bytes - position);
      if (wanted > 0) {
        const piece = Buffer.allocUnsafe(wanted);
        const size = await readAt(fd, piece, position);
        position += size;
        yield piece.subarray(0, size);
      } else if (state === 'whole') {
        return;
      } else if (state === 'failed') {
        throw archiveInvalid('the rest of it did not arrive');
      } else {
        await arrival.beyond(position);
      }
    }
  };
  const start = Buffer.alloc(magicBytes);
  const size = await readAt(fd, start, 0);
  return { stream: Readable.from(pieces(), { objectMode: false, highWaterMark: pieceBytes }), magic: start.toString('hex', 0, size), readBytes: () => position };
};

const readAt = (fd: number, buffer: Buffer, position: number): Promise<number> =>
  new Promise((resolve, reject) => { read(fd, buffer, 0, buffer.length, position, (error, size) => { if (error) reject(error); else resolve(size); }); });

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
    const start = Buffer.alloc(magicBytes);
    return start.toString('hex', 0, readSync(fd, start, 0, start.length, 0));
  } finally {
    closeSync(fd);
  }
};
