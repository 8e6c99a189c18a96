import { access, lstat, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, hasErrno, SiloError } from '../../base/index.ts';
import type { AppliedLayer, DiffOptions, LayerSource, SnapshotKey, Snapshotter, SnapshotStorage, SnapshotUsage } from '../../core/index.ts';
import { diffPieces, LayerWorkers } from '../../layer/index.ts';
import { diskError } from './disk-error.ts';
import type { DiskLibraries, KeyFolder, LcowJob } from './layer-job.ts';
import { layerDisk, scratchDisk, snapshotNotFound } from './snapshot-folder.ts';

/** In development the source itself; in the product the bundle that stands beside the engine's. */
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './layer-worker.ts' : './lcow-worker.mjs', import.meta.url);
/** What a container may write, as other engines have it; a disk takes what is written to it. */
const defaultScratchBytes = 20 * 1024 ** 3;
/** Disks are cut in these. */
const diskUnitBytes = 1024 ** 2;
const leastScratchBytes = 16 * diskUnitBytes;

/** Windows' own. */
const windowsLibraries: DiskLibraries = { virtDisk: 'virtdisk.dll', kernel: 'kernel32.dll' };

/**
 * Linux layers for utility VMs: `snapshots/linux/<key>/layer.vhd`, a read-only ext4 image, or `sandbox.vhdx` for a writable
 * one, which differs from an empty disk in `snapshots/linux/common`. The machine mounts them, and lays them over each
 * other; on the host nothing is mounted. What waits is done in worker threads; layers have threads apart, so that no
 * container waits for a download.
 */
export class LcowSnapshotter implements Snapshotter {
  readonly name = 'lcow';
  readonly #folder: string;
  readonly #libraries: DiskLibraries;
  readonly #layerWorkers = new LayerWorkers<LcowJob>(workerFile);
  readonly #diskWorkers = new LayerWorkers<LcowJob>(workerFile, 1);

  /** @param root the state root; the snapshotter owns its folder `snapshots/linux`, made on first use. */
  constructor(root: string, { libraries = windowsLibraries }: { readonly libraries?: DiskLibraries } = {}) {
    this.#folder = join(root, 'snapshots', 'linux');
    this.#libraries = libraries;
  }

  async applyLayer(key: SnapshotKey, chain: readonly SnapshotKey[], source: LayerSource): Promise<AppliedLayer> {
    const job = {
      kind: 'apply', own: this.#own(key), chain: chain.map((below) => this.#own(below)), path: source.path,
      arriving: source.arriving === undefined ? undefined : { fd: source.arriving.fd, shared: source.arriving.arrival.shared },
      diffId: source.diffId, limitBytes: source.limitBytes,
    } as const;
    return (await this.#layerWorkers.run(job, { signal: source.signal, onProgress: source.onProgress })) as AppliedLayer;
  }

  sizeLimitObstacle(): undefined { return undefined; }

  async prepare(key: SnapshotKey, sizeBytes = defaultScratchBytes): Promise<void> {
    if (sizeBytes < leastScratchBytes) throw new SiloError('StorageLimitUnsupported', { args: { reason: `a disk has ${leastScratchBytes} bytes at least` }, target: { kind: 'snapshot', id: String(key) } });
    await this.#diskWorkers.run({ kind: 'prepare', libraries: this.#libraries, own: this.#own(key), common: join(this.#folder, 'common'), scratchBytes: sizeBytes - (sizeBytes % diskUnitBytes) });
  }

  async mount(key: SnapshotKey, chain: readonly SnapshotKey[], target: string): Promise<SnapshotStorage> {
    const scratchPath = scratchDisk(this.#own(key).folder);
    const layers = chain.map((below) => ({ id: String(below), path: layerDisk(this.#own(below).folder) }));
    for (const [each, path] of [[key, scratchPath] as const, ...chain.map((below, index) => [below, layers[index]?.path ?? ''] as const)]) {
      await access(path).catch((error: unknown) => { throw hasErrno(error, 'ENOENT') ? snapshotNotFound(each, error) : fromFileError(error, path); });
    }
    await lstat(target).catch((error: unknown) => { throw fromFileError(error, target); });
    await this.#diskWorkers.run({ kind: 'inherit', libraries: this.#libraries, own: this.#own(key), chain: chain.map((below) => this.#own(below)) });
    // What a machine lays a scratch over is a layer, be it empty.
    return { layers: layers.length === 0 ? [{ id: 'empty', path: await this.#emptyLayer() }] : layers, scratchPath };
  }

  async holds(chain: readonly SnapshotKey[], path: string): Promise<boolean> {
    return (await this.#diskWorkers.run({ kind: 'holds', own: { key: chain[0] ?? 0, folder: this.#folder }, chain: chain.map((below) => this.#own(below)), path })) as boolean;
  }

  /** Nothing is mounted here: the machine has it, and goes with it. */
  unmount(): Promise<void> { return Promise.resolve(); }

  diff(key: SnapshotKey, chain: readonly SnapshotKey[], options: DiffOptions = {}): AsyncIterable<Uint8Array> {
    return diffPieces<LcowJob>(this.#layerWorkers, (taken) => ({
      kind: 'diff', libraries: this.#libraries, own: this.#own(key), chain: chain.map((below) => this.#own(below)), mountPoints: options.mountPoints ?? [], latestTime: options.latestTime, taken,
    }), options);
  }

  async usage(key: SnapshotKey): Promise<SnapshotUsage> {
    return (await this.#diskWorkers.run({ kind: 'usage', own: this.#own(key) })) as SnapshotUsage;
  }

  async remove(key: SnapshotKey): Promise<void> {
    const { folder } = this.#own(key);
    // A disk that a machine has can't be removed on Windows.
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => { throw diskError(error, key, folder); });
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

  /** The bytes of a layer are on the disk before it has its name; of the names, Windows keeps a journal. */
  async sync(): Promise<void> {
    for (const key of await this.list()) {
      const folder = await open(this.#own(key).folder, 'r').catch((error: unknown) => {
        // Windows opens no folders so; a snapshot may have gone meanwhile.
        if (hasErrno(error, 'EISDIR', 'EPERM', 'EACCES', 'ENOENT')) return undefined;
        throw fromFileError(error, this.#folder);
      });
      if (folder === undefined) continue;
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    }
  }

  async #emptyLayer(): Promise<string> {
    const common = join(this.#folder, 'common');
    return (await this.#diskWorkers.run({ kind: 'empty', own: { key: 0, folder: common } })) as string;
  }

  #own(key: SnapshotKey): KeyFolder {
    if (!Number.isSafeInteger(key) || key < 0) throw new RangeError(`${key} is not a snapshot key.`);
    return { key, folder: join(this.#folder, String(key)) };
  }
}
