import { SiloError, type Digest } from '../base/index.ts';
import type { ContainerRecord, DiffSummary, Isolation, SnapshotKey } from '../core/index.ts';
import { packLayer, readLayers, type ArchiveLayer } from '../image/index.ts';
import { collectGarbage, isSweepDue, oweSweep } from './collect-garbage.ts';
import { withContainer } from './container-lock.ts';
import { platformOfImage } from './image-platform.ts';
import { chooseIsolation, getIsolation, hostIsolation, type IsolationReport } from './isolation.ts';
import { withLease } from './lease.ts';
import { platformOf } from './platform-of.ts';
import type { IsolationTechnology, Ports } from './ports.ts';
import { chooseBeside } from './shared-sandbox.ts';
import { technologyOf } from './technology.ts';
import { unpackLayers } from './unpack-layers.ts';

/**
 * Changes a stopped container's isolation. Its writable layer goes with it: where the other isolation
 * keeps files in another form, the changes are carried over, and one transaction moves the container
 * from the old snapshot to the new one. Until then nothing of the old one is touched; afterwards it
 * belongs to the lease, so that whoever ends the lease, this engine or the one that finds it, removes it.
 */
export const setContainerIsolation = async (ports: Ports, reference: string, isolation: Isolation, signal?: AbortSignal): Promise<IsolationReport> => {
  const id = await withContainer(ports, reference, signal, async (record) => {
    if (record.state !== 'created' && record.state !== 'exited') throw new SiloError('ContainerRunning', { args: { id: record.name }, target: { kind: 'container', id: record.id } });
    const platform = await platformOfImage(ports, record.manifestDigest);
    const hostDefault = ports.metadata.read(hostIsolation);
    const wish = { image: { reference: record.spec.imageReference, platform }, wanted: isolation, hostDefault };
    const owner = record.spec.network === 'container' ? ports.metadata.read((reader) => reader.container(record.spec.networking?.containerId ?? '')) : undefined;
    const { technology } = owner === undefined ? chooseIsolation(ports, wish) : await chooseBeside(ports, wish, owner);
    const change = { isolation, runtime: technology.runtime.name } as const;
    const present = technologyOf(ports.isolations, record);
    if (technology.snapshotter.name === present.snapshotter.name || record.snapshotKey === undefined) await point(ports, record, change);
    else await carryOver(ports, { ...record, snapshotKey: record.snapshotKey }, present, technology, change, signal);
    return record.id;
  });
  if (isSweepDue(ports)) await collectGarbage(ports);
  return getIsolation(ports, id);
};

type Change = Pick<ContainerRecord, 'isolation' | 'runtime'>;
type Moving = ContainerRecord & { readonly snapshotKey: SnapshotKey };

const point = (ports: Ports, record: ContainerRecord, change: Change, swap?: { readonly key: SnapshotKey; readonly parent: SnapshotKey | undefined; readonly leaseId: string }): Promise<void> =>
  ports.metadata.write((writer) => {
    writer.updateContainer(record.id, { ...change, ...(swap === undefined ? {} : { snapshotKey: swap.key }) });
    if (swap !== undefined) {
      writer.assignSnapshot(swap.key, record.id, swap.parent);
      if (record.snapshotKey !== undefined) writer.leaseSnapshot(record.snapshotKey, swap.leaseId);
      // The layer that carried the changes is nobody's when the lease ends.
      oweSweep(writer);
    }
    writer.appendEvent({ time: ports.clock.now(), kind: 'container/isolation', subject: record.id, attributes: [{ name: 'isolation', value: change.isolation }] });
  });

const carryOver = async (ports: Ports, record: Moving, from: IsolationTechnology, to: IsolationTechnology, change: Change, signal: AbortSignal | undefined): Promise<void> => {
  if (to.snapshotter.applyChanges === undefined) {
    const reason = `its files are kept by ${from.snapshotter.name}, and ${to.snapshotter.name} takes no changes over`;
    throw new SiloError('IsolationChangeUnsupported', { args: { id: record.name, isolation: change.isolation, reason }, target: { kind: 'container', id: record.id } });
  }
  await withLease(ports, signal, async (leaseId) => {
    const chain = await unpackFor(ports, to, leaseId, record.manifestDigest, signal);
    const changes = await packChanges(ports, record, from, leaseId, signal);
    const key = await ports.metadata.write((writer) => writer.allocateSnapshot(to.snapshotter.name, leaseId), signal);
    // A container that changed nothing begins with an empty snapshot, as a new one does.
    if (changes !== undefined) {
      await to.snapshotter.applyChanges?.(key, chain, { path: await ports.content.path(changes.digest), mediaType: changes.mediaType, diffId: changes.diffId, ...(signal === undefined ? {} : { signal }) });
      await to.snapshotter.sync();
    }
    await point(ports, record, change, { key, parent: chain[0], leaseId });
  });
};

/** Unpacks the image for that technology where it is not yet; the layers' keys, the top first. */
export const unpackFor = async (ports: Ports, technology: IsolationTechnology, leaseId: string, manifestDigest: Digest, signal: AbortSignal | undefined): Promise<readonly SnapshotKey[]> => {
  const layers = await readLayers(ports.content, manifestDigest);
  const keys = (): readonly (SnapshotKey | undefined)[] => ports.metadata.read((reader) => layers.map(({ chainId }) => reader.layer(technology.snapshotter.name, chainId)?.key));
  if (keys().includes(undefined)) await unpackLayers(ports, technology, leaseId, { layers }, { signal });
  return keys().filter((key) => key !== undefined).reverse();
};

/** The container's changes as a stored layer; undefined where it made none. */
const packChanges = async (ports: Ports, record: Moving, { snapshotter }: IsolationTechnology, leaseId: string, signal: AbortSignal | undefined): Promise<ArchiveLayer | undefined> => {
  let told: DiffSummary | undefined;
  // A container that never ran has no folder yet.
  await snapshotter.prepare(record.snapshotKey, record.spec.storageBytes);
  const pieces = snapshotter.diff(record.snapshotKey, ports.metadata.read((reader) => reader.chainBelow(record.snapshotKey)), {
    mountPoints: [...platformOf(record.spec.os).alwaysMounted, ...record.spec.mounts.map(({ target }) => target)],
    onSummary: (summary) => { told = summary; },
    ...(signal === undefined ? {} : { signal }),
  });
  return packLayer(ports.content, pieces, {
    onBlob: (digest) => ports.metadata.writeLightly((writer) => { writer.leaseBlob(leaseId, digest); }, signal),
    worthKeeping: () => told !== undefined && told.entries > 0,
    signal,
  });
};
