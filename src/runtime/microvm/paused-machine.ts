import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { SiloError, hasErrno } from '../../base/index.ts';

const patienceMs = 5000;

/** State letter of a process (proc(5), stat); undefined where it is gone. */
const stateOf = (pid: number): string | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text[text.lastIndexOf(')') + 2];
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
};

/** A machine is paused by stopping QEMU: what the kernel says of it is the truth, whoever was killed in between. */
export const isPaused = (qemu: number): boolean => stateOf(qemu) === 'T';

/** @throws SiloError MachineFailed */
export const setPaused = async (qemu: number, paused: boolean): Promise<void> => {
  process.kill(qemu, paused ? 'SIGSTOP' : 'SIGCONT');
  const end = performance.now() + patienceMs;
  while (isPaused(qemu) !== paused) {
    if (stateOf(qemu) === undefined || performance.now() > end) throw new SiloError('MachineFailed', { args: { reason: paused ? 'it could not be paused' : 'it could not be resumed' } });
    await delay(1);
  }
};
