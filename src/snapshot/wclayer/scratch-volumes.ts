import { SiloError, fromFileError, isSiloError } from '../../base/index.ts';
import { attachFlags } from '../../../native/virtdisk.ts';
import type { LayerReference } from './layer-data.ts';
import { LayerStorage, type StorageLibraries } from './layer-storage.ts';
import { means, storageError } from './storage-error.ts';

/**
 * Volumes of scratch disks that are no snapshots: another program made them, and a bundle names them. The calls wait, for a
 * moment as a rule: for programs that do nothing else meanwhile.
 */
export class ScratchVolumes {
  readonly #libraries: StorageLibraries;
  #storage: LayerStorage | undefined;

  constructor(libraries: StorageLibraries) { this.#libraries = libraries; }

  /**
   * Attaches the disk for good, since containers outlive programs, and shows it over its layers, nearest first. The path of the volume.
   * A disk that was attached already is another's. @throws SiloError PathInUse and what `storageError` says
   */
  mount(path: string, layers: readonly LayerReference[]): string {
    return this.#work(path, (storage) => storage.withDisk(path, (disk) => {
      if (storage.disks.physicalPath(disk) !== undefined) throw inUse(path, 'it is attached');
      storage.disks.attach(disk, attachFlags.noDriveLetter + attachFlags.permanentLifetime);
      try {
        const volume = storage.volumeOf(disk);
        showLayers(storage, volume, layers);
        return `${volume}${volume.startsWith('/') ? '' : '\\'}`;
      } catch (error) {
        storage.disks.detach(disk);
        throw error;
      }
    }));
  }

  /** Takes the layers and the disk away; nothing there is no error. */
  unmount(path: string): void {
    try {
      this.#work(path, (storage) => {
        storage.withDisk(path, (disk) => {
          if (storage.disks.physicalPath(disk) === undefined) return;
          storage.detachFilter(storage.volumeOf(disk));
          storage.disks.detach(disk);
        });
      });
    } catch (error) {
      if (!isSiloError(error, 'PathNotFound')) throw error;
    }
  }

  #work<T>(path: string, work: (storage: LayerStorage) => T): T {
    try {
      return work((this.#storage ??= new LayerStorage(this.#libraries)));
    } catch (error) {
      if (means(error, 'inUse')) throw inUse(path, error instanceof Error ? error.message : String(error));
      if (means(error, 'notFound')) throw new SiloError('PathNotFound', { args: { path }, target: { kind: 'path', id: path }, cause: error });
      throw fromFileError(storageError(error, 0, path), path);
    }
  }
}

const inUse = (path: string, reason: string): SiloError => new SiloError('ComputeResourceBusy', { args: { id: path, reason }, target: { kind: 'path', id: path } });

/** A disk that is new is made a writable layer first, which it becomes once. */
const showLayers = (storage: LayerStorage, volume: string, layers: readonly LayerReference[]): void => {
  try {
    storage.attachFilter(volume, layers);
  } catch (error) {
    if (!means(error, 'damaged')) throw error;
    storage.initializeWritableLayer(volume, layers);
    storage.attachFilter(volume, layers);
  }
};
