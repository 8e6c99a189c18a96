import type { Digest } from '../base/index.ts';
import type { BlobInfo, ContentStore } from '../core/index.ts';

/** Puts an archive's pieces into the content store and tells the caller of each. */
export class BlobIntake {
  readonly content: ContentStore;
  readonly #onBlob: ((digest: Digest) => Promise<void>) | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(content: ContentStore, onBlob: ((digest: Digest) => Promise<void>) | undefined, signal: AbortSignal | undefined) {
    this.content = content;
    this.#onBlob = onBlob;
    this.#signal = signal;
  }

  /** Errors: DigestMismatch, SizeMismatch, DiskFull, OperationCancelled, and what `pieces` throws. */
  async store(pieces: AsyncIterable<Uint8Array>, expected?: Digest, expectedSizeBytes?: number): Promise<BlobInfo> {
    const writer = await this.content.ingest({
      ...(expected === undefined ? {} : { expected }),
      ...(expectedSizeBytes === undefined ? {} : { expectedSizeBytes }),
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
    });
    try {
      for await (const piece of pieces) await writer.write(piece);
      const info = await writer.commit();
      await this.#onBlob?.(info.digest);
      return info;
    } finally {
      await writer.abort();
    }
  }

  storeBytes(bytes: Uint8Array): Promise<BlobInfo> {
    return this.store(once(bytes));
  }

  /** True where the store has the content already; it is kept for the caller as if it had come now. */
  async has(digest: Digest): Promise<boolean> {
    if ((await this.content.stat(digest)) === undefined) return false;
    await this.#onBlob?.(digest);
    return true;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
