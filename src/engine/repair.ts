import type { ContainerRecord } from '../core/index.ts';
import { collectGarbage, isSweepDue, oweSweep } from './collect-garbage.ts';
import { lockName } from './container-lock.ts';
import { attachmentLockName } from './run-container.ts';
import { releaseSandbox } from './network-links.ts';
import { repairNetworks } from './repair-networks.ts';
import { endLease, leaseLockName, storeLockName } from './lease.ts';
import type { Ports } from './ports.ts';
import type { StoreItem } from './optimize-store.ts';
import { supervisedContainers } from './supervision.ts';
import { eraseContainer } from './remove-container.ts';
import { exitOf, settle } from './settle.ts';
import { leftShares } from './shares.ts';
import { snapshotRemover, snapshotters, technologies } from './technology.ts';

/** Runs `body` where nobody holds the lock; whoever holds it is alive and does its own work. */
const ifFree = async (ports: Ports, name: string, body: () => Promise<void>): Promise<void> => {
  const lock = await ports.locks.tryAcquire(name);
  if (lock === undefined) return;
  try {
    await body();
  } finally {
    await lock.release();
  }
};

/** Who is told what was found, and whether it is only to be looked for. */
export interface RepairWatch {
  readonly dryRun: boolean;
  found(item: StoreItem): void;
}

const unwatched: RepairWatch = { dryRun: false, found: () => undefined };

/** The next engine tries again what cannot be mended; one such thing must not keep the others from it. */
const mend = async (ports: Ports, watch: RepairWatch, item: Pick<StoreItem, 'kind' | 'id' | 'reason'>, body: () => Promise<void>): Promise<void> => {
  if (watch.dryRun) {
    watch.found({ ...item, sizeBytes: 0, action: 'WouldRepair' });
    return;
  }
  try {
    await body();
    watch.found({ ...item, sizeBytes: 0, action: 'Repaired' });
  } catch (error) {
    ports.log.error({ err: error, subject: item.id }, `could not be repaired: ${item.kind}, ${item.reason}`);
    watch.found({ ...item, sizeBytes: 0, reason: error instanceof Error ? error.message : String(error), action: 'Failed' });
  }
};

/**
 * Mends what engines that were killed, or a reboot, left behind. It touches only what no living engine
 * holds, may run in many engines at once, and may itself be killed anywhere.
 */
export const repairStore = async (ports: Ports, watch: RepairWatch = unwatched): Promise<void> => {
  if (technologies(ports.isolations).length === 0) return;
  await repairContainers(ports, watch);
  // Before the leases: a build's task may still write to a snapshot of its lease.
  await repairTasks(ports, watch);
  if (ports.metadata.read((reader) => reader.networks()).length > 0) await mendNetworks(ports, watch);
  await repairShares(ports, watch);
  await repairLeases(ports, watch);
  await repairFolders(ports, watch);
  if (watch.dryRun) return;
  await repairContent(ports, watch);
};

const mendNetworks = async (ports: Ports, watch: RepairWatch): Promise<void> => {
  try {
    for (const { kind: what, id, name, problem, action } of await repairNetworks(ports, watch.dryRun)) watch.found({ kind: 'Network', id, sizeBytes: 0, reason: `${what === 'Network' ? 'network' : 'link of'} ${name}: ${problem}`, action });
  } catch (error) {
    ports.log.error({ err: error }, 'the networks could not be looked at');
    watch.found({ kind: 'Network', id: 'networks', sizeBytes: 0, reason: error instanceof Error ? error.message : String(error), action: 'Failed' });
  }
  // A supervisor that was killed answers no names.
  if (!watch.dryRun && supervisedContainers(ports).length > 0) await ports.supervisor.ensure();
};

const repairContent = async (ports: Ports, watch: RepairWatch): Promise<void> => {
  try {
    const unfinished = await ports.content.repair();
    if (unfinished > 0) watch.found({ kind: 'Ingest', id: `${unfinished} files`, sizeBytes: 0, reason: 'an engine ended while it wrote them', action: 'Repaired' });
    if (isSweepDue(ports)) await collectGarbage(ports);
  } catch (error) {
    ports.log.error({ err: error }, 'what was left in the store could not be swept');
    watch.found({ kind: 'Blob', id: 'store', sizeBytes: 0, reason: error instanceof Error ? error.message : String(error), action: 'Failed' });
  }
};

const doubtOf: Readonly<Partial<Record<ContainerRecord['state'], string>>> = {
  starting: 'an engine ended while it started the container', removing: 'an engine ended while it removed the container',
};

const repairContainers = async (ports: Ports, watch: RepairWatch): Promise<void> => {
  const doubtful = ports.metadata.read((reader) => reader.containers({ states: ['starting', 'removing', 'running', 'paused'] }));
  for (const { id } of doubtful) {
    await ifFree(ports, lockName(id), async () => {
      const record = ports.metadata.read((reader) => reader.container(id));
      if (record === undefined) return;
      const doubt = doubtOf[record.state] ?? ((await exitOf(ports, record)) === undefined ? undefined : 'its end was not recorded yet');
      const settleIt = async (): Promise<void> => {
        const settled = await settle(ports, record);
        if (settled.state === 'removing') await eraseContainer(ports, settled, false);
        else await removeIfAutomatic(ports, settled);
      };
      // One that runs may still be frozen by an engine that is gone.
      await mend(ports, doubt === undefined ? { dryRun: watch.dryRun, found: () => undefined } : watch, { kind: 'Container', id, reason: doubt ?? 'it runs' }, settleIt);
    });
  }
};

/** Takes an ended auto-remove container away, unless an engine is still reading its output. The caller holds its lock. */
export const removeIfAutomatic = async (ports: Ports, record: ContainerRecord): Promise<void> => {
  if (record.state !== 'exited' || !record.spec.autoRemove) return;
  await ifFree(ports, attachmentLockName(record.id), async () => {
    await eraseContainer(ports, record, false);
    await ports.locks.forget(attachmentLockName(record.id));
  });
};

const repairShares = async (ports: Ports, watch: RepairWatch): Promise<void> => {
  // Whoever holds the lock of one is about to need it, or to let it go.
  for (const { id, lock, reason, release } of await leftShares(ports)) {
    const held = await ports.locks.tryAcquire(lock);
    if (held === undefined) continue;
    await held.release();
    await mend(ports, watch, { kind: 'Mount', id, reason }, release);
  }
};

const repairLeases = async (ports: Ports, watch: RepairWatch): Promise<void> => {
  for (const { id } of ports.metadata.read((reader) => reader.leases())) {
    await ifFree(ports, leaseLockName(id), () => mend(ports, watch, { kind: 'Lease', id, reason: 'its engine is gone' }, async () => {
      await endLease(ports, id);
      // What came under it is nobody's now.
      await ports.metadata.write(oweSweep);
      await ports.locks.forget(leaseLockName(id));
    }));
  }
};

/** Tasks, mounts, networks and folders that belong to no record (those of builds never do), or to one that has ended. */
const repairTasks = async (ports: Ports, watch: RepairWatch): Promise<void> => {
  const runtimes = technologies(ports.isolations).map(({ runtime }) => runtime);
  const tasks = new Set((await Promise.all(runtimes.map((runtime) => runtime.list()))).flat());
  const [networks, folders] = (await Promise.all([ports.network.list(), ports.files.list()])).map((ids) => new Set(ids)) as [Set<string>, Set<string>];
  for (const id of new Set([...tasks, ...networks, ...folders])) {
    await ifFree(ports, lockName(id), async () => {
      const record = ports.metadata.read((reader) => reader.container(id));
      if (record !== undefined && (record.state === 'running' || record.state === 'paused')) return;
      const kind = tasks.has(id) ? 'Task' : networks.has(id) ? 'Network' : 'Container';
      // The folder of a container that does not run is no leftover; whether something is mounted there is seen by unmounting it.
      const leftover = kind !== 'Container' || record === undefined;
      await mend(ports, leftover ? watch : { dryRun: watch.dryRun, found: () => undefined }, { kind, id, reason: record === undefined ? 'its container is not in the store' : 'its container has ended' }, async () => {
        for (const runtime of runtimes) await runtime.delete(id);
        for (const snapshotter of snapshotters(ports.isolations)) await snapshotter.unmount(ports.files.paths(id).rootPath);
        if (record === undefined) await ports.network.release(id);
        else await releaseSandbox(ports, record);
        if (record !== undefined) { await ports.files.releaseRoot(id); return; }
        // A step of a build that was killed held an address.
        await ports.metadata.write((writer) => { for (const endpoint of writer.endpointsOfContainer(id)) writer.deleteEndpoint(endpoint.id); });
        await ports.files.remove(id);
        await ports.locks.forget(lockName(id));
      });
    });
  }
};

/** Snapshots and volumes that nobody knows of. */
const repairFolders = async (ports: Ports, watch: RepairWatch): Promise<void> => {
  const reason = 'the store does not know it';
  const all = snapshotters(ports.isolations);
  for (const snapshotter of all) {
    // Folders are listed before rows: a folder's row is made before it, so a folder without one belongs to nobody.
    const folders = await snapshotter.list();
    const known = new Set(ports.metadata.read((reader) => all.flatMap(({ name }) => reader.snapshotKeys(name))));
    for (const key of folders) if (!known.has(key)) await mend(ports, watch, { kind: 'Layer', id: String(key), reason }, () => snapshotter.remove(key));
  }
  const volumeFolders = await ports.volumes.list();
  const volumes = new Set(ports.metadata.read((reader) => reader.volumeIds()));
  for (const id of volumeFolders) if (!volumes.has(id)) await mend(ports, watch, { kind: 'Volume', id, reason }, () => ports.volumes.remove(id));
};

/**
 * Drops layers whose bytes a power failure may have lost, before anybody builds on them. Nearly always
 * there are none, and then this is one read.
 */
export const dropDoubtfulLayers = async (ports: Ports): Promise<void> => {
  if (!ports.metadata.read((reader) => reader.hasDoubtfulLayers(ports.host.bootId))) return;
  const lock = await ports.locks.acquire(storeLockName);
  try {
    const remove = snapshotRemover(ports);
    const dropped = await ports.metadata.write((writer) => writer.dropUnsyncedLayers(ports.host.bootId));
    for (const key of dropped) await remove(key);
    if (dropped.length > 0) ports.log.warn({ layers: dropped.length }, 'dropped layers that were not written through before the last boot; they are unpacked again when they are needed');
  } finally {
    await lock.release();
  }
};

