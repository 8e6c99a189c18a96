const pieceBytes = 1024 * 1024;

/** Puts bytes together to pieces of 1 MiB and hands them over; each piece is the receiver's. */
export class PieceWriter {
  readonly #hand: (bytes: Uint8Array<ArrayBuffer>) => void;
  #piece = new Uint8Array(pieceBytes);
  #filled = 0;

  constructor(hand: (bytes: Uint8Array<ArrayBuffer>) => void) { this.#hand = hand; }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const length = Math.min(bytes.length - at, this.#room());
      this.#piece.set(bytes.subarray(at, at + length), this.#filled);
      this.#filled += length;
      at += length;
    }
  }

  zeros(count: number): void {
    for (let left = count; left > 0;) {
      const length = Math.min(left, this.#room());
      this.#piece.fill(0, this.#filled, this.#filled + length);
      this.#filled += length;
      left -= length;
    }
  }

  /** Has `read` fill the rest of the piece, at most `most` bytes of it; answers what it answers: how many they are. */
  fill(most: number, read: (buffer: Uint8Array, offset: number, length: number) => number): number {
    // First: it may begin a new piece.
    const room = this.#room();
    const count = read(this.#piece, this.#filled, Math.min(most, room));
    this.#filled += count;
    return count;
  }

  /** Hands over what is left. */
  flush(): void {
    if (this.#filled === 0) return;
    this.#hand(this.#piece.subarray(0, this.#filled));
    this.#piece = new Uint8Array(pieceBytes);
    this.#filled = 0;
  }

  #room(): number {
    if (this.#filled === pieceBytes) this.flush();
    return pieceBytes - this.#filled;
  }
}
