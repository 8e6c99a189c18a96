import { SiloError, isSiloError } from '../base/index.ts';
import type { ContainerRecord } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import type { Ports } from './ports.ts';
import { settle } from './settle.ts';

export const lockName = (id: string): string => `container-${id}`;

/** Time for which a change waits for another engine's change of the same container. */
const lockPatienceMs = 30_000;

/**
 * Runs `body` as the container's only owner, with its settled record. The record is read again under the
 * lock: names move, and another engine may have removed it meanwhile.
 */
export const withContainer = async <T>(ports: Ports, reference: string, signal: AbortSignal | undefined, body: (record: ContainerRecord) => Promise<T>): Promise<T> => {
  const { id, name } = ports.metadata.read((reader) => findContainer(reader, reference));
  let lock;
  try {
    lock = await ports.locks.acquire(lockName(id), { timeoutMs: lockPatienceMs, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (isSiloError(error, 'StoreBusy')) throw new SiloError('ContainerBusy', { args: { id: name }, target: { kind: 'container', id }, cause: error });
    throw error;
  }
  try {
    const record = ports.metadata.read((reader) => reader.container(id));
    if (record === undefined) throw new SiloError('ContainerNotFound', { args: { id: name }, target: { kind: 'container', id: name } });
    return await body(await settle(ports, record));
  } finally {
    await lock.release();
  }
};
