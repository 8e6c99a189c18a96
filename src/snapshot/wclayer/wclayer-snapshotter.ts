import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fromFileError, hasErrno } from '../../base/index.ts';
import type { AppliedLayer, DiffOptions, LayerSource, SnapshotKey, Snapshotter, SnapshotStorage, SnapshotUsage } from '../../core/index.ts';
import { diffPieces, LayerWorkers } from '../../layer/index.ts';
import type { KeyFolder, ScratchHolder, WclayerJob } from './layer-job.ts';
import type { StorageLibraries } from './layer-storage.ts';

/** In development the source itself; in the product the bundle that stands beside the engine's. */
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './layer-worker.ts' : './wclayer-worker.mjs', import.meta.url);
/** What a container may write, as other engines for Windows have it. */
const defaultScratchBytes = 20 * 1024 ** 3;

/** Windows' own. */
const windowsLibraries: StorageLibraries = { computeStorage: 'computestorage.dll', virtDisk: 'virtdisk.dll', kernel: 'kernel32.dll', security: 'advapi32.dll', filterManager: 'fltlib.dll' };

export interface WclayerOptions {
  readonly libraries?: StorageLibraries;
  /** Size of the scratch disks; they take what is written to them. */
  readonly scratchBytes?: number;
  /** Who attaches the scratch disks when they are mounted; the host where not given. Both may work on the same root: a disk goes from one to the other when it is mounted the next time. */
  readonly holder?: ScratchHolder;
}

/**
 * Windows layers: `snapshots/<key>/layer` with its GUID in `id` beside it, or `snapshots/<key>/sandbox.vhdx` for a writable one,
 * which differs from a formatted disk in `snapshots/common`. All work is done in worker threads, since HCS's storage functions
 * wait; layers have threads apart, so that no container waits for a download.
 */
export class WclayerSnapshotter implements Snapshotter {
  readonly name = 'wclayer';
  readonly #folder: string;
  readonly #libraries: StorageLibraries;
  readonly #scratchBytes: number;
  readonly #holder: ScratchHolder;
  readonly withRoot?: NonNullable<Snapshotter['withRoot']>;
  readonly #layerWorkers = new LayerWorkers<WclayerJob>(workerFile);
  readonly #mountWorkers = new LayerWorkers<WclayerJob>(workerFile, 2);

  /** @param root the state root; the snapshotter owns its folder `snapshots`, made on first use. */
  constructor(root: string, { libraries = windowsLibraries, scratchBytes = defaultScratchBytes, holder = 'host' }: WclayerOptions = {}) {
    this.#folder = join(root, 'snapshots');
    this.#libraries = libraries;
    this.#scratchBytes = scratchBytes;
    this.#holder = holder;
    if (holder === 'machine') this.withRoot = (key, chain, target, work) => this.#shown(key, chain, target, work);
  }

  async applyLayer(key: SnapshotKey, chain: readonly SnapshotKey[], source: LayerSource): Promise<AppliedLayer> {
    const job = {
      kind: 'apply', ...this.#job(key), chain: this.#chain(chain), path: source.path,
      arriving: source.arriving === undefined ? undefined : { fd: source.arriving.fd, shared: source.arriving.arrival.shared },
      diffId: source.diffId, limitBytes: source.limitBytes,
    } as const;
    return (await this.#layerWorkers.run(job, { signal: source.signal, onProgress: source.onProgress })) as AppliedLayer;
  }

  async prepare(key: SnapshotKey): Promise<void> {
    await this.#mountWorkers.run({ kind: 'prepare', ...this.#job(key), common: join(this.#folder, 'common'), scratchBytes: this.#scratchBytes });
  }

  async mount(key: SnapshotKey, chain: readonly SnapshotKey[], target: string): Promise<SnapshotStorage> {
    return this.#mount(key, chain, target, this.#holder);
  }

  async unmount(target: string): Promise<void> {
    // As it was noted: the folder itself, not the volume in it.
    const place = await realpath(dirname(target)).then((parent) => join(parent, basename(target)), () => target);
    await this.#mountWorkers.run({ kind: 'unmount', libraries: this.#libraries, own: { key: 0, folder: this.#folder }, target: place });
  }

  diff(key: SnapshotKey, chain: readonly SnapshotKey[], options: DiffOptions = {}): AsyncIterable<Uint8Array> {
    return diffPieces<WclayerJob>(this.#layerWorkers, (taken) => ({ kind: 'diff', ...this.#job(key), chain: this.#chain(chain), mountPoints: options.mountPoints ?? [], latestTime: options.latestTime, taken }), options);
  }

  async usage(key: SnapshotKey): Promise<SnapshotUsage> {
    return (await this.#mountWorkers.run({ kind: 'usage', ...this.#job(key) })) as SnapshotUsage;
  }

  async remove(key: SnapshotKey): Promise<void> {
    await this.#layerWorkers.run({ kind: 'remove', ...this.#job(key) });
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
    await this.#layerWorkers.run({ kind: 'sync', libraries: this.#libraries, own: { key: 0, folder: this.#folder } });
  }

  async #mount(key: SnapshotKey, chain: readonly SnapshotKey[], target: string, holder: ScratchHolder): Promise<SnapshotStorage> {
    return (await this.#mountWorkers.run({ kind: 'mount', ...this.#job(key), chain: this.#chain(chain), target, holder })) as SnapshotStorage;
  }

  async #shown<T>(key: SnapshotKey, chain: readonly SnapshotKey[], target: string, work: () => Promise<T>): Promise<T> {
    await this.#mount(key, chain, target, 'host');
    try {
      return await work();
    } finally {
      await this.unmount(target);
    }
  }

  #own(key: SnapshotKey): KeyFolder {
    if (!Number.isSafeInteger(key) || key < 0) throw new RangeError(`${key} is not a snapshot key.`);
    return { key, folder: join(this.#folder, String(key)) };
  }

  #job(key: SnapshotKey): { readonly libraries: StorageLibraries; readonly own: KeyFolder } {
    return { libraries: this.#libraries, own: this.#own(key) };
  }

  #chain(chain: readonly SnapshotKey[]): readonly KeyFolder[] { return chain.map((key) => this.#own(key)); }
}
