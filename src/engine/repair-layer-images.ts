import { storeLockName } from './lease.ts';
import type { StoreItem } from './optimize-store.ts';
import type { Ports } from './ports.ts';
import { snapshotters } from './technology.ts';

const patienceMs = 30_000;

/** Makes disks of layers again that are of no use. Machines that have one keep it. With `every` all of each is read. */
export const repairLayerImages = async (ports: Ports, { dryRun, every }: { readonly dryRun: boolean; readonly every: boolean }, signal?: AbortSignal): Promise<readonly StoreItem[]> => {
  const items: StoreItem[] = [];
  for (const { name, images } of snapshotters(ports.isolations)) {
    if (images === undefined) continue;
    for (const { key, snapshotter, chainId } of ports.metadata.read((reader) => reader.layers())) {
      const damage = snapshotter === name ? await images.damage(key, { every, signal }) : undefined;
      if (damage === undefined) continue;
      const item = { kind: 'Layer', id: chainId, sizeBytes: await images.sizeBytes(key), reason: `the disk that was made of it for utility VMs is damaged: ${damage}` } as const;
      if (dryRun) {
        items.push({ ...item, action: 'WouldRepair' });
        continue;
      }
      const lock = await ports.locks.acquire(storeLockName, { timeoutMs: patienceMs, ...(signal === undefined ? {} : { signal }) });
      try {
        await images.remake(key, signal);
        items.push({ ...item, action: 'Repaired' });
      } catch (error) {
        items.push({ ...item, reason: `${item.reason}; ${error instanceof Error ? error.message : String(error)}`, action: 'Failed' });
      } finally {
        await lock.release();
      }
    }
  }
  return items;
};
