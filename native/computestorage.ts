/**
 * koffi declarations of computestorage.dll (computestorage.h; 64-bit): container layers of the Host Compute
 * Service, as documented under virtualization/api/hcs. Texts are UTF-16 and only read during the call; the one
 * text that is given out is freed by the caller with LocalFree (kernel32). Handles of disks stay the caller's.
 * Where nothing else is said, a function is in Windows 10 1809 and Server 2019 (build 17763) and later. Each
 * answers an HRESULT when its work is done, which takes up to minutes: call it on a worker thread.
 */
import { DynamicLibrary, type BoundFunction, type Out, type Pointer } from './dynamic-library.ts';

type Hresult = number;

const firstBuild = 17763;
/** What the reference calls "version 2104"; the function is known from this build on. */
const volumeBuild = 19645;

/** `layerData` is a LayerData document: the layers below, nearest parent first. */
export interface ComputeStorage {
  /** Puts a layer together from its transport form in `source`; `layer` exists. */
  readonly HcsImportLayer: BoundFunction<(layer: string, source: string, layerData: string) => Hresult>;
  /** Writes the transport form of a layer into `target`. `options`: ExportLayerOptions. */
  readonly HcsExportLayer: BoundFunction<(layer: string, target: string, layerData: string, options: string) => Hresult>;
  /** As before, of a writable layer whose registry is kept in a folder of its own. */
  readonly HcsExportLegacyWritableLayer: BoundFunction<(mountPath: string, folder: string, target: string, layerData: string) => Hresult>;
  /** Deletes the folder with high rights, whatever is in it. */
  readonly HcsDestroyLayer: BoundFunction<(layer: string) => Hresult>;
  /** Makes a base layer ready for use. `disk`: zero for a container's layer, an attached disk for a utility VM's. `options`: OsLayerOptions. */
  readonly HcsSetupBaseOSLayer: BoundFunction<(layer: string, disk: Pointer, options: string) => Hresult>;
  /** As before, with a mounted volume in place of the disk. Build 19645. */
  readonly HcsSetupBaseOSVolume: BoundFunction<(layer: string, volume: string, options: string) => Hresult>;
  /** Makes an empty volume a writable layer; once a volume. `options`: reserved, null. */
  readonly HcsInitializeWritableLayer: BoundFunction<(layer: string, layerData: string, options: null) => Hresult>;
  readonly HcsInitializeLegacyWritableLayer: BoundFunction<(mountPath: string, folder: string, layerData: string, options: string | null) => Hresult>;
  /** Shows a writable layer together with the layers below it. */
  readonly HcsAttachLayerStorageFilter: BoundFunction<(layer: string, layerData: string) => Hresult>;
  readonly HcsDetachLayerStorageFilter: BoundFunction<(layer: string) => Hresult>;
  /** Partitions and formats a disk that is not attached. */
  readonly HcsFormatWritableLayerVhd: BoundFunction<(disk: Pointer) => Hresult>;
  /** Path of an attached disk's volume (\\?\Volume{…}). `mountPath`: LocalFree. */
  readonly HcsGetLayerVhdMountPath: BoundFunction<(disk: Pointer, mountPath: Out<Pointer>) => Hresult>;
}

const prototypes: Readonly<Record<keyof ComputeStorage, readonly [parameters: string, leastBuild?: number]>> = {
  HcsImportLayer: ['const char16_t *layer, const char16_t *source, const char16_t *layerData'],
  HcsExportLayer: ['const char16_t *layer, const char16_t *target, const char16_t *layerData, const char16_t *options'],
  HcsExportLegacyWritableLayer: ['const char16_t *mountPath, const char16_t *folder, const char16_t *target, const char16_t *layerData'],
  HcsDestroyLayer: ['const char16_t *layer'],
  HcsSetupBaseOSLayer: ['const char16_t *layer, void *disk, const char16_t *options'],
  HcsSetupBaseOSVolume: ['const char16_t *layer, const char16_t *volume, const char16_t *options', volumeBuild],
  HcsInitializeWritableLayer: ['const char16_t *layer, const char16_t *layerData, const char16_t *options'],
  HcsInitializeLegacyWritableLayer: ['const char16_t *mountPath, const char16_t *folder, const char16_t *layerData, const char16_t *options'],
  HcsAttachLayerStorageFilter: ['const char16_t *layer, const char16_t *layerData'],
  HcsDetachLayerStorageFilter: ['const char16_t *layer'],
  HcsFormatWritableLayerVhd: ['void *disk'],
  HcsGetLayerVhdMountPath: ['void *disk, _Out_ void **mountPath'],
};

export const computeStorageFunctions = Object.keys(prototypes) as readonly (keyof ComputeStorage)[];

/** The functions of the library at `path`, looked for when each is first called. */
export const bindComputeStorage = (path: string): ComputeStorage => {
  const library = new DynamicLibrary(path);
  return Object.fromEntries(Object.entries(prototypes).map(([name, [parameters, leastBuild = firstBuild]]) =>
    [name, library.bind(`int32_t ${name}(${parameters})`, leastBuild)])) as unknown as ComputeStorage;
};
