import { readFileSync, readdirSync } from 'node:fs';
import { hasErrno } from '../../base/index.ts';

/** A process that cannot be mistaken for a later one with the same number (within one boot). */
export interface ProcessIdentity { readonly pid: number; readonly startTime: string }

const statFields = (pid: number): readonly string[] | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name, in parentheses, may hold anything: fields count from the last one on.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
};

/** Undefined where the process is gone or only its exit status is left. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const fields = statFields(pid);
  // proc(5): state is field 3, starttime field 22; both counted from the state here.
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, startTime: fields[19] ?? '' };
};

export const isAlive = (identity: ProcessIdentity): boolean => identify(identity.pid)?.startTime === identity.startTime;

/** Processes whose command line has all of these words. */
export const findProcesses = (...words: readonly string[]): readonly number[] => {
  const found: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'latin1');
      if (words.every((word) => line.includes(word))) found.push(Number(name));
    } catch (error) {
      if (!hasErrno(error, 'ENOENT', 'ESRCH')) throw error;
    }
  }
  return found;
};
