/** Most bytes of one piece of a tar. */
export const pieceBytes = 1024 * 1024;
/** Pieces that one thread is ahead of the other at most. */
const slots = 4;
/** How long one side waits without a sign before it looks by itself, in milliseconds. */
const lookEveryMs = 1000;

const putWord = 0;
const takenWord = 1;
const endedWord = 2;
const stoppedWord = 3;
const lengthWords = 4;
const words = lengthWords + slots;
const readOffset = 48;
const dataOffset = 64;

/**
 * Pieces of one tar on their way from the thread that unpacks and hashes them to the one that writes its files. They are
 * copied: a decompressor's buffer holds parts of several pieces, so it can't be handed over.
 */
export class PieceRing {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #readBytes: BigInt64Array;
  readonly #slots: readonly Buffer[];

  /** @param shared what the other thread's ring has; a new one where left out. */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(dataOffset + slots * pieceBytes)) {
    this.shared = shared;
    this.#words = new Int32Array(shared, 0, words);
    this.#readBytes = new BigInt64Array(shared, readOffset, 1);
    this.#slots = Array.from({ length: slots }, (_, slot) => Buffer.from(shared, dataOffset + slot * pieceBytes, pieceBytes));
  }

  /** Bytes of the stored layer that had been read when the last piece was put. */
  get readBytes(): number { return Number(Atomics.load(this.#readBytes, 0)); }

  /** Puts a piece of at most `pieceBytes` when there is room; false where nobody wants more. */
  async put(piece: Uint8Array, readBytes: number): Promise<boolean> {
    const put = this.#load(putWord);
    for (let taken = this.#load(takenWord); put - taken >= slots; taken = this.#load(takenWord)) {
      if (this.#load(stoppedWord) !== 0) return false;
      await this.#changed(takenWord, taken);
    }
    const slot = put % slots;
    this.#slots[slot]?.set(piece);
    this.#words[lengthWords + slot] = piece.length;
    Atomics.store(this.#readBytes, 0, BigInt(readBytes));
    this.#tell(putWord, put + 1);
    return this.#load(stoppedWord) === 0;
  }

  /** No piece follows. Called twice, it changes nothing. */
  end(): void { this.#tell(endedWord, 1, putWord); }

  /** Nobody takes pieces any more. */
  stop(): void { this.#tell(stoppedWord, 1, takenWord); }

  /** The pieces in their order; each is valid until the next one is asked for. */
  async *pieces(): AsyncGenerator<Buffer> {
    for (let taken = 0; ;) {
      // The end first: what was put before it is then surely counted.
      const ended = this.#load(endedWord) !== 0;
      if (taken < this.#load(putWord)) {
        const slot = taken % slots;
        yield (this.#slots[slot] as Buffer).subarray(0, this.#words[lengthWords + slot]);
        taken += 1;
        this.#tell(takenWord, taken);
      } else if (ended) {
        return;
      } else {
        await this.#changed(putWord, taken);
      }
    }
  }

  #load(word: number): number { return Atomics.load(this.#words, word); }

  #tell(word: number, value: number, watched = word): void {
    Atomics.store(this.#words, word, value);
    Atomics.notify(this.#words, watched);
  }

  async #changed(word: number, seen: number): Promise<void> {
    const waiting = Atomics.waitAsync(this.#words, word, seen, lookEveryMs);
    if (waiting.async) await waiting.value;
  }
}
