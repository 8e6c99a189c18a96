import type { Ports } from './ports.ts';

const patienceMs = 60_000;

const lockName = (id: string): string => `volume-${id}`;

/** Held by whoever makes the volume's folder or takes it away, after the container's lock: one does not remove what the other has just made. Errors: StoreBusy. */
export const withVolume = async <T>(ports: Ports, id: string, signal: AbortSignal | undefined, body: () => Promise<T>, options: { readonly forget?: boolean } = {}): Promise<T> => {
  const lock = await ports.locks.acquire(lockName(id), { timeoutMs: patienceMs, ...(signal === undefined ? {} : { signal }) });
  try {
    return await body();
  } finally {
    if (options.forget === true) await ports.locks.forget(lockName(id));
    await lock.release();
  }
};
