import { setTimeout as delay } from 'node:timers/promises';
import { hasErrno } from '../../base/index.ts';

const endPatienceMs = 10_000;

/** Kills what `find` finds until it finds nothing. `graceMs`: time to end by itself first. */
export const endAll = async (find: () => readonly number[], graceMs = 0): Promise<void> => {
  const begin = performance.now();
  for (let pause = 1; performance.now() - begin < endPatienceMs + graceMs; pause = Math.min(pause * 2, 50)) {
    const pids = find();
    if (pids.length === 0) return;
    if (performance.now() - begin >= graceMs) {
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch (error) {
          if (!hasErrno(error, 'ESRCH')) throw error;
        }
      }
    }
    await delay(pause);
  }
};
