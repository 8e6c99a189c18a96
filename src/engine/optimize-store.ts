import { formatImageReference, parseImageReference, type Digest } from '../base/index.ts';
import type { ContainerRecord, ImageRecord, MetadataWriter } from '../core/index.ts';
import { readLayers } from '../image/index.ts';
import { removeCacheVolumes } from './build-cache.ts';
import { sweepStore, type Swept } from './collect-garbage.ts';
import { storeLockName } from './lease.ts';
import { isNameless } from './nameless.ts';
import type { Ports } from './ports.ts';
import { removeContainer } from './remove-container.ts';
import { technologyOf } from './technology.ts';
import { pruneVolumes } from './volumes.ts';

export interface OptimizeRequest {
  /** Also images that no container uses. */
  readonly unusedImages?: boolean | undefined;
  /** Also images without a name that no container uses. */
  readonly danglingImages?: boolean | undefined;
  readonly stoppedContainers?: boolean | undefined;
  readonly buildCache?: boolean | undefined;
  /** Also volumes that no container mounts. */
  readonly unusedVolumes?: boolean | undefined;
  /** Only containers made before, and images that came before. */
  readonly olderThan?: Date | undefined;
  /** Newest images of each repository that stay. */
  readonly keepLast?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface StoreItem {
  readonly kind: 'Blob' | 'Layer' | 'Image' | 'Container' | 'Volume' | 'Ingest' | 'Mount' | 'Task' | 'Network' | 'Lease';
  readonly id: string;
  readonly sizeBytes: number;
  readonly reason: string;
  readonly action: 'Removed' | 'WouldRemove' | 'Repaired' | 'WouldRepair' | 'Failed';
}

interface Plan {
  readonly containers: readonly ContainerRecord[];
  readonly images: readonly ImageRecord[];
}

const patienceMs = 30_000;

/** Removes what nothing needs; tells of each item how many bytes it frees. Blobs and layers that go with an image are counted with it. */
export const optimizeStore = async (ports: Ports, request: OptimizeRequest, signal?: AbortSignal): Promise<readonly StoreItem[]> => {
  const items: StoreItem[] = [];
  const action = request.dryRun === true ? 'WouldRemove' : 'Removed';
  const plan = ports.metadata.read((reader) => {
    const containers = request.stoppedContainers === true ? reader.containers({ states: ['exited'] }).filter(({ createdAt }) => isOld(request, createdAt)) : [];
    return { containers, images: choose(request, reader.images(), reader.containers(), containers) };
  });
  for (const container of plan.containers) {
    const { snapshotter } = technologyOf(ports.isolations, container);
    const usage = container.snapshotKey === undefined ? undefined : await snapshotter.usage(container.snapshotKey).catch(() => undefined);
    const item = { kind: 'Container', id: container.id, sizeBytes: usage?.sizeBytes ?? 0, reason: `${container.name} has ended` } as const;
    try {
      if (request.dryRun !== true) await removeContainer(ports, container.id, {}, signal);
      items.push({ ...item, action });
    } catch (error) {
      items.push({ ...item, sizeBytes: 0, reason: `${container.name}: ${messageOf(error)}`, action: 'Failed' });
    }
  }
  if (request.unusedVolumes === true) items.push(...await pruneVolumes(ports, { dryRun: request.dryRun, olderThan: request.olderThan, leaving: new Set(plan.containers.map(({ id }) => id)) }, signal));
  const lock = await ports.locks.acquire(storeLockName, { timeoutMs: patienceMs, ...(signal === undefined ? {} : { signal }) });
  try {
    const owners = await ownersOf(ports, plan.images);
    const swept = request.dryRun === true ? await rehearse(ports, request, plan) : await carryOut(ports, request, plan);
    items.push(...itemsOf(plan.images, owners, swept, action));
    if (request.buildCache === true) items.push(...(await removeCacheVolumes(ports, request.dryRun ?? false)).map(({ id, sizeBytes }) => ({ kind: 'Volume', id, sizeBytes, reason: 'cache of builds', action } as const)));
  } finally {
    await lock.release();
  }
  return items;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isOld = ({ olderThan }: OptimizeRequest, time: Date): boolean => olderThan === undefined || time < olderThan;

/** An image goes by its references: those of one that a container uses all stay. */
const choose = (request: OptimizeRequest, images: readonly ImageRecord[], containers: readonly ContainerRecord[], leaving: readonly ContainerRecord[]): readonly ImageRecord[] => {
  const gone = new Set(leaving.map(({ id }) => id));
  const used = new Set(containers.filter(({ id }) => !gone.has(id)).map(({ manifestDigest }) => manifestDigest));
  const kept = new Set<string>();
  if (request.keepLast !== undefined) {
    const repositories = new Map<string, ImageRecord[]>();
    for (const image of images) {
      const repository = formatImageReference({ ...parseImageReference(image.reference), tag: undefined, digest: undefined });
      repositories.set(repository, [...repositories.get(repository) ?? [], image]);
    }
    for (const list of repositories.values()) for (const { reference } of list.sort((a, b) => b.importedAt.getTime() - a.importedAt.getTime()).slice(0, request.keepLast)) kept.add(reference);
  }
  return images.filter((image) => {
    if (used.has(image.manifestDigest) || !isOld(request, image.importedAt)) return false;
    if (isNameless(image.reference)) return request.danglingImages === true || (request.unusedImages === true && !kept.has(image.reference));
    return request.unusedImages === true && !kept.has(image.reference);
  });
};

/** Which image each blob and layer counts to. */
const ownersOf = async (ports: Ports, images: readonly ImageRecord[]): Promise<ReadonlyMap<Digest, string>> => {
  const owners = new Map<Digest, string>();
  const own = (digest: Digest, image: ImageRecord): void => { if (!owners.has(digest)) owners.set(digest, image.reference); };
  for (const image of images) {
    own(image.manifestDigest, image);
    own(image.configDigest, image);
    // What cannot be read is counted by itself.
    for (const layer of await readLayers(ports.content, image.manifestDigest).catch(() => [])) {
      own(layer.digest, image);
      own(layer.chainId, image);
    }
  }
  return owners;
};

const dropRows = (writer: MetadataWriter, request: OptimizeRequest, images: readonly ImageRecord[]): void => {
  for (const image of images) {
    // Moved, or used by a new container, since it was chosen.
    if (writer.image(image.reference)?.manifestDigest !== image.manifestDigest || writer.containersOfManifest(image.manifestDigest).length > 0) continue;
    writer.deleteImage(image.reference);
  }
  if (request.buildCache === true) for (const { key } of writer.buildCacheEntries()) writer.deleteBuildCacheEntry(key);
};

const carryOut = async (ports: Ports, request: OptimizeRequest, { images }: Plan): Promise<Swept> => {
  await ports.metadata.write((writer) => {
    dropRows(writer, request, images);
    for (const { reference, manifestDigest } of images) writer.appendEvent({ time: ports.clock.now(), kind: 'image/remove', subject: reference, attributes: [{ name: 'digest', value: manifestDigest }] });
  });
  return sweepStore(ports);
};

/** Taken back whole: what it tells is what the same transaction would do. */
class Rehearsal extends Error {
  readonly garbage: ReturnType<MetadataWriter['collectGarbage']>;

  constructor(garbage: ReturnType<MetadataWriter['collectGarbage']>) {
    super('rehearsed');
    this.garbage = garbage;
  }
}

const rehearse = async (ports: Ports, request: OptimizeRequest, { containers, images }: Plan): Promise<Swept> => {
  const sizes = new Map<Digest, number>();
  for await (const blob of ports.content.list()) sizes.set(blob.digest, blob.sizeBytes);
  const layers = new Map(ports.metadata.read((reader) => reader.layers()).map((layer) => [layer.key, layer]));
  try {
    return await ports.metadata.write((writer) => {
      for (const container of containers) {
        if (container.snapshotKey !== undefined) writer.deleteSnapshot(container.snapshotKey);
        writer.deleteContainer(container.id);
      }
      dropRows(writer, request, images);
      throw new Rehearsal(writer.collectGarbage([...sizes.keys()]));
    });
  } catch (error) {
    if (!(error instanceof Rehearsal)) throw error;
    return {
      blobs: error.garbage.blobs.map((digest) => ({ digest, sizeBytes: sizes.get(digest) ?? 0 })),
      layers: error.garbage.snapshots.map((key) => ({ key, chainId: layers.get(key)?.chainId, sizeBytes: layers.get(key)?.sizeBytes ?? 0 })),
      failed: [],
    };
  }
};

const itemsOf = (images: readonly ImageRecord[], owners: ReadonlyMap<Digest, string>, swept: Swept, action: 'Removed' | 'WouldRemove'): readonly StoreItem[] => {
  const bytes = new Map<string, number>(images.map(({ reference }) => [reference, 0]));
  const alone: StoreItem[] = [];
  const count = (digest: Digest | undefined, item: Pick<StoreItem, 'kind' | 'id' | 'sizeBytes'>): void => {
    const owner = digest === undefined ? undefined : owners.get(digest);
    if (owner === undefined) alone.push({ ...item, reason: 'nothing refers to it', action });
    else bytes.set(owner, (bytes.get(owner) ?? 0) + item.sizeBytes);
  };
  for (const { digest, sizeBytes } of swept.blobs) count(digest, { kind: 'Blob', id: digest, sizeBytes });
  for (const { key, chainId, sizeBytes } of swept.layers) count(chainId, { kind: 'Layer', id: chainId ?? String(key), sizeBytes });
  return [
    ...images.map(({ reference }): StoreItem => ({ kind: 'Image', id: reference, sizeBytes: bytes.get(reference) ?? 0, reason: isNameless(reference) ? 'it has no name, and no container uses it' : 'no container uses it', action })),
    ...alone,
    ...swept.failed.map(({ kind, id, reason }): StoreItem => ({ kind, id, sizeBytes: 0, reason, action: 'Failed' })),
  ];
};
