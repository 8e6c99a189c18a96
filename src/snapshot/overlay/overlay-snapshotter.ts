import { constants } from 'node:fs';
import { chmod, chown, mkdir, open, readdir, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fromFileError, hasErrno, SiloError } from '../../base/index.ts';
import type { AppliedLayer, DiffOptions, FileChange, LayerImages, LayerSource, SnapshotKey, Snapshotter, SnapshotUsage } from '../../core/index.ts';
import { syncFileSystem, unmount } from '../../../native/libc.ts';
import { diffPieces, LayerWorkers } from '../../layer/index.ts';
import type { ApplyAnswer, LayerJob } from './layer-job.ts';
import { FolderImages } from './folder-images.ts';
import { attachDisk, detachDisk, diskObstacle, writableFolder } from './limited-disk.ts';
import { mountedUpper, mountStack } from './overlay-mount.ts';

/** In development the source itself; in the product the bundle that stands beside the engine's. */
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './layer-worker.ts' : './layer-worker.mjs', import.meta.url);
/** Somebody's short look into a mount keeps it busy; half a second is waited before it is detached. */
const unmountRetriesMs = [5, 15, 30, 50, 100, 300];
/** Mounts that may lie one over the other at one target. */
const stackedMounts = 8;

/**
 * Layers and scratch spaces as folders for Linux's overlay file system: `snapshots/<key>/fs`, and
 * `work` beside it for a writable one. Names are short on purpose (decision on mount options).
 */
export class OverlaySnapshotter implements Snapshotter {
  readonly name = 'overlay';
  readonly appliesAhead = true;
  readonly #folder: string;
  readonly #workers: LayerWorkers<LayerJob>;
  readonly images: LayerImages = new FolderImages((key) => this.#keyFolder(key));

  /** @param root the state root; the snapshotter owns its folder `snapshots`, made on first use. @param threads how many layers are worked on at once, at most. */
  constructor(root: string, threads?: number) {
    this.#folder = join(root, 'snapshots');
    this.#workers = new LayerWorkers(workerFile, threads);
  }

  expectLayers(): void { this.#workers.warm(); }

  async applyLayer(key: SnapshotKey, chain: readonly SnapshotKey[], source: LayerSource): Promise<AppliedLayer> {
    const [folder, below] = [this.#keyFolder(key), chain.map((lower) => this.#layerFolder(lower))];
    const { signal, onProgress, chainReady } = source;
    const apply = async (lower: readonly string[] | undefined): Promise<ApplyAnswer> =>
      (await this.#workers.run(
        { kind: 'apply', folder, chain: lower, path: source.path, arriving: source.arriving === undefined ? undefined : { fd: source.arriving.fd, shared: source.arriving.arrival.shared }, diffId: source.diffId, limitBytes: source.limitBytes },
        { signal, onProgress },
      )) as ApplyAnswer;
    if (chainReady !== undefined && chain.length > 0) {
      // It may reject while nobody looks yet.
      chainReady.catch(() => undefined);
      const early = await apply(undefined);
      try {
        await chainReady;
        if (early !== undefined && (await this.#workers.run({ kind: 'inherit', folder, chain: below, guesses: early.guesses }, { signal, soon: true })) === true) return early.layer;
      } catch (error) {
        await this.remove(key);
        throw error;
      }
    }
    const answer = await apply(below);
    if (answer === undefined) throw new Error('A layer made guesses about layers that it was shown.');
    return answer.layer;
  }

  sizeLimitObstacle(): string | undefined { return diskObstacle(); }

  async prepare(key: SnapshotKey, sizeBytes?: number): Promise<void> {
    const folder = this.#keyFolder(key);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await attachDisk(folder, sizeBytes);
      for (const name of ['work', 'fs']) await mkdir(join(writableFolder(folder), name), { recursive: true, mode: 0o755 });
    } catch (error) {
      throw fromFileError(error, folder);
    }
  }

  async applyChanges(key: SnapshotKey, chain: readonly SnapshotKey[], source: LayerSource): Promise<void> {
    await this.applyLayer(key, chain, source);
    await this.prepare(key);
    try {
      // As after a mount: the root's owner and mode are those of the changes from here on.
      await mkdir(join(this.#keyFolder(key), 'work', 'work'), { mode: 0 });
    } catch (error) {
      throw fromFileError(error, this.#keyFolder(key));
    }
  }

  async mount(key: SnapshotKey, chain: readonly SnapshotKey[], target: string, { readOnly = false }: { readonly readOnly?: boolean } = {}): Promise<undefined> {
    const folder = this.#keyFolder(key);
    const writable = writableFolder(folder);
    const [upper, work] = [join(writable, 'fs'), join(writable, 'work')];
    try {
      const place = await realpath(target);
      const present = mountedUpper(place);
      if (present === (await realpath(upper))) return undefined;
      if (present !== undefined) throw new Error(`Something else is mounted at ${place} (${present}).`);
      await this.#inheritRoot(upper, work, chain[0]);
      mountStack({ lower: chain.length > 0 ? chain.map((below) => this.#layerFolder(below)) : [await emptyFolder(folder)], upper, work, readOnly }, place);
      return undefined;
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) throw await this.#missing([key, ...chain], error, target);
      throw fromFileError(error, target);
    }
  }

  async unmount(target: string): Promise<void> {
    const upper = (await this.#isWithout(target)) ? undefined : await realpath(target).then(mountedUpper, () => undefined);
    for (let round = 0; round < stackedMounts; round += 1) {
      if (!(await unmountOnce(target))) break;
    }
    if (upper?.startsWith(`${this.#folder}/`) === true && upper.endsWith('/disk/fs')) detachDisk(dirname(dirname(upper)));
  }

  async *diff(key: SnapshotKey, chain: readonly SnapshotKey[], options: DiffOptions = {}): AsyncGenerator<Uint8Array> {
    const folders = { folder: this.#upperFolder(key), chain: chain.map((below) => this.#layerFolder(below)) };
    try {
      yield* diffPieces<LayerJob>(this.#workers, (taken) => ({ kind: 'diff', ...folders, mountPoints: options.mountPoints ?? [], latestTime: options.latestTime, taken }), options);
    } catch (error) {
      if (error instanceof SiloError && error.code === 'PathNotFound') throw await this.#missing([key, ...chain], error, folders.folder);
      throw error;
    } finally {
      detachDisk(this.#keyFolder(key));
    }
  }

  async changes(key: SnapshotKey, chain: readonly SnapshotKey[], options: Pick<DiffOptions, 'signal' | 'mountPoints'> = {}): Promise<readonly FileChange[]> {
    const folder = this.#upperFolder(key);
    try {
      return (await this.#workers.run({ kind: 'changes', folder, chain: chain.map((below) => this.#layerFolder(below)), mountPoints: options.mountPoints ?? [] }, { signal: options.signal })) as readonly FileChange[];
    } catch (error) {
      if (error instanceof SiloError && error.code === 'PathNotFound') throw await this.#missing([key, ...chain], error, folder);
      throw error;
    } finally {
      detachDisk(this.#keyFolder(key));
    }
  }

  /** A mount's own root has nothing below it: everything in it is a change. */
  async *archive(target: string, options: Pick<DiffOptions, 'signal'> = {}): AsyncGenerator<Uint8Array> {
    yield* diffPieces<LayerJob>(this.#workers, (taken) => ({ kind: 'diff', folder: target, chain: [], mountPoints: [], latestTime: undefined, taken }), options);
  }

  async usage(key: SnapshotKey): Promise<SnapshotUsage> {
    const folder = this.#keyFolder(key);
    try {
      await attachDisk(folder, undefined);
      const writable = writableFolder(folder);
      return (await this.#workers.run({ kind: 'usage', folder: writable === folder ? folder : join(writable, 'fs') })) as SnapshotUsage;
    } catch (error) {
      if (error instanceof SiloError && error.code === 'PathNotFound') throw notFound(key, error);
      throw error;
    } finally {
      detachDisk(folder);
    }
  }

  async remove(key: SnapshotKey): Promise<void> {
    detachDisk(this.#keyFolder(key));
    await this.#workers.run({ kind: 'remove', folder: this.#keyFolder(key) });
  }

  async list(): Promise<readonly SnapshotKey[]> {
    try {
      const names = await readdir(this.#folder);
      return names.filter((name) => /^[0-9]+$/.test(name)).map(Number).sort((a, b) => a - b);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return [];
      throw fromFileError(error, this.#folder);
    }
  }

  async sync(): Promise<void> {
    let folder;
    try {
      folder = await open(this.#folder, constants.O_RDONLY | constants.O_DIRECTORY);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return;
      throw fromFileError(error, this.#folder);
    }
    try {
      await syncFileSystem(folder.fd);
    } catch (error) {
      throw fromFileError(error, this.#folder);
    } finally {
      await folder.close();
    }
  }

  #keyFolder(key: SnapshotKey): string {
    if (!Number.isSafeInteger(key) || key < 0) throw new RangeError(`${key} is not a snapshot key.`);
    return join(this.#folder, String(key));
  }

  /** Whether no disk of fixed size is below a mount: an overlay tells the size of the file system that its upper folder lies on (statfs(2)). */
  async #isWithout(target: string): Promise<boolean> {
    try {
      const [shown, own] = await Promise.all([statfs(target), statfs(this.#folder)]);
      return shown.blocks === own.blocks && shown.bsize === own.bsize && shown.files === own.files;
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return false;
      throw fromFileError(error, target);
    }
  }

  /** What a writable snapshot holds over its layers. */
  #upperFolder(key: SnapshotKey): string {
    return join(writableFolder(this.#keyFolder(key)), 'fs');
  }

  #layerFolder(key: SnapshotKey): string {
    return join(this.#keyFolder(key), 'fs');
  }

  /** The root of the mount shows the owner and mode of the upper folder: they are the top layer's, until the container changes them. */
  async #inheritRoot(upper: string, work: string, top: SnapshotKey | undefined): Promise<void> {
    // Overlay makes `work/work` on the first mount.
    const used = (await readdir(work)).length > 0;
    if (used || top === undefined) return;
    const root = await stat(this.#layerFolder(top));
    await chown(upper, root.uid, root.gid);
    await chmod(upper, root.mode & 0o7777);
  }

  async #missing(keys: readonly SnapshotKey[], error: unknown, target: string): Promise<unknown> {
    for (const key of keys) {
      if ((await stat(this.#upperFolder(key)).catch(() => undefined)) === undefined) return notFound(key, error);
    }
    return fromFileError(error, target);
  }
}

const notFound = (key: SnapshotKey, cause: unknown): SiloError =>
  new SiloError('SnapshotNotFound', { args: { key }, target: { kind: 'snapshot', id: String(key) }, cause });

/** Overlay wants a lower folder; an image without layers has none. */
const emptyFolder = async (folder: string): Promise<string> => {
  const path = join(folder, 'empty');
  await mkdir(path, { recursive: true, mode: 0o755 });
  return path;
};

/** False where nothing was mounted. */
const unmountOnce = async (target: string): Promise<boolean> => {
  for (const waitMs of unmountRetriesMs) {
    try {
      return unmount(target);
    } catch (error) {
      if (!hasErrno(error, 'EBUSY')) throw fromFileError(error, target);
      await delay(waitMs);
    }
  }
  try {
    return unmount(target, true);
  } catch (error) {
    throw fromFileError(error, target);
  }
};
