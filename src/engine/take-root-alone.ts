import type { Lock } from '../core/index.ts';
import type { Ports } from './ports.ts';

/**
 * Has the root for this engine alone. The supervisor is a user of it too: it is asked to end for as long as this waits, because one may
 * only now have been started. Errors: StoreBusy where another engine is open, or something is to be supervised.
 */
export const takeRootAlone = async ({ supervisor, stateRoot }: Ports): Promise<Lock> => {
  const taken = new AbortController();
  const asking = supervisor.retire(taken.signal);
  try {
    return await stateRoot.takeAlone();
  } finally {
    taken.abort();
    await asking;
  }
};
