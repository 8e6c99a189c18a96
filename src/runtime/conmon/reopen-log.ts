import { constants, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasErrno } from '../../base/index.ts';

const patienceMs = 5000;
/** conmon reads lines of three numbers from its control pipe; this one makes it open its log anew (conmon, `ctrl.c`: REOPEN_LOGS_EVENT). */
const reopen = '2 0 0\n';

/** Tells a task's conmon to open its log anew, and waits until the file is there. False where conmon is gone. */
export const reopenLog = async (bundlePath: string, logPath: string, isAlive: () => boolean): Promise<boolean> => {
  let pipe;
  try {
    // Without blocking: a pipe that nobody reads any more would hold a thread for ever.
    pipe = await open(join(bundlePath, 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (hasErrno(error, 'ENXIO', 'ENOENT')) return false;
    throw error;
  }
  try {
    await pipe.write(reopen);
  } finally {
    await pipe.close();
  }
  const end = performance.now() + patienceMs;
  while (!existsSync(logPath)) {
    if (!isAlive() || performance.now() > end) return false;
    await delay(5);
  }
  return true;
};
