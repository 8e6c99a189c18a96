import type { Digest } from '../base/index.ts';
import type { BlobInfo, BlobWriter, ContentStore } from '../core/index.ts';

/** Told of a blob while it is written: for who reads it meanwhile. Its digest is known only when `store` returns. */
export interface IntakeWatch {
  /** @param open a reader of the blob as far as it is written; its descriptor is the watcher's to close. */
  begun(open: () => ReturnType<BlobWriter['openReader']>): Promise<void>;
  grown(bytes: number): void;
  whole(): void;
}

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
  async store(pieces: AsyncIterable<Uint8Array>, expected?: Digest, expectedSizeBytes?: number, watch?: IntakeWatch): Promise<BlobInfo> {
    const writer = await this.content.ingest({
      ...(expected === undefined ? {} : { expected }),
      ...(expectedSizeBytes === undefined ? {} : { expectedSizeBytes }),
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
    });
    try {
      await watch?.begun(() => writer.openReader());
      for await (const piece of pieces) {
        await writer.write(piece);
        watch?.grown(writer.writtenBytes);
      }
      watch?.whole();
      const info = await writer.commit();
      await this.#onBlob?.(info.digest);
      return info;
    } finally {
      await writer.abort();
    }
  }

  /** Errors: those of `store`. */
  storeBytes(bytes: Uint8Array, expected?: Digest): Promise<BlobInfo> {
    return this.store(once(bytes), expected, expected === undefined ? undefined : bytes.length);
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
