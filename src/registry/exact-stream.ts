import { SiloError, type Digest } from '../base/index.ts';

/** The first `sizeBytes` of the source; `onPiece` hears of each. Errors: SizeMismatch where it has fewer, and what the source throws. */
export async function* takeBytes(source: AsyncIterable<Uint8Array>, sizeBytes: number, digest: Digest, onPiece: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let left = sizeBytes;
  if (left === 0) return;
  for await (const piece of source) {
    const part = piece.length > left ? piece.subarray(0, left) : piece;
    left -= part.length;
    onPiece(part.length);
    yield part;
    if (left === 0) return;
  }
  throw new SiloError('SizeMismatch', { args: { actual: sizeBytes - left, expected: sizeBytes }, target: { kind: 'blob', id: digest } });
}
