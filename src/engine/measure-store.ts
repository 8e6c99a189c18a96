import { dirname } from 'node:path';
import { folderBytes } from '../build/index.ts';
import type { LayerImages, Space } from '../core/index.ts';
import { cacheVolumeOwner } from './build-cache.ts';
import { optimizeStore } from './optimize-store.ts';
import type { Ports } from './ports.ts';
import { snapshotters, technologyOf } from './technology.ts';

export interface StoreUsage extends Space {
  /** Stored blobs: manifests, configurations and layers as they were pulled. */
  readonly content: Part;
  /** Unpacked layers, with the disks that were made of them for utility VMs. */
  readonly layers: Part;
  /** What containers changed in their root file systems. */
  readonly containers: Part;
  /** Without those of `RUN --mount=type=cache`, which are the cache of builds. */
  readonly volumes: Part;
  readonly buildCacheBytes: number;
  /** What containers wrote to their outputs, with the small files that a container has besides. */
  readonly logBytes: number;
  /** What `optimizeStore` would free with everything that it takes. */
  readonly reclaimableBytes: number;
}

interface Part { readonly count: number; readonly sizeBytes: number }

const partOf = (sizes: readonly number[]): Part => ({ count: sizes.length, sizeBytes: sizes.reduce((sum, size) => sum + size, 0) });

/** Measures what is kept, part by part, and changes nothing. Folders are walked: it takes as long as they have files. Errors: StoreBusy. */
export const measureStore = async (ports: Ports, signal?: AbortSignal): Promise<StoreUsage> => {
  const known = ports.metadata.read((reader) => ({ layers: reader.layers(), containers: reader.containers(), volumes: reader.volumes() }));
  const imagesOf = (name: string): LayerImages | undefined => snapshotters(ports.isolations).find((snapshotter) => snapshotter.name === name)?.images;
  const blobs: number[] = [];
  for await (const { sizeBytes } of ports.content.list()) blobs.push(sizeBytes);
  const layers: number[] = [];
  for (const { key, sizeBytes, snapshotter } of known.layers) layers.push(sizeBytes + (await imagesOf(snapshotter)?.sizeBytes(key).catch(() => 0) ?? 0));
  const containers: number[] = [];
  let logBytes = 0;
  for (const container of known.containers) {
    signal?.throwIfAborted();
    // One that is removed meanwhile takes nothing.
    const usage = container.snapshotKey === undefined ? undefined : await technologyOf(ports.isolations, container).snapshotter.usage(container.snapshotKey).catch(() => undefined);
    containers.push(usage?.sizeBytes ?? 0);
    logBytes += await bytesBelow(dirname(ports.files.paths(container.id).logPath));
  }
  const volumes: number[] = [];
  let buildCacheBytes = 0;
  for (const { id, containerId } of known.volumes) {
    signal?.throwIfAborted();
    const sizeBytes = await bytesBelow(ports.volumes.path(id));
    if (containerId === cacheVolumeOwner) buildCacheBytes += sizeBytes;
    else volumes.push(sizeBytes);
  }
  const wouldGo = await optimizeStore(ports, { unusedImages: true, danglingImages: true, stoppedContainers: true, unusedVolumes: true, buildCache: true, dryRun: true }, signal);
  return {
    ...await ports.stateRoot.space(),
    content: partOf(blobs), layers: partOf(layers), containers: partOf(containers), volumes: partOf(volumes),
    buildCacheBytes, logBytes, reclaimableBytes: wouldGo.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
};

/** Without a folder nobody has used it yet. */
const bytesBelow = (folder: string): Promise<number> => folderBytes(folder).catch(() => 0);
