import type { ContainerRecord } from '../core/index.ts';
import { collectGarbage, isSweepDue, oweSweep } from './collect-garbage.ts';
import { lockName } from './container-lock.ts';
import { attachmentLockName } from './run-container.ts';
import { endLease, leaseLockName, storeLockName } from './lease.ts';
import type { Ports } from './ports.ts';
import { eraseContainer } from './remove-container.ts';
import { settle } from './settle.ts';
import type { IsolationChoice } from './technology.ts';

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

const attempt = async (ports: Ports, what: string, subject: string, body: () => Promise<void>): Promise<void> => {
  try {
    await body();
  } catch (error) {
    // The next engine tries again; one thing that can't be mended must not keep the others from it.
    ports.log.error({ err: error, subject }, `could not repair ${what}`);
  }
};

/**
 * Mends what engines that were killed, or a reboot, left behind. It touches only what no living engine
 * holds, may run in many engines at once, and may itself be killed anywhere.
 */
export const repairStore = async (ports: Ports): Promise<void> => {
  const technology = ports.isolations.Process.technology;
  if (technology === undefined) return;
  await repairContainers(ports);
  // Before the leases: a build's task may still write to a snapshot of its lease.
  await repairTasks(ports, technology);
  await repairLeases(ports);
  await repairFolders(ports, technology);
  await attempt(ports, 'unfinished content', 'ingest', async () => { await ports.content.repair(); });
  if (isSweepDue(ports)) await attempt(ports, 'what was to be swept', 'store', async () => { await collectGarbage(ports); });
};

const repairContainers = async (ports: Ports): Promise<void> => {
  const doubtful = ports.metadata.read((reader) => reader.containers({ states: ['starting', 'removing', 'running', 'paused'] }));
  for (const { id } of doubtful) {
    await attempt(ports, 'a container', id, () => ifFree(ports, lockName(id), async () => {
      const record = ports.metadata.read((reader) => reader.container(id));
      if (record === undefined) return;
      const settled = await settle(ports, record);
      if (settled.state === 'removing') await eraseContainer(ports, settled, false);
      else await removeIfAutomatic(ports, settled);
    }));
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

const repairLeases = async (ports: Ports): Promise<void> => {
  for (const { id } of ports.metadata.read((reader) => reader.leases())) {
    await attempt(ports, 'a lease', id, () => ifFree(ports, leaseLockName(id), async () => {
      await endLease(ports, id);
      // What came under it is nobody's now.
      await ports.metadata.write(oweSweep);
      await ports.locks.forget(leaseLockName(id));
    }));
  }
};

/** Tasks, mounts, networks and folders that belong to no record (those of builds never do), or to one that has ended. */
const repairTasks = async (ports: Ports, { runtime, snapshotter }: IsolationChoice['technology']): Promise<void> => {
  const seen = new Set([...await runtime.list(), ...await ports.network.list(), ...await ports.files.list()]);
  for (const id of seen) {
    await attempt(ports, 'leftovers', id, () => ifFree(ports, lockName(id), async () => {
      const record = ports.metadata.read((reader) => reader.container(id));
      if (record !== undefined && (record.state === 'running' || record.state === 'paused')) return;
      await runtime.delete(id);
      await snapshotter.unmount(ports.files.paths(id).rootPath);
      await ports.network.release(record?.sandboxId ?? id);
      if (record !== undefined) { await ports.files.releaseRoot(id); return; }
      await ports.files.remove(id);
      await ports.locks.forget(lockName(id));
    }));
  }
};

/** Snapshots and volumes that nobody knows of. */
const repairFolders = async (ports: Ports, { snapshotter }: IsolationChoice['technology']): Promise<void> => {
  // Folders are listed before rows: a folder's row is made before it, so a folder without one belongs to nobody.
  const folders = await snapshotter.list();
  const known = new Set(ports.metadata.read((reader) => reader.snapshotKeys(snapshotter.name)));
  for (const key of folders) if (!known.has(key)) await attempt(ports, 'a snapshot', String(key), () => snapshotter.remove(key));
  const volumeFolders = await ports.volumes.list();
  const volumes = new Set(ports.metadata.read((reader) => reader.volumeIds()));
  for (const id of volumeFolders) if (!volumes.has(id)) await attempt(ports, 'a volume', id, () => ports.volumes.remove(id));
};

/**
 * Drops layers whose bytes a power failure may have lost, before anybody builds on them. Nearly always
 * there are none, and then this is one read.
 */
export const dropDoubtfulLayers = async (ports: Ports): Promise<void> => {
  const technology = ports.isolations.Process.technology;
  if (technology === undefined || !ports.metadata.read((reader) => reader.hasDoubtfulLayers(ports.host.bootId))) return;
  const lock = await ports.locks.acquire(storeLockName);
  try {
    const dropped = await ports.metadata.write((writer) => writer.dropUnsyncedLayers(ports.host.bootId));
    for (const key of dropped) await technology.snapshotter.remove(key);
    if (dropped.length > 0) ports.log.warn({ layers: dropped.length }, 'dropped layers that were not written through before the last boot; import their images again');
  } finally {
    await lock.release();
  }
};

/** Used by the supervisor: whether any container still needs it. */
export const supervisedContainers = (ports: Ports): readonly ContainerRecord[] =>
  ports.metadata.read((reader) => reader.containers({ states: ['starting', 'running', 'paused', 'exited'] })).filter((record) => record.spec.autoRemove);

