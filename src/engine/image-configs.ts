import type { Digest } from '../base/index.ts';
import type { ContentStore } from '../core/index.ts';
import { documentLimitBytes, parseImageDefaults, type ImageDefaults } from '../image/index.ts';

const remembered = 64;

/** Image configurations by digest; what a digest names never changes, so the last few are remembered. */
export class ImageConfigs {
  readonly #content: ContentStore;
  readonly #cache = new Map<Digest, ImageDefaults>();

  constructor(content: ContentStore) { this.#content = content; }

  /** Errors: BlobNotFound, DigestMismatch, ManifestInvalid. */
  async defaults(digest: Digest): Promise<ImageDefaults> {
    const found = this.#cache.get(digest);
    if (found !== undefined) return found;
    const defaults = parseImageDefaults(await this.#content.readAll(digest, documentLimitBytes));
    const oldest = this.#cache.keys().next().value;
    if (this.#cache.size >= remembered && oldest !== undefined) this.#cache.delete(oldest);
    this.#cache.set(digest, defaults);
    return defaults;
  }
}
