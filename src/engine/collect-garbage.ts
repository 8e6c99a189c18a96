import type { Digest } from '../base/index.ts';
import type { Ports } from './ports.ts';
import { tryExclusiveStore } from './lease.ts';
import { chooseIsolation } from './technology.ts';

/**
 * Mark and sweep: deletes blobs and layers that no image, container or lease reaches. Returns the bytes
 * freed; 0 where another engine is importing, whose end sweeps again.
 */
export const collectGarbage = async (ports: Ports): Promise<number> => {
  const lock = await tryExclusiveStore(ports);
  if (lock === undefined) return 0;
  try {
    const sizes = new Map<Digest, number>();
    for await (const blob of ports.content.list()) sizes.set(blob.digest, blob.sizeBytes);
    const { snapshotter } = chooseIsolation(ports.isolations, 'Auto').technology;
    const layers = new Map(ports.metadata.read((reader) => reader.layers()).map((layer) => [layer.key, layer.sizeBytes]));
    const garbage = await ports.metadata.write((writer) => writer.collectGarbage([...sizes.keys()]));
    let freed = 0;
    for (const key of garbage.snapshots) {
      await snapshotter.remove(key);
      freed += layers.get(key) ?? 0;
    }
    for (const digest of garbage.blobs) if (await ports.content.delete(digest)) freed += sizes.get(digest) ?? 0;
    if (freed > 0) ports.log.info({ blobs: garbage.blobs.length, layers: garbage.snapshots.length, freedBytes: freed }, 'swept the store');
    return freed;
  } finally {
    await lock.release();
  }
};
