import { constants } from 'node:os';
import { hasErrno } from '../../base/index.ts';
import { isAlive, type ProcessIdentity } from '../conmon/index.ts';
import { thaw } from './cgroup.ts';

/**
 * Sends a signal to the first process of a task, and lets a frozen one go on to die of SIGKILL. This is what
 * `runc kill` does (runc 1.0 to 1.3, libcontainer, `Signal`), in 0.1 ms instead of a process of 10 ms. False
 * where the process is gone: the caller then asks runc itself.
 */
export const signalTask = (id: string, task: ProcessIdentity, signal: number): boolean => {
  if (!isAlive(task)) return false;
  try {
    process.kill(task.pid, signal);
  } catch (error) {
    if (hasErrno(error, 'ESRCH')) return false;
    throw error;
  }
  if (signal === constants.signals.SIGKILL) thaw(id);
  return true;
};
