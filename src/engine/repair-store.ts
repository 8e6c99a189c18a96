import type { Digest } from '../base/index.ts';
import { readLayers } from '../image/index.ts';
import { storeLockName } from './lease.ts';
import type { StoreItem } from './optimize-store.ts';
import type { Ports } from './ports.ts';
import type { ImageProgress } from './publish-image.ts';
import { repairStore } from './repair.ts';
import { repairLayerImages } from './repair-layer-images.ts';
import { repairLayers } from './repair-layers.ts';
import { isIntact } from './test-image.ts';

export interface RepairRequest {
  readonly dryRun?: boolean | undefined;
  /** Also reads every blob, and every disk that was made of a layer, and compares digests. */
  readonly verify?: boolean | undefined;
}

type Progress = ((progress: ImageProgress) => void) | undefined;

const patienceMs = 30_000;

/** Mends what killed engines left, and tells what it found; on request it checks the content of the store, too. */
export const repairOnRequest = async (ports: Ports, request: RepairRequest, progress: Progress, signal?: AbortSignal): Promise<readonly StoreItem[]> => {
  const items: StoreItem[] = [];
  await repairStore(ports, { dryRun: request.dryRun ?? false, found: (item) => { items.push(item); } });
  items.push(...await repairLayers(ports, request.dryRun ?? false, signal));
  items.push(...await repairLayerImages(ports, { dryRun: request.dryRun ?? false, every: request.verify ?? false }, signal));
  if (request.verify === true) items.push(...await verifyBlobs(ports, request.dryRun ?? false, progress, signal));
  return items;
};

/**
 * A damaged blob is of no use: nobody can read it, it is never exported or pushed, and while it has its
 * name no pull or import brings it back. So it is removed even where an image needs it, and said so; the
 * unpacked layers of that image, and its containers, are not touched. It is read twice before, for what
 * is damaged may have been the memory that it passed through.
 */
const verifyBlobs = async (ports: Ports, dryRun: boolean, progress: Progress, signal: AbortSignal | undefined): Promise<readonly StoreItem[]> => {
  const items: StoreItem[] = [];
  const users = await blobUsers(ports);
  for await (const { digest, sizeBytes } of ports.content.list()) {
    if (await isIntact(ports, digest, progress, signal)) continue;
    if (await isIntact(ports, digest, undefined, signal)) continue;
    // Swept meanwhile.
    if ((await ports.content.stat(digest)) === undefined) continue;
    const needed = users.get(digest) ?? [];
    const reason = needed.length === 0 ? 'its content does not have its digest; nothing needs it' : `its content does not have its digest; pull or import again: ${needed.join(', ')}`;
    const item = { kind: 'Blob', id: digest, sizeBytes, reason } as const;
    if (dryRun) {
      items.push({ ...item, action: 'WouldRemove' });
      continue;
    }
    try {
      const lock = await ports.locks.acquire(storeLockName, { timeoutMs: patienceMs, ...(signal === undefined ? {} : { signal }) });
      try {
        await ports.content.delete(digest);
      } finally {
        await lock.release();
      }
      items.push({ ...item, action: 'Removed' });
    } catch (error) {
      items.push({ ...item, reason: `${reason}; ${error instanceof Error ? error.message : String(error)}`, action: 'Failed' });
    }
  }
  return items;
};

/** References of the images that need each blob; what a damaged manifest would name is not known. */
const blobUsers = async (ports: Ports): Promise<ReadonlyMap<Digest, readonly string[]>> => {
  const users = new Map<Digest, string[]>();
  for (const image of ports.metadata.read((reader) => reader.images())) {
    const layers = await readLayers(ports.content, image.manifestDigest).catch(() => []);
    for (const digest of new Set([image.manifestDigest, image.configDigest, ...layers.map((layer) => layer.digest)])) users.set(digest, [...users.get(digest) ?? [], image.reference]);
  }
  return users;
};
