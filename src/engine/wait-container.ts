import { SiloError, isSiloError } from '../base/index.ts';
import type { ContainerRecord, TaskExit } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import { withContainer } from './container-lock.ts';
import type { Ports } from './ports.ts';
import { withExit } from './settle.ts';
import { technologyOf } from './technology.ts';

/** Waits until a container has ended; one that does not run has. -1 or undefined waits for ever. */
export const waitContainer = async (ports: Ports, reference: string, timeoutSeconds: number | undefined, signal?: AbortSignal): Promise<ContainerRecord> => {
  const record = ports.metadata.read((reader) => findContainer(reader, reference));
  if (record.state === 'created' || record.state === 'exited') return record;
  const limited = timeoutSeconds === undefined || timeoutSeconds < 0 ? undefined : AbortSignal.timeout(timeoutSeconds * 1000);
  const signals = [signal, limited].filter((candidate) => candidate !== undefined);
  try {
    await technologyOf(ports.isolations, record).runtime.wait(record.id, signals.length === 0 ? undefined : AbortSignal.any(signals));
  } catch (error) {
    if (isSiloError(error, 'OperationCancelled') && limited?.aborted === true && signal?.aborted !== true) {
      throw new SiloError('OperationTimedOut', { args: { operation: 'The container', timeoutSeconds: timeoutSeconds ?? -1 }, target: { kind: 'container', id: record.id } });
    }
    throw error;
  }
  try {
    return await withContainer(ports, record.id, signal, (settled) => Promise.resolve(settled));
  } catch (error) {
    // Removed as it ended: its exit is still told by the events.
    const exit = isSiloError(error, 'ContainerNotFound') ? lastExit(ports, record.id) : undefined;
    if (exit === undefined) throw error;
    return withExit(record, exit);
  }
};

const lastExit = (ports: Ports, id: string): TaskExit | undefined => {
  const event = ports.metadata.read((reader) => reader.lastEvent('container/exit', id));
  if (event === undefined) return undefined;
  const attribute = (name: string): string | undefined => event.attributes.find((candidate) => candidate.name === name)?.value;
  const code = attribute('exitCode');
  return {
    exitCode: code === undefined || code === '' ? null : Number(code),
    exitedAt: event.time,
    oomKilled: attribute('oomKilled') === 'true',
    reason: (attribute('reason') ?? 'Exited') as TaskExit['reason'],
  };
};
