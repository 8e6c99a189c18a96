import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { attachFlags } from '../../../native/virtdisk.ts';
import { hasErrno, SiloError } from '../../base/index.ts';
import type { SnapshotStorage } from '../../core/index.ts';
import type { LayerReference } from './layer-data.ts';
import { chainFile, destroyFolder, layerReference, mountFile, readJson, scratchDisk, snapshotNotFound, writeWhole } from './layer-folder.ts';
import type { KeyFolder, MountJob, PrepareJob } from './layer-job.ts';
import type { LayerStorage } from './layer-storage.ts';
import { hresultOf, means, storageError } from './storage-error.ts';

/** ERROR_ALREADY_EXISTS */
const alreadyExists = 0x800700b7;
/** Whoever looks into a volume for a moment keeps it busy; two seconds are waited. */
const busyWaitsMs = [10, 30, 60, 100, 200, 600, 1000];

/** A formatted disk that scratch disks differ from. Formatting takes seconds, so it is done once for all. */
const blankDisk = (storage: LayerStorage, common: string, scratchBytes: number): string => {
  const path = join(common, 'blank-base.vhdx');
  if (existsSync(path)) return path;
  mkdirSync(common, { recursive: true });
  const made = join(common, `${randomUUID()}.vhdx`);
  try {
    const disk = storage.disks.create(made, { sizeBytes: scratchBytes });
    try {
      storage.formatDisk(disk);
    } finally {
      storage.files.close(disk);
    }
    linkSync(made, path);
  } catch (error) {
    // Another engine was quicker: its disk is as good.
    if (!hasErrno(error, 'EEXIST')) throw error;
  } finally {
    rmSync(made, { force: true });
  }
  return path;
};

export const prepareScratch = (storage: LayerStorage, { own, common, scratchBytes }: PrepareJob): void => {
  const path = scratchDisk(own.folder);
  if (existsSync(path)) return;
  const blank = blankDisk(storage, common, scratchBytes);
  mkdirSync(own.folder, { recursive: true });
  const made = join(own.folder, `${randomUUID()}.vhdx`);
  storage.files.close(storage.disks.create(made, { parent: blank }));
  try {
    linkSync(made, path);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
  } finally {
    rmSync(made, { force: true });
  }
};

/** @throws SiloError SnapshotNotFound */
export const requireScratch = ({ key, folder }: KeyFolder): string => {
  const path = scratchDisk(folder);
  if (!existsSync(path)) throw snapshotNotFound(key);
  return path;
};

/**
 * Disk, filter, mount point, in this order: whoever finds the mount point finds the rest in place. The disk is
 * attached for good, as containers outlive engines; so the target is noted first, and whoever comes after a
 * killed engine can undo what it began.
 */
export const mountScratch = (storage: LayerStorage, { own, chain, target }: MountJob): SnapshotStorage => {
  const layers = layersOf(own, chain);
  const path = requireScratch(own);
  const place = placeOf(target);
  const before = noteOfMount(own.folder);
  if (before !== undefined && before !== place) unmountScratch(storage, own, before);
  writeWhole(mountFile(own.folder), JSON.stringify(place));
  const volume = storage.withDisk(path, (disk) => {
    const attached = storage.disks.physicalPath(disk) !== undefined;
    if (!attached) storage.disks.attach(disk, attachFlags.noDriveLetter + attachFlags.permanentLifetime);
    try {
      const found = storage.volumeOf(disk);
      if (attached && sameVolume(storage.files.volumeAt(place), found)) return found;
      storage.files.unmountVolume(place);
      if (attached) storage.detachFilter(found);
      initialize(storage, own, found, layers);
      storage.attachFilter(found, layers);
      storage.files.mountVolume(place, found);
      return found;
    } catch (error) {
      if (!attached) undo(() => storage.detachFilter(storage.volumeOf(disk)), () => { storage.disks.detach(disk); }, () => { rmSync(mountFile(own.folder), { force: true }); });
      throw error;
    }
  });
  return { layers, scratchPath: `${volume}${volume.startsWith('/') ? '' : '\\'}` };
};

/**
 * Makes a scratch disk ready for a virtual machine, which attaches it itself: initialized, as the filter in the
 * guest finds it then, and attached to nothing here. The target is noted as for a mount, so that whoever unmounts it
 * finds the disk.
 */
export const readyScratch = (storage: LayerStorage, { own, chain, target }: MountJob): SnapshotStorage => {
  const layers = layersOf(own, chain);
  const path = requireScratch(own);
  const place = placeOf(target);
  const before = noteOfMount(own.folder);
  if (before === undefined) release(storage, own);
  else unmountScratch(storage, own, before);
  if (!isInitialized(own.folder)) storage.withVolume(path, (volume) => { initialize(storage, own, volume, layers); });
  writeWhole(mountFile(own.folder), JSON.stringify(place));
  return { layers, scratchPath: path };
};

const layersOf = ({ key }: KeyFolder, chain: readonly KeyFolder[]): readonly LayerReference[] => {
  if (chain.length === 0) throw new SiloError('OptionUnsupported', { args: { option: 'A container without an image', reason: 'Windows has its system in the lowest layer' }, target: { kind: 'snapshot', id: String(key) } });
  return chain.map(layerReference);
};

/** The folder itself: what is mounted on it would be followed, and may be gone. */
const placeOf = (target: string): string => {
  lstatSync(target);
  return join(realpathSync(dirname(target)), basename(target));
};

/** A writable layer is initialized once. */
const initialize = (storage: LayerStorage, own: KeyFolder, volume: string, layers: readonly LayerReference[]): void => {
  if (isInitialized(own.folder)) return;
  try {
    storage.initializeWritableLayer(volume, layers);
  } catch (error) {
    // An engine was killed before it noted it.
    if (hresultOf(error) !== alreadyExists) throw error;
  }
  writeWhole(chainFile(own.folder), JSON.stringify(layers.map(({ path }) => path)));
};

export const isInitialized = (folder: string): boolean => existsSync(chainFile(folder));

/** Unmounts whatever snapshot of this folder is mounted at `target`. */
export const unmountAt = (storage: LayerStorage, snapshots: string, target: string): void => {
  if (!existsSync(snapshots)) return;
  for (const name of readdirSync(snapshots)) {
    const own = { key: Number(name), folder: join(snapshots, name) };
    if (!/^[0-9]+$/.test(name) || noteOfMount(own.folder) !== target) continue;
    try {
      unmountScratch(storage, own, target);
    } catch (error) {
      throw storageError(error, own.key, own.folder);
    }
  }
};

/** The reverse of mounting. Every step may have been done already. */
const unmountScratch = (storage: LayerStorage, own: KeyFolder, target: string): void => {
  storage.files.unmountVolume(target);
  release(storage, own);
  rmSync(mountFile(own.folder), { force: true });
};

/** Takes the filter and the disk away, however far a mount had come. */
const release = (storage: LayerStorage, { folder }: KeyFolder): void => {
  const path = scratchDisk(folder);
  if (!existsSync(path)) return;
  storage.withDisk(path, (disk) => {
    if (storage.disks.physicalPath(disk) === undefined) return;
    whileBusy(() => storage.detachFilter(storage.volumeOf(disk)));
    whileBusy(() => { storage.disks.detach(disk); });
  });
};

/** Where the scratch of this folder is mounted, or was about to be. */
const noteOfMount = (folder: string): string | undefined => {
  const target = readJson(mountFile(folder));
  return typeof target === 'string' ? target : undefined;
};

/** Unmounts what is mounted and removes everything. A layer that is in use stays, and is in the list for another time. */
export const removeSnapshot = (storage: LayerStorage, own: KeyFolder): void => {
  const target = noteOfMount(own.folder);
  if (target !== undefined) storage.files.unmountVolume(target);
  try {
    release(storage, own);
  } catch (error) {
    // A damaged disk can't be attached either.
    if (!means(error, 'damaged')) throw error;
  }
  whileBusy(() => { destroyFolder(storage, own.folder); });
};

const sameVolume = (mounted: string | undefined, volume: string): boolean => mounted?.replace(/[\\/]$/, '').toLowerCase() === volume.toLowerCase();

const whileBusy = <T>(work: () => T): T => {
  for (const waitMs of busyWaitsMs) {
    try {
      return work();
    } catch (error) {
      if (!means(error, 'inUse')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
    }
  }
  return work();
};

/** After an error, which is the one to tell of: as much as can be. */
const undo = (...steps: (() => unknown)[]): void => {
  for (const step of steps) {
    try {
      step();
    } catch {
      // Whoever mounts, unmounts or removes it next tries again.
    }
  }
};
