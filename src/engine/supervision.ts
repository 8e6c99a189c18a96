import type { ContainerRecord, ContainerSpec, EarlyLook, LogLimits } from '../core/index.ts';
import { lockName, withContainer } from './container-lock.ts';
import { readingLockName } from './follow-log.ts';
import type { Ports } from './ports.ts';
import { isRestartDue, isStartedByBoot } from './restart-policy.ts';
import { technologyOf } from './technology.ts';

/** Kept of each container's output where nothing else was asked for: six files of 16 MiB at most. */
const defaultLogLimits: LogLimits = { maximumSizeBytes: 16 * 1024 * 1024, keptFiles: 5 };

/** Whether something must happen soon after the container's end, or while it runs, with no engine alive. */
export const needsSupervisor = (spec: ContainerSpec): boolean =>
  spec.autoRemove || spec.network === 'networks' || spec.healthCheck !== undefined || (spec.restartPolicy !== undefined && spec.restartPolicy.name !== 'no');

/** The containers that need somebody: those that run, those that wait for a restart, and those that want to be gone. */
export const supervisedContainers = (ports: Ports): readonly ContainerRecord[] => ports.metadata.read((reader) => reader.supervisedContainers());

/** Whether there is anything to do for a container. Looked at without its lock: most looks at most containers end here. */
export const needsHand = async (ports: Ports, record: ContainerRecord): Promise<boolean> => {
  const { id, state } = record;
  if (state === 'exited') return record.spec.autoRemove || isRestartDue(record, ports.clock.now());
  const { runtime } = technologyOf(ports.isolations, record);
  return (await runtime.exit(id)) !== undefined || (await runtime.status(id)).state !== state || (await hasFullLog(ports, record));
};

/** Plans the start of what is to run after every boot. Repeating it changes nothing. */
export const planAfterBoot = async (ports: Ports): Promise<void> => {
  const found = ports.metadata.read((reader) => reader.containers({ states: ['exited'] })).filter((record) => isStartedByBoot(record, ports.host.bootId));
  for (const { id } of found) {
    await withContainer(ports, id, undefined, async (record) => {
      if (!isStartedByBoot(record, ports.host.bootId)) return;
      await ports.metadata.write((writer) => { writer.updateContainer(id, { life: { ...record.life, wanted: 'running', restartCount: 0, restartAt: ports.clock.now() } }); });
    });
  }
};

const logLimitsOf = ({ spec }: ContainerRecord): LogLimits => spec.logLimits ?? defaultLogLimits;

/** Without a log somebody was killed between the two halves of a turn. */
const hasFullLog = async (ports: Ports, record: ContainerRecord): Promise<boolean> => ((await ports.files.logBytes(record.id)) ?? Number.POSITIVE_INFINITY) >= logLimitsOf(record).maximumSizeBytes;

/** Whether somebody reads the log of a container or process byte for byte. */
const isHeld = async ({ locks }: Ports, id: string): Promise<boolean> => {
  const lock = await locks.tryAcquire(readingLockName(id));
  if (lock === undefined) return true;
  await locks.forget(readingLockName(id));
  await lock.release();
  return false;
};

/** Turns a running container's log over where it has grown too large; the caller holds its lock. True where it was. */
export const turnLogOver = async (ports: Ports, record: ContainerRecord): Promise<boolean> => {
  if ((record.state !== 'running' && record.state !== 'paused') || !(await hasFullLog(ports, record)) || (await isHeld(ports, record.id))) return false;
  return technologyOf(ports.isolations, record).runtime.rotateLog(record.id, ports.files.paths(record.id).logPath, logLimitsOf(record).keptFiles);
};

/** Turns the logs of further processes over that have grown too large. True where one was. */
export const turnProcessLogsOver = async (ports: Ports): Promise<boolean> => {
  let turned = false;
  for (const { id, containerId } of ports.metadata.read((reader) => reader.runningProcesses())) {
    const record = ports.metadata.read((reader) => reader.container(containerId));
    if (record === undefined || (record.state !== 'running' && record.state !== 'paused')) continue;
    const { runtime } = technologyOf(ports.isolations, record);
    const { maximumSizeBytes, keptFiles } = logLimitsOf(record);
    if (((await ports.files.logBytes(containerId, id)) ?? Number.POSITIVE_INFINITY) < maximumSizeBytes || (await isHeld(ports, id))) continue;
    const lock = await ports.locks.tryAcquire(lockName(containerId));
    if (lock === undefined) continue;
    try {
      const { folder, logPath } = ports.files.processPaths(containerId, id);
      turned = (await runtime.rotateProcessLog(containerId, folder, logPath, keptFiles)) || turned;
    } finally {
      await lock.release();
    }
  }
  return turned;
};

/** Turns the log of a container over that was started a moment ago, while there is no supervisor yet to do it. */
export const turnLogOverEarly = async (ports: Ports, started: ContainerRecord): Promise<EarlyLook> => {
  const size = await ports.files.logBytes(started.id);
  if (size === undefined) return 'gone';
  const limit = logLimitsOf(started).maximumSizeBytes;
  // One call of the kernel, mostly: no start is slower for it.
  if (size < limit) return size < limit / 8 ? 'quiet' : 'growing';
  const lock = await ports.locks.tryAcquire(lockName(started.id));
  if (lock === undefined) return 'growing';
  try {
    const record = ports.metadata.read((reader) => reader.container(started.id));
    if (record === undefined || record.startedAt?.getTime() !== started.startedAt?.getTime()) return 'gone';
    await turnLogOver(ports, record);
    return 'growing';
  } finally {
    await lock.release();
  }
};
