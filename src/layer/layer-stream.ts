import { closeSync, fstatSync, openSync, read } from 'node:fs';
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { Arrival } from '../base/index.ts';
import { pieceBytes } from './piece-ring.ts';
import { archiveInvalid } from './tar-header.ts';

/** Bytes read at once (src/adr/0034-layers-at-once.md). */
const storedPieceBytes = 512 * 1024;

/** Bytes that tell one packer from another. */
const magicBytes = 6;

export interface LayerStream {
  /** Of at most `pieceBytes` each. A piece's memory is used again as soon as the next one is asked for. */
  readonly pieces: AsyncIterable<Buffer>;
  /** Bytes of the stored file that were read so far. */
  readBytes(): number;
  close(): void;
}

/** The tar of a stored layer: gzip or zstd by its first bytes, whatever its media type says, or as it is. */
export const openLayer = async (path: string, arriving?: { readonly fd: number; readonly shared: SharedArrayBuffer }): Promise<LayerStream> => {
  const file = arriving === undefined ? StoredFile.open(path) : new StoredFile(arriving.fd, new Arrival(arriving.shared));
  try {
    const magic = await file.firstBytes();
    if (magic.startsWith('fd377a585a00') || magic.startsWith('425a68')) throw archiveInvalid('it is compressed with xz or bzip2, which layers may not be');
    // Unpacking runs in Node's thread pool, at the same time as this thread writes files.
    const unpacker = magic.startsWith('1f8b') ? createGunzip({ chunkSize: pieceBytes }) : /^28b52ffd|^5.2a4d18/.test(magic) ? createZstdDecompress({ chunkSize: pieceBytes }) : undefined;
    // The reader of `pieces` is told of it; without a listener it would end the thread too.
    unpacker?.on('error', () => undefined);
    return {
      pieces: unpacker === undefined ? file.pieces() : unpacked(file, unpacker),
      readBytes: () => file.position,
      close: () => {
        unpacker?.destroy();
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
};

/** A layer's file, which another thread may still write: read as far as it has come, then waited for. */
class StoredFile {
  position = 0;
  readonly #fd: number;
  readonly #arrival: Arrival;
  readonly #owned: boolean;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(fd: number, arrival: Arrival, owned = false) {
    this.#fd = fd;
    this.#arrival = arrival;
    this.#owned = owned;
  }

  static open(path: string): StoredFile {
    const fd = openSync(path, 'r');
    const arrival = new Arrival();
    arrival.grownTo(fstatSync(fd).size);
    arrival.finish();
    return new StoredFile(fd, arrival, true);
  }

  /** As hex digits. */
  async firstBytes(): Promise<string> {
    while (this.#arrival.bytes < magicBytes && this.#arrival.state === 'growing') await this.#arrival.beyond(this.#arrival.bytes);
    const start = Buffer.alloc(magicBytes);
    return start.toString('hex', 0, await this.#readAt(start, 0));
  }

  /** One piece is read ahead, into the other of two buffers. */
  async *pieces(): AsyncGenerator<Buffer> {
    const buffers = [Buffer.allocUnsafe(storedPieceBytes), Buffer.allocUnsafe(storedPieceBytes)] as const;
    let at = 0;
    let next = this.#next(buffers[0], at);
    for (let turn = 1; ; turn += 1) {
      const piece = await next;
      if (piece === undefined) return;
      at += piece.length;
      next = this.#next(buffers[(turn % 2) as 0 | 1], at);
      // Nobody may ask for it.
      next.catch(() => undefined);
      this.position = at;
      yield piece;
    }
  }

  close(): void {
    // A descriptor that is closed under a read may be another file's before the read begins.
    if (this.#owned) void this.#reading.finally(() => closeSync(this.#fd));
  }

  async #next(buffer: Buffer, position: number): Promise<Buffer | undefined> {
    for (;;) {
      // The state first: what had arrived before it became final is then surely counted.
      const { state } = this.#arrival;
      const wanted = Math.min(buffer.length, this.#arrival.bytes - position);
      if (wanted > 0) {
        const size = await this.#readAt(buffer.subarray(0, wanted), position);
        return size === 0 ? undefined : buffer.subarray(0, size);
      }
      if (state === 'whole') return undefined;
      if (state === 'failed') throw archiveInvalid('the rest of it did not arrive');
      await this.#arrival.beyond(position);
    }
  }

  #readAt(buffer: Buffer, position: number): Promise<number> {
    const reading = new Promise<number>((resolve, reject) => { read(this.#fd, buffer, 0, buffer.length, position, (error, size) => { if (error) reject(error); else resolve(size); }); });
    this.#reading = reading.catch(() => undefined);
    return reading;
  }
}

const feed = async (file: StoredFile, unpacker: Gunzip | ZstdDecompress): Promise<void> => {
  try {
    for await (const piece of file.pieces()) {
      await new Promise<void>((resolve, reject) => { unpacker.write(piece, (error) => { if (error) reject(error); else resolve(); }); });
    }
    unpacker.end();
  } catch (error) {
    unpacker.destroy(error as Error);
  }
};

async function* unpacked(file: StoredFile, unpacker: Gunzip | ZstdDecompress): AsyncGenerator<Buffer> {
  void feed(file, unpacker);
  try {
    for await (const each of unpacker) {
      const piece = each as Buffer<ArrayBuffer>;
      yield piece;
      // Nothing else lies in what it filled to the end. Left to the collector, which counts objects and not
      // their bytes, a hundred megabytes would gather.
      if (piece.byteOffset + piece.length === piece.buffer.byteLength) piece.buffer.transfer(0);
    }
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string' && /^Z_|^ZSTD_|^ERR_ZLIB/.test(code)) throw archiveInvalid(`its compressed data is damaged or ends too early (${code})`, error);
    throw error;
  }
}
