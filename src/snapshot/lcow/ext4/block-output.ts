import { writeSync } from 'node:fs';

/** Of all images here: what a page of memory has, so that a guest maps them as they are. */
export const blockBytes = 4096;
const bufferBytes = 1024 * 1024;

/** Writes an image from its first data block on, in large pieces; what stands before and between is written at its place. */
export class BlockOutput {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(bufferBytes);
  #filled = 0;
  /** Where the buffer goes, in bytes. */
  #start: number;

  /** @param fd open for writing; the caller closes it */
  constructor(fd: number, firstBlock: number) {
    this.#fd = fd;
    this.#start = firstBlock * blockBytes;
  }

  /** In bytes. */
  get position(): number { return this.#start + this.#filled; }

  /** The block that comes next; what was written before is filled up with zeros to its end. */
  nextBlock(): number {
    const surplus = this.position % blockBytes;
    if (surplus !== 0) this.zeros(blockBytes - surplus);
    return this.position / blockBytes;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length >= bufferBytes) {
      this.flush();
      this.writeAt(this.#start, bytes);
      this.#start += bytes.length;
      return;
    }
    for (let at = 0; at < bytes.length;) {
      const length = Math.min(bytes.length - at, bufferBytes - this.#filled);
      this.#buffer.set(bytes.subarray(at, at + length), this.#filled);
      this.#filled += length;
      at += length;
      if (this.#filled === bufferBytes) this.flush();
    }
  }

  zeros(count: number): void {
    for (let left = count; left > 0;) {
      const length = Math.min(left, bufferBytes - this.#filled);
      this.#buffer.fill(0, this.#filled, this.#filled + length);
      this.#filled += length;
      left -= length;
      if (this.#filled === bufferBytes) this.flush();
    }
  }

  /** Goes on at a later block, without writing what lies between. */
  skipTo(block: number): void {
    this.flush();
    this.#start = block * blockBytes;
  }

  flush(): void {
    this.writeAt(this.#start, this.#buffer.subarray(0, this.#filled));
    this.#start += this.#filled;
    this.#filled = 0;
  }

  /** Not through the buffer. */
  writeAt(position: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done, bytes.length - done, position + done);
  }
}
