import type { Digest } from '../base/index.ts';
import type { LayerRecord, MetadataReader, SnapshotKey } from '../core/index.ts';
import { readLayers } from '../image/index.ts';
import { storeLockName } from './lease.ts';
import type { StoreItem } from './optimize-store.ts';
import type { Ports } from './ports.ts';
import { snapshotRemover, snapshotters } from './technology.ts';

const patienceMs = 30_000;

interface Plan {
  /** Layers without a folder that no container stands on. */
  readonly gone: readonly LayerRecord[];
  /** Layers above those. */
  readonly above: readonly LayerRecord[];
  /** Layers without a folder, and the names of the containers that stand on each. */
  readonly needed: readonly { readonly layer: LayerRecord; readonly containers: readonly string[] }[];
}

/**
 * Forgets layers whose folders are gone, with everything above them: who needs them next has them unpacked
 * again. One that a container stands on stays, for its row is all that says what the container was made
 * of. A technology that this host no longer has is not asked, and its layers stay.
 */
export const repairLayers = async (ports: Ports, dryRun: boolean, signal?: AbortSignal): Promise<readonly StoreItem[]> => {
  // Most stores have none: then nobody waits for the store.
  if ((await missingLayers(ports)).size === 0) return [];
  const lock = await ports.locks.acquire(storeLockName, { timeoutMs: patienceMs, ...(signal === undefined ? {} : { signal }) });
  try {
    const missing = await missingLayers(ports);
    const remove = snapshotRemover(ports);
    const plan = ports.metadata.read((reader) => planOf(reader, missing));
    const lost = await lostImages(ports, plan.gone);
    const items: StoreItem[] = plan.needed.map(({ layer, containers }) => ({
      kind: 'Layer', id: layer.chainId, sizeBytes: 0, action: 'Failed',
      reason: `its folder is gone, and these containers stand on it: ${containers.join(', ')}; remove them, and repair the store again`,
    }));
    if (!dryRun) {
      const dropped = [...plan.above, ...plan.gone];
      await ports.metadata.write((writer) => { for (const { key } of dropped) writer.deleteSnapshot(key); }, signal);
      // A folder that stays is one that the store does not know, and goes with the next repair.
      for (const { key } of dropped) await remove(key).catch((error: unknown) => { ports.log.warn({ err: error, layer: key }, 'the folder of a layer could not be removed'); });
    }
    for (const { chainId } of plan.gone) {
      const images = lost.get(chainId);
      items.push({ kind: 'Layer', id: chainId, sizeBytes: 0, reason: `its folder is gone; ${images === undefined ? 'it is unpacked again when it is needed' : `pull or import again: ${images.join(', ')}`}`, action: dryRun ? 'WouldRepair' : 'Repaired' });
    }
    for (const { chainId, sizeBytes } of plan.above) items.push({ kind: 'Layer', id: chainId, sizeBytes, reason: 'it stands on a layer whose folder is gone; it is unpacked again when it is needed', action: dryRun ? 'WouldRemove' : 'Removed' });
    return items;
  } finally {
    await lock.release();
  }
};

/** Rows are read before folders are listed: a finished layer has had its folder for some time. */
const missingLayers = async (ports: Ports): Promise<ReadonlySet<SnapshotKey>> => {
  const layers = ports.metadata.read((reader) => reader.layers());
  const missing = new Set<SnapshotKey>();
  for (const snapshotter of snapshotters(ports.isolations)) {
    const folders = new Set(await snapshotter.list());
    for (const { key, snapshotter: owner } of layers) if (owner === snapshotter.name && !folders.has(key)) missing.add(key);
  }
  return missing;
};

const planOf = (reader: MetadataReader, missing: ReadonlySet<SnapshotKey>): Plan => {
  const layers = reader.layers();
  const standing = new Map<SnapshotKey, string[]>();
  for (const { name, snapshotKey } of reader.containers()) {
    if (snapshotKey === undefined) continue;
    for (const key of reader.chainBelow(snapshotKey)) standing.set(key, [...standing.get(key) ?? [], name]);
  }
  const gone = layers.filter(({ key }) => missing.has(key) && !standing.has(key));
  const dropped = new Set(gone.map(({ key }) => key));
  const above: LayerRecord[] = [];
  for (let known = -1; known !== dropped.size;) {
    known = dropped.size;
    for (const layer of layers) {
      if (layer.parent === undefined || !dropped.has(layer.parent) || dropped.has(layer.key)) continue;
      dropped.add(layer.key);
      above.push(layer);
    }
  }
  return {
    gone, above,
    needed: layers.filter(({ key }) => missing.has(key) && standing.has(key)).map((layer) => ({ layer, containers: standing.get(layer.key) ?? [] })),
  };
};

/** The images of layers whose stored bytes are gone too, by chain id. */
const lostImages = async (ports: Ports, gone: readonly LayerRecord[]): Promise<ReadonlyMap<Digest, readonly string[]>> => {
  const lost = new Map<Digest, readonly string[]>();
  if (gone.length === 0) return lost;
  const wanted = new Set(gone.map(({ chainId }) => chainId));
  for (const { reference, manifestDigest } of ports.metadata.read((reader) => reader.images())) {
    for (const { digest, chainId } of await readLayers(ports.content, manifestDigest).catch(() => [])) {
      if (wanted.has(chainId) && (await ports.content.stat(digest)) === undefined) lost.set(chainId, [...lost.get(chainId) ?? [], reference].toSorted());
    }
  }
  return lost;
};
