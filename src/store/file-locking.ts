import { hasErrno } from '../base/index.ts';
import { lockFile } from '../../native/kernel32.ts';
import { flock } from '../../native/libc.ts';

/** How the operating system locks an open file. */
export interface FileLocking {
  /** Never waits. The lock goes with the descriptor, and so with the process. False where somebody else holds it. */
  lock(fd: number, kind: 'shared' | 'exclusive'): boolean;
  /** Whether a file could not be opened only because it is being removed under somebody's hands. */
  isGoing(error: unknown): boolean;
}

/** flock(2). */
export const linuxLocking: FileLocking = { lock: flock, isGoing: () => false };

/**
 * LockFileEx. A file that is removed while it is open keeps its name, on file systems without POSIX
 * deletion, until the last handle is closed; until then nobody can open it.
 */
export const windowsLocking: FileLocking = { lock: lockFile, isGoing: (error) => hasErrno(error, 'EPERM', 'EBUSY') };
