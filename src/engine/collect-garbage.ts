import type { Digest } from '../base/index.ts';
import type { LayerRecord, MetadataWriter, SnapshotKey } from '../core/index.ts';
import { tryExclusiveStore } from './lease.ts';
import type { Ports } from './ports.ts';
import { snapshotRemover } from './technology.ts';

const setting = 'sweep';

/**
 * Notes that something may be garbage now, in the transaction that makes it so: where the engine dies
 * before it has swept, the next one sweeps.
 */
export const oweSweep = (writer: MetadataWriter): void => {
  if (writer.setting(setting) !== 'due') writer.setSetting(setting, 'due');
};

export const isSweepDue = (ports: Ports): boolean => ports.metadata.read((reader) => reader.setting(setting) === 'due' || reader.leasedSnapshots('').length > 0);

export interface Swept {
  readonly blobs: readonly { readonly digest: Digest; readonly sizeBytes: number }[];
  readonly layers: readonly { readonly key: SnapshotKey; readonly chainId: Digest | undefined; readonly sizeBytes: number }[];
  readonly failed: readonly { readonly kind: 'Blob' | 'Layer'; readonly id: string; readonly reason: string }[];
}

/**
 * Mark and sweep: deletes blobs and layers that no image, container, lease or build needs. The order is that of
 * a journal: what goes is marked in one transaction, then deleted, and its rows go last. What cannot be
 * deleted stays marked, and is tried again with the next sweep. The caller holds the store alone.
 */
export const sweepStore = async (ports: Ports): Promise<Swept> => {
  const sizes = new Map<Digest, number>();
  for await (const blob of ports.content.list()) sizes.set(blob.digest, blob.sizeBytes);
  const remove = snapshotRemover(ports);
  const layers = new Map<SnapshotKey, LayerRecord>(ports.metadata.read((reader) => reader.layers()).map((layer) => [layer.key, layer]));
  const garbage = await ports.metadata.write((writer) => {
    oweSweep(writer);
    return writer.collectGarbage([...sizes.keys()]);
  });
  const swept = { blobs: [] as Swept['blobs'][number][], layers: [] as Swept['layers'][number][], failed: [] as Swept['failed'][number][] };
  const attempt = async (kind: 'Blob' | 'Layer', id: string, body: () => Promise<void>): Promise<void> => {
    try {
      await body();
    } catch (error) {
      ports.log.error({ err: error, kind, id }, 'could not be deleted; the next sweep tries again');
      swept.failed.push({ kind, id, reason: error instanceof Error ? error.message : String(error) });
    }
  };
  for (const key of garbage.snapshots) {
    await attempt('Layer', String(key), async () => {
      await remove(key);
      swept.layers.push({ key, chainId: layers.get(key)?.chainId, sizeBytes: layers.get(key)?.sizeBytes ?? 0 });
    });
  }
  for (const digest of garbage.blobs) {
    await attempt('Blob', digest, async () => {
      if (await ports.content.delete(digest)) swept.blobs.push({ digest, sizeBytes: sizes.get(digest) ?? 0 });
    });
  }
  await ports.metadata.write((writer) => {
    for (const { key } of swept.layers) writer.deleteSnapshot(key);
    if (swept.failed.length === 0) writer.setSetting(setting, 'done');
  });
  const freedBytes = sweptBytes(swept);
  if (freedBytes > 0) ports.log.info({ blobs: swept.blobs.length, layers: swept.layers.length, freedBytes }, 'swept the store');
  return swept;
};

const sweptBytes = (swept: Swept): number => [...swept.blobs, ...swept.layers].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** Sweeps, and returns the bytes freed; 0 where another engine is importing, whose end sweeps again. */
export const collectGarbage = async (ports: Ports): Promise<number> => {
  const lock = await tryExclusiveStore(ports);
  if (lock === undefined) return 0;
  try {
    return sweptBytes(await sweepStore(ports));
  } finally {
    await lock.release();
  }
};
