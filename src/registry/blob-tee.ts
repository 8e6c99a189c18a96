import type { BlobInfo, BlobWriter } from '../core/index.ts';

/**
 * One pass from the wire: each piece is written before the consumer gets it. No buffer: who reads slowly
 * slows the source. A consumer may stop early (an archive ends before its file does): `finish` takes
 * the rest. What is read is not verified before `finish` returns. `close` must be called.
 */
export class BlobTee {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #writer: BlobWriter;

  constructor(source: AsyncIterable<Uint8Array>, writer: BlobWriter) {
    this.#source = source[Symbol.asyncIterator]();
    this.#writer = writer;
  }

  /** To be read once. Errors: the source's and the writer's. */
  get pieces(): AsyncIterable<Uint8Array> {
    // Without `return`: leaving the loop doesn't close the source.
    return { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) };
  }

  /** Takes what the consumer left, verifies and publishes. Errors: DigestMismatch, SizeMismatch, DiskFull, and the source's. */
  async finish(): Promise<BlobInfo> {
    while ((await this.#next()).done !== true);
    return this.#writer.commit();
  }

  /** Ends source and writer; after `finish` it does nothing. */
  async close(): Promise<void> {
    try {
      await this.#source.return?.();
    } finally {
      await this.#writer.abort();
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const { done, value } = await this.#source.next();
    if (done === true) return { done, value: undefined };
    await this.#writer.write(value);
    // A consumer may read ahead, and the source uses its memory again.
    return { done: false, value: Buffer.from(value) };
  }
}
