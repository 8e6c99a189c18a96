import { toNamespacedPath } from 'node:path';
import { WindowsSecurity } from '../../../native/advapi32-privileges.ts';
import { bindComputeStorage, type ComputeStorage } from '../../../native/computestorage.ts';
import type { Out, Pointer } from '../../../native/dynamic-library.ts';
import { FilterManager } from '../../../native/fltlib.ts';
import { WindowsFiles } from '../../../native/kernel32-files.ts';
import { attachFlags, VirtualDisks } from '../../../native/virtdisk.ts';
import { foreignFilters, SiloError } from '../../base/index.ts';
import { baseLayerOptions, layerData, writableLayerOptions, type LayerReference } from './layer-data.ts';
import { means, StorageFailure } from './storage-error.ts';

/** Where the functions are: Windows' own DLLs by name, or what stands in their place. */
export interface StorageLibraries {
  readonly computeStorage: string;
  readonly virtDisk: string;
  readonly kernel: string;
  readonly security: string;
  readonly filterManager: string;
}

const privileges = ['SeBackupPrivilege', 'SeRestorePrivilege', 'SeSecurityPrivilege'];
/** A small disk that is mounted has its volume some moments later. */
const volumeWaitsMs = [10, 20, 50, 100, 200, 400, 800];

/**
 * The storage functions for one worker thread, which may wait in them. What is opened within a call is closed
 * in it. Failures: StorageFailure, DiskFailure, FileFailure, MissingFunction.
 */
export class LayerStorage {
  readonly files: WindowsFiles;
  readonly disks: VirtualDisks;
  readonly #functions: ComputeStorage;
  readonly #security: WindowsSecurity;
  readonly #filters: FilterManager;
  #privileged = false;

  constructor(libraries: StorageLibraries) {
    this.#functions = bindComputeStorage(libraries.computeStorage);
    this.disks = new VirtualDisks(libraries.virtDisk);
    this.files = new WindowsFiles(libraries.kernel);
    this.#filters = new FilterManager(libraries.filterManager);
    this.#security = new WindowsSecurity(libraries.security, libraries.kernel, this.files);
  }

  /** Layers hold files that no administrator may write otherwise. Errors: ElevationRequired. */
  takePrivileges(): void {
    if (this.#privileged) return;
    if (!this.#security.enablePrivileges(privileges)) throw new SiloError('ElevationRequired', { args: { reason: 'layers are written with the rights to back up and to restore files' } });
    this.#privileged = true;
  }

  /** File-system filters that do not come with Windows; none where nobody may know. */
  foreignFilters(): readonly string[] {
    try {
      return foreignFilters(this.#filters.filters());
    } catch {
      // Whoever asks is about to tell of a failure, which must not be lost for this one.
      return [];
    }
  }

  descriptorOf(sddl: string): Buffer { return this.#security.descriptorOf(sddl); }

  importLayer(layer: string, source: string, chain: readonly LayerReference[]): void {
    check('HcsImportLayer', this.#functions.HcsImportLayer.now(layer, source, layerData(chain)));
  }

  setUpBaseLayer(layer: string): void {
    check('HcsSetupBaseOSLayer', this.#functions.HcsSetupBaseOSLayer.now(layer, 0n, baseLayerOptions('Container')));
  }

  /** `disk`: attached. */
  setUpUtilityVm(folder: string, disk: Pointer): void {
    check('HcsSetupBaseOSLayer', this.#functions.HcsSetupBaseOSLayer.now(folder, disk, baseLayerOptions('Vm')));
  }

  formatDisk(disk: Pointer): void { check('HcsFormatWritableLayerVhd', this.#functions.HcsFormatWritableLayerVhd.now(disk)); }

  /** The volume of an attached disk, without a separator at its end. */
  volumeOf(disk: Pointer): string {
    for (let tries = 0; ; tries += 1) {
      const path: Out<Pointer> = [null];
      const hresult = this.#functions.HcsGetLayerVhdMountPath.now(disk, path) >>> 0;
      if (hresult === 0 && path[0] !== null) return this.files.takeText(path[0]).replace(/[\\/]$/, '');
      const waitMs = volumeWaitsMs[tries];
      // ERROR_NOT_READY, ERROR_DEVICE_NOT_CONNECTED
      if (waitMs === undefined || ![0x80070015, 0x8007048f].includes(hresult)) throw new StorageFailure('HcsGetLayerVhdMountPath', hresult);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
    }
  }

  initializeWritableLayer(volume: string, chain: readonly LayerReference[]): void {
    check('HcsInitializeWritableLayer', this.#functions.HcsInitializeWritableLayer.now(volume, layerData(chain), null));
  }

  attachFilter(volume: string, chain: readonly LayerReference[]): void {
    check('HcsAttachLayerStorageFilter', this.#functions.HcsAttachLayerStorageFilter.now(volume, layerData(chain)));
  }

  /** False where none was attached. */
  detachFilter(volume: string): boolean {
    try {
      check('HcsDetachLayerStorageFilter', this.#functions.HcsDetachLayerStorageFilter.now(volume));
      return true;
    } catch (error) {
      if (means(error, 'notFound')) return false;
      throw error;
    }
  }

  exportWritableLayer(volume: string, target: string, chain: readonly LayerReference[]): void {
    check('HcsExportLayer', this.#functions.HcsExportLayer.now(volume, target, layerData(chain), writableLayerOptions));
  }

  /** Nothing there is no error. */
  destroyLayer(layer: string): void {
    try {
      check('HcsDestroyLayer', this.#functions.HcsDestroyLayer.now(layer));
    } catch (error) {
      if (!means(error, 'notFound')) throw error;
    }
  }

  /** Runs `work` with the disk open. */
  withDisk<T>(path: string, work: (disk: Pointer) => T): T {
    const disk = this.disks.open(path);
    try {
      return work(disk);
    } finally {
      this.files.close(disk);
    }
  }

  /** Runs `work` with the disk attached: by this call and only for it, where it isn't already. */
  withVolume<T>(path: string, work: (volume: string) => T): T {
    return this.withDisk(path, (disk) => {
      const attached = this.disks.physicalPath(disk) !== undefined;
      if (!attached) this.disks.attach(disk, attachFlags.noDriveLetter);
      try {
        return work(this.volumeOf(disk));
      } finally {
        if (!attached) this.disks.detach(disk);
      }
    });
  }

  /** Runs `work` with a handle of the file or folder itself. */
  withFile<T>(path: string, purpose: 'read' | 'restore' | 'times', work: (file: Pointer) => T): T {
    const file = this.files.open(toNamespacedPath(path), purpose);
    try {
      return work(file);
    } finally {
      this.files.close(file);
    }
  }
}

const check = (call: string, hresult: number): void => {
  if (hresult < 0) throw new StorageFailure(call, hresult >>> 0);
};
