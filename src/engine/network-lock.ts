import type { Lock } from '../core/index.ts';
import type { Ports } from './ports.ts';

/** Held alone by whoever makes, removes or mends networks, and together by those who link containers to them. After the container's lock, before the store's. */
const networkLockName = 'network';

const patienceMs = 60_000;

/** Errors: StoreBusy where somebody holds it for long. */
export const withNetworks = async <T>(ports: Ports, options: { readonly shared: boolean; readonly signal?: AbortSignal | undefined }, body: () => Promise<T>): Promise<T> => {
  const lock: Lock = await ports.locks.acquire(networkLockName, { timeoutMs: patienceMs, shared: options.shared, ...(options.signal === undefined ? {} : { signal: options.signal }) });
  try {
    return await body();
  } finally {
    await lock.release();
  }
};
