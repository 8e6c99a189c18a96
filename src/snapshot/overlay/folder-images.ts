import { rm, stat } from 'node:fs/promises';
import { SiloError, fromFileError, hasErrno, isSiloError } from '../../base/index.ts';
import type { LayerImages, SnapshotKey } from '../../core/index.ts';
import { ensureLayerImage, imageDamage, imagesObstacle, layerImage } from './layer-image.ts';

/** What stat(2) counts blocks in. */
const statBlockBytes = 512;

/** Images of layers, each in the folder of its layer: it goes with that. */
export class FolderImages implements LayerImages {
  readonly #folderOf: (key: SnapshotKey) => string;
  /** Those that are being made: whoever wants the same one waits for it. */
  readonly #making = new Map<SnapshotKey, Promise<string>>();

  constructor(folderOf: (key: SnapshotKey) => string) { this.#folderOf = folderOf; }

  obstacle(): string | undefined { return imagesObstacle(); }

  async ensure(chain: readonly SnapshotKey[], signal?: AbortSignal): Promise<readonly string[]> {
    const images: string[] = [];
    for (const key of chain) images.push(await this.#one(key, signal));
    return images;
  }

  damage(key: SnapshotKey, options: { readonly every: boolean; readonly signal?: AbortSignal | undefined }): Promise<string | undefined> { return imageDamage(this.#folderOf(key), options); }

  async remake(key: SnapshotKey, signal?: AbortSignal): Promise<void> {
    await rm(layerImage(this.#folderOf(key)), { force: true });
    await this.#one(key, signal);
  }

  async sizeBytes(key: SnapshotKey): Promise<number> {
    const image = layerImage(this.#folderOf(key));
    try {
      return (await stat(image)).blocks * statBlockBytes;
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return 0;
      throw fromFileError(error, image);
    }
  }

  /** Who is cancelled waits no more; the image is finished all the same, for the next one. */
  async #one(key: SnapshotKey, signal: AbortSignal | undefined): Promise<string> {
    if (signal?.aborted) throw new SiloError('OperationCancelled', { cause: signal.reason });
    let making = this.#making.get(key);
    if (making === undefined) {
      making = ensureLayerImage(key, this.#folderOf(key)).finally(() => { this.#making.delete(key); });
      this.#making.set(key, making);
    }
    try {
      return await untilAborted(making, signal);
    } catch (error) {
      if (isSiloError(error, 'PathNotFound')) throw new SiloError('SnapshotNotFound', { args: { key }, target: { kind: 'snapshot', id: String(key) }, cause: error });
      throw error;
    }
  }
}

const untilAborted = async <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (signal === undefined) return work;
  // Nobody may look at it any more.
  work.catch(() => undefined);
  const ended = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => { reject(new SiloError('OperationCancelled', { cause: signal.reason })); }, { once: true, signal: ended.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    ended.abort();
  }
};
