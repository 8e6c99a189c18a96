import type { ContainerRecord, TaskExit } from '../core/index.ts';
import { releaseSandbox } from './network-links.ts';
import type { Ports } from './ports.ts';
import { lifeAfterExit } from './restart-policy.ts';
import { releaseShares } from './shares.ts';
import { technologyOf } from './technology.ts';

/** Releases everything a task held: runtime leftovers, root mount, network, shares. Repeating it does no harm. */
export const releaseTask = async (ports: Ports, record: ContainerRecord): Promise<void> => {
  const { runtime, snapshotter } = technologyOf(ports.isolations, record);
  await runtime.delete(record.id);
  await snapshotter.unmount(ports.files.paths(record.id).rootPath);
  await ports.files.releaseRoot(record.id);
  await releaseSandbox(ports, record);
  await releaseShares(ports, record);
  if (record.spec.mounts.some(({ subPath }) => subPath !== undefined)) await ports.volumes.parts?.detach(record.id);
};

/** How a task ended, where it did; undefined while it runs. */
export const exitOf = async (ports: Ports, record: ContainerRecord): Promise<TaskExit | undefined> => {
  const { runtime } = technologyOf(ports.isolations, record);
  const exit = await runtime.exit(record.id);
  if (exit !== undefined) return exit;
  if (record.bootId !== ports.host.bootId) return { exitCode: null, exitedAt: ports.clock.now(), oomKilled: false, reason: 'HostRestarted' };
  const status = await runtime.status(record.id);
  return status.state === 'missing' ? { exitCode: null, exitedAt: ports.clock.now(), oomKilled: false, reason: 'MonitorLost' } : undefined;
};

export const withExit = (record: ContainerRecord, exit: TaskExit): ContainerRecord => ({
  ...record, state: 'exited', exitCode: exit.exitCode, exitReason: exit.reason, oomKilled: exit.oomKilled, finishedAt: exit.exitedAt, pid: undefined,
});

/** With the end it is decided whether, and when, the container is started again. */
const recordExit = async (ports: Ports, record: ContainerRecord, exit: TaskExit): Promise<ContainerRecord> => {
  const life = lifeAfterExit(record, exit, ports.clock.now());
  await ports.metadata.write((writer) => {
    writer.updateContainer(record.id, { state: 'exited', exitCode: exit.exitCode, exitReason: exit.reason, oomKilled: exit.oomKilled, finishedAt: exit.exitedAt, pid: undefined, life });
    writer.appendEvent({ time: exit.exitedAt, kind: 'container/exit', subject: record.id, attributes: [{ name: 'exitCode', value: exit.exitCode === null ? '' : String(exit.exitCode) }, { name: 'reason', value: exit.reason }, { name: 'oomKilled', value: String(exit.oomKilled) }] });
  });
  return { ...withExit(record, exit), life };
};

/**
 * Whether a task is frozen and whether its record says so can differ: a commit freezes a container under its
 * lock, and a pause or resume changes the task before the record. What an engine that was killed between left is
 * taken back: a task that nobody asked to freeze is thawed, one that runs is running.
 */
const agreeOnFreezing = async (ports: Ports, record: ContainerRecord): Promise<ContainerRecord> => {
  const { runtime } = technologyOf(ports.isolations, record);
  const { state } = await runtime.status(record.id);
  if (record.state === 'running' && state === 'paused') {
    ports.log.warn({ container: record.id }, 'an engine ended while it had frozen this container; thawing it');
    await runtime.resume(record.id);
  }
  if (record.state !== 'paused' || state !== 'running') return record;
  await ports.metadata.write((writer) => { writer.updateContainer(record.id, { state: 'running' }); });
  return { ...record, state: 'running' };
};

/**
 * Brings a record to the truth of its task; the caller holds the container's lock. An exit is recorded
 * before anything is released, and what an engine that was killed left half done is undone (start) here.
 * A record in `removing` comes back as it is: only remove can finish it.
 */
export const settle = async (ports: Ports, record: ContainerRecord): Promise<ContainerRecord> => {
  switch (record.state) {
    case 'running':
    case 'paused': {
      const exit = await exitOf(ports, record);
      if (exit === undefined) return agreeOnFreezing(ports, record);
      const ended = await recordExit(ports, record, exit);
      await releaseTask(ports, record);
      return ended;
    }
    case 'starting': {
      ports.log.warn({ container: record.id }, 'an engine ended while it started this container; undoing the start');
      await releaseTask(ports, record);
      const change = { state: record.finishedAt === undefined ? 'created' : 'exited', startError: 'The engine ended while it started the container.', pid: undefined } as const;
      await ports.metadata.write((writer) => { writer.updateContainer(record.id, change); });
      return { ...record, ...change };
    }
    default:
      return record;
  }
};
