import { archiveInvalid, blockBytes, decimal, type SparseFile, type SparseSegment } from './tar-header.ts';
import { segmentLimit } from './tar-reader.ts';

/**
 * Puts the data of a sparse file at its places. Format 1.0 has the map before the data: the number of
 * segments, then offset and size of each, one decimal number a line, filled up to a block of 512
 * (GNU tar manual, "Storing Sparse Files").
 */
export class SparseLayout {
  readonly realSizeBytes: number;
  readonly #write: (piece: Buffer, position: number) => void;
  #segments: readonly SparseSegment[] | undefined;
  #map = '';
  #mapBytes = 0;
  #mapLines = 0;
  #index = 0;
  /** Bytes of the current segment written so far. */
  #within = 0;

  constructor(sparse: SparseFile, write: (piece: Buffer, position: number) => void) {
    this.realSizeBytes = sparse.realSizeBytes;
    this.#write = write;
    if (sparse.segments !== undefined) this.#segments = checked(sparse.segments, sparse.realSizeBytes);
  }

  push(piece: Buffer): void {
    let rest = piece;
    while (this.#segments === undefined) {
      if (rest.length === 0) return;
      // Whole lines can end in the middle of a block; what follows up to its end is filling.
      const length = Math.min(rest.length, blockBytes - (this.#mapBytes % blockBytes));
      const text = rest.toString('latin1', 0, length);
      this.#map += text;
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#mapLines += 1;
      this.#mapBytes += length;
      rest = rest.subarray(length);
      if (this.#mapBytes % blockBytes === 0) this.#segments = this.#tryMap();
    }
    while (rest.length > 0) {
      const segment = this.#segments[this.#index];
      if (segment === undefined) throw archiveInvalid('a sparse file has more data than its map');
      const length = Math.min(rest.length, segment.sizeBytes - this.#within);
      if (length > 0) this.#write(rest.subarray(0, length), segment.offset + this.#within);
      rest = rest.subarray(length);
      this.#within += length;
      if (this.#within === segment.sizeBytes) {
        this.#index += 1;
        this.#within = 0;
      }
    }
  }

  finish(): void {
    const missing = this.#segments?.slice(this.#index).some((segment) => segment.sizeBytes > 0) ?? true;
    if (missing) throw archiveInvalid('a sparse file has less data than its map');
  }

  #tryMap(): readonly SparseSegment[] | undefined {
    const firstEnd = this.#map.indexOf('\n');
    if (firstEnd < 0) throw archiveInvalid('a sparse map is malformed');
    const count = decimal(this.#map.slice(0, firstEnd), 'sparse map');
    if (count > segmentLimit) throw archiveInvalid('a sparse map is malformed');
    if (this.#mapLines < 1 + 2 * count) return undefined;
    const lines = this.#map.split('\n', 1 + 2 * count);
    const segments: SparseSegment[] = [];
    for (let index = 0; index < count; index += 1) {
      segments.push({ offset: decimal(lines[1 + 2 * index] ?? '', 'sparse map'), sizeBytes: decimal(lines[2 + 2 * index] ?? '', 'sparse map') });
    }
    this.#map = '';
    return checked(segments, this.realSizeBytes);
  }
}

const checked = (segments: readonly SparseSegment[], realSizeBytes: number): readonly SparseSegment[] => {
  let end = 0;
  for (const segment of segments) {
    if (segment.offset < end) throw archiveInvalid('the segments of a sparse map overlap');
    end = segment.offset + segment.sizeBytes;
  }
  if (end > realSizeBytes) throw archiveInvalid('a sparse map reaches beyond its file');
  return segments;
};
