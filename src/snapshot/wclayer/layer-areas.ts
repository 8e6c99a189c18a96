import { join } from 'node:path';
import type { BasicInformation } from '../../../native/kernel32-files.ts';
import { noFile, plainFile, restoredFile, transportFile, type FileSink } from './file-sinks.ts';
import type { LayerStorage } from './layer-storage.ts';
import { cloneUtilityVm } from './utility-vm.ts';

/** The three folders that the root of a layer has. */
const areaNames = ['Files', 'Hives', 'UtilityVM'] as const;
export type AreaName = (typeof areaNames)[number];

export const isAreaName = (name: string | undefined): name is AreaName => (areaNames as readonly (string | undefined)[]).includes(name);

/** Where the entries of a layer go. */
export interface LayerAreas {
  /** The folder in which the area stands while the layer is unpacked. */
  rootOf(area: AreaName): string;
  /** Before the first entry of an area; may be repeated. */
  prepare(area: AreaName): void;
  sink(parts: readonly string[], area: AreaName, information: BasicInformation, isFolder: boolean): FileSink;
}

/** The lowest layer of an image is restored as it is; HcsSetupBaseOSLayer makes the registry's folder anew. */
export const baseAreas = (storage: LayerStorage, layer: string): LayerAreas => ({
  rootOf: () => layer,
  prepare: () => undefined,
  sink: (parts, area, information, isFolder) => (area === 'Hives' ? noFile : restoredFile(storage, join(layer, ...parts), information, isFolder)),
});

/** A higher layer goes through the transport form; its utility VM is the parent's with this layer's changes, restored in place. */
export const transportAreas = (storage: LayerStorage, layer: string, transport: string, parent: string): LayerAreas => {
  let cloned = false;
  return {
    rootOf: (area) => (area === 'UtilityVM' ? layer : transport),
    prepare: (area) => {
      if (area !== 'UtilityVM' || cloned) return;
      cloneUtilityVm(storage, parent, layer);
      cloned = true;
    },
    sink: (parts, area, information, isFolder) => {
      if (area === 'UtilityVM') return parts.length === 1 ? noFile : restoredFile(storage, join(layer, ...parts), information, isFolder);
      const place = join(transport, ...parts);
      if (area === 'Files') return transportFile(storage, place, information, isFolder);
      return isFolder ? noFile : plainFile(place);
    },
  };
};
