import { constants, existsSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { hasErrno } from '../../base/index.ts';

const patienceMs = 5000;

/**
 * Lets a created container go on: its first process waits until somebody opens `exec.fifo` in runc's
 * state folder and reads the byte that it writes there. This is what `runc start` does (runc 1.0 to 1.3,
 * libcontainer, `handleFifoResult`), in 0.3 ms instead of a process of 9 ms. False where it can't be done
 * so: the caller then asks runc itself.
 */
export const releaseFirstProcess = async (fifo: string, isAlive: () => boolean): Promise<boolean> => {
  if (!existsSync(fifo)) return false;
  // Without blocking: a reader that waits in the kernel would hold a thread for ever if the process is gone.
  const file = await open(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const byte = Buffer.alloc(1);
    const end = performance.now() + patienceMs;
    for (let pause = 0; performance.now() < end; pause = Math.min(pause + 1, 10)) {
      // Asked before reading: a short process has written, run and ended by the time that it is looked at.
      const alive = isAlive();
      try {
        if ((await file.read(byte, 0, 1, null)).bytesRead === 1) {
          await unlink(fifo);
          return true;
        }
      } catch (error) {
        if (!hasErrno(error, 'EAGAIN')) throw error;
      }
      if (!alive) return false;
      if (pause > 0) await delay(pause);
      else await new Promise((resolve) => { setImmediate(resolve); });
    }
    return false;
  } finally {
    await file.close();
  }
};
