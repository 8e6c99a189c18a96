import type { Lock } from '../core/index.ts';
import type { Ports } from './ports.ts';
import { snapshotRemover } from './technology.ts';

export const leaseLockName = (id: string): string => `lease-${id}`;
export const storeLockName = 'store';

/**
 * Runs `body` with a lease: snapshots that it allocates belong to the lease until they are finished, and
 * no engine collects garbage meanwhile. A lease whose engine was killed is recognised by its free lock; so is
 * one of a host that went down, which is why nothing here waits for the disk.
 */
export const withLease = async <T>(ports: Ports, signal: AbortSignal | undefined, body: (leaseId: string) => Promise<T>): Promise<T> => {
  const id = ports.newId();
  const store = await ports.locks.acquire(storeLockName, { shared: true, ...(signal === undefined ? {} : { signal }) });
  try {
    const lock = await ports.locks.acquire(leaseLockName(id));
    try {
      await ports.metadata.writeLightly((writer) => { writer.addLease(id); }, signal);
      try {
        return await body(id);
      } finally {
        await endLease(ports, id);
      }
    } finally {
      await ports.locks.forget(leaseLockName(id));
      await lock.release();
    }
  } finally {
    await store.release();
  }
};

/** Removes a lease with what is left unfinished under it. */
export const endLease = async (ports: Ports, id: string): Promise<void> => {
  const keys = ports.metadata.read((reader) => reader.leasedSnapshots(id));
  const remove = snapshotRemover(ports);
  for (const key of keys) await remove(key);
  await ports.metadata.writeLightly((writer) => { writer.deleteLease(id); });
};

/** The store for this engine alone; undefined while any engine imports. */
export const tryExclusiveStore = (ports: Ports): Promise<Lock | undefined> => ports.locks.tryAcquire(storeLockName);
