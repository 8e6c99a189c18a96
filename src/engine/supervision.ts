import type { ContainerRecord, ContainerSpec } from '../core/index.ts';
import { withContainer } from './container-lock.ts';
import type { Ports } from './ports.ts';
import { isStartedByBoot } from './restart-policy.ts';
import { technologyOf } from './technology.ts';

/** Kept of each container's output where nothing else was asked for: six files of 16 MiB at most. */
const defaultLogLimits = { maximumSizeBytes: 16 * 1024 * 1024, keptFiles: 5 };

/** Whether something must happen soon after the container's end, or while it runs, with no engine alive. */
export const needsSupervisor = (spec: ContainerSpec): boolean =>
  spec.autoRemove || spec.network === 'networks' || spec.healthCheck !== undefined || (spec.restartPolicy !== undefined && spec.restartPolicy.name !== 'no');

/** The containers that need somebody: those that run, those that wait for a restart, and those that want to be gone. */
export const supervisedContainers = (ports: Ports): readonly ContainerRecord[] =>
  ports.metadata.read((reader) => reader.containers({ states: ['starting', 'running', 'paused', 'exited'] }))
    .filter((record) => record.state !== 'exited' || record.spec.autoRemove || record.life.restartAt !== undefined);

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

/** Turns a running container's log over where it has grown too large; the caller holds its lock. True where it was. */
export const turnLogOver = async (ports: Ports, record: ContainerRecord): Promise<boolean> => {
  if (record.state !== 'running' && record.state !== 'paused') return false;
  const limits = record.spec.logLimits ?? defaultLogLimits;
  const size = await ports.files.logBytes(record.id);
  // Without a log somebody was killed between the two halves of a turn.
  if (size !== undefined && size < limits.maximumSizeBytes) return false;
  return technologyOf(ports.isolations, record).runtime.rotateLog(record.id, ports.files.paths(record.id).logPath, limits.keptFiles);
};
