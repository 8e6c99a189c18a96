import { createHash } from 'node:crypto';
import type { Digest } from '../base/index.ts';
import { openLayer } from './layer-stream.ts';

/** A stored layer as a job names it; see LayerSource. */
export interface StoredLayer {
  readonly path: string;
  readonly arriving: { readonly fd: number; readonly shared: SharedArrayBuffer } | undefined;
}

/** The tar of a stored layer. */
export interface Tar {
  /** Of at most `pieceBytes` each; a piece's memory is used again as soon as the next one is asked for. */
  readonly pieces: AsyncIterable<Buffer>;
  /** Bytes of the stored layer that were read so far. */
  readBytes(): number;
  /** After the last piece. */
  digest(): Promise<Digest>;
  /** Nothing reads the stored file any more when it has settled. */
  close(): Promise<void>;
}

/** Unpacks and hashes in this thread and Node's pool. Errors: ArchiveInvalid, and those of opening the file. */
export const openTar = async ({ path, arriving }: StoredLayer): Promise<Tar> => {
  const source = await openLayer(path, arriving);
  const hash = createHash('sha256');
  return {
    pieces: hashed(source.pieces, (piece) => { hash.update(piece); }),
    readBytes: () => source.readBytes(),
    digest: () => Promise.resolve<Digest>(`sha256:${hash.digest('hex')}`),
    close: () => Promise.resolve(source.close()),
  };
};

async function* hashed(pieces: AsyncIterable<Buffer>, update: (piece: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    update(piece);
    yield piece;
  }
}
