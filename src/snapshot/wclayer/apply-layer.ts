import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SiloError } from '../../base/index.ts';
import type { AppliedLayer } from '../../core/index.ts';
import { namedLayerError, readLayer, type LayerWatch } from '../../layer/index.ts';
import { baseAreas, transportAreas } from './layer-areas.ts';
import { destroyFolder, layerPath, layerReference, writeId } from './layer-folder.ts';
import type { ApplyJob } from './layer-job.ts';
import type { LayerStorage } from './layer-storage.ts';
import { LayerWriter } from './layer-writer.ts';
import { storageError } from './storage-error.ts';
import { setUpUtilityVm } from './utility-vm.ts';

const defaultLimitBytes = 64 * 1024 ** 3;

/** Unpacks a layer in this worker thread, whose file calls all wait. */
export const applyLayer = async (storage: LayerStorage, job: ApplyJob, watch: LayerWatch): Promise<AppliedLayer> => {
  const { key, folder } = job.own;
  let writer: LayerWriter | undefined;
  try {
    storage.takePrivileges();
    const chain = job.chain.map(layerReference);
    // Left by an engine that was killed with the same key.
    destroyFolder(storage, folder);
    const [layer, transport] = [layerPath(folder), join(folder, 'import')];
    mkdirSync(layer, { recursive: true });
    const [parent] = chain;
    if (parent !== undefined) {
      // The registry's folder is part of the form, also where a layer changes nothing in it.
      for (const area of ['Files', 'Hives']) mkdirSync(join(transport, area), { recursive: true });
    }
    const areas = parent === undefined ? baseAreas(storage, layer) : transportAreas(storage, layer, transport, parent.path);
    writer = new LayerWriter(storage, areas, { limitBytes: job.limitBytes ?? defaultLimitBytes, allowsDeletions: parent !== undefined });
    const { diffId, readBytes } = await readLayer(job, writer, watch);
    writer.close();
    if (parent === undefined) {
      writer.finish(layer, []);
      storage.setUpBaseLayer(layer);
    } else {
      storage.importLayer(layer, transport, chain);
      writer.finish(layer, chain.map(({ path }) => path));
      rmSync(transport, { recursive: true, force: true });
    }
    if (writer.hasUtilityVm) setUpUtilityVm(storage, layer);
    if (watch.cancelled()) throw new SiloError('OperationCancelled');
    writeId(folder);
    watch.progress(readBytes);
    return { diffId, sizeBytes: writer.sizeBytes, entries: writer.entries };
  } catch (error) {
    writer?.abandon();
    discard(storage, folder);
    throw namedLayerError(storageError(error, key, folder), job.path);
  }
};

/** The error that led here is the one to tell of; what is left is garbage that `list` shows. */
const discard = (storage: LayerStorage, folder: string): void => {
  try {
    rmSync(join(folder, 'import'), { recursive: true, force: true });
    destroyFolder(storage, folder);
  } catch {
    rmSync(folder, { recursive: true, force: true });
  }
};
