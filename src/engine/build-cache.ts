import { folderBytes } from '../build/index.ts';
import type { Ports } from './ports.ts';

/** Owner, in the store, of the volumes that `RUN --mount=type=cache` keeps. */
export const cacheVolumeOwner = 'build-cache';

/** Removes the folders that builds keep for themselves. The caller holds the store alone, so no build uses them. */
export const removeCacheVolumes = async (ports: Ports, dryRun: boolean): Promise<readonly { readonly id: string; readonly sizeBytes: number }[]> => {
  const removed: { readonly id: string; readonly sizeBytes: number }[] = [];
  for (const id of ports.metadata.read((reader) => reader.volumesOf(cacheVolumeOwner))) {
    const sizeBytes = await folderBytes(await ports.volumes.create(id));
    if (!dryRun) {
      await ports.volumes.remove(id);
      await ports.metadata.write((writer) => { writer.deleteVolume(id); });
    }
    removed.push({ id, sizeBytes });
  }
  return removed;
};
