import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../../src/base/index.ts';
import type { TestHost } from './host-state.ts';

/** Arguments with blanks between them; empty for a process that has gone. */
export const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

const processes = (): readonly string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/** Processes whose program is like that and whose arguments have the container's id. */
export const processesOf = (id: string, program: RegExp): readonly number[] =>
  processes().filter((pid) => commandLine(pid).includes(id) && program.test(commandLine(pid).split(' ')[0] ?? '')).map(Number);

/** virtiofsd is two processes, and the end of one is soon the other's. */
export const killPrograms = (id: string, program: RegExp): void => {
  for (const pid of processesOf(id, program)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!hasErrno(error, 'ESRCH')) throw error;
    }
  }
};

/** Folders of utility VMs on a host. */
export const machineFolders = ({ runFolders }: TestHost): readonly string[] => runFolders.flatMap((run) => (existsSync(join(run, 'machines')) ? readdirSync(join(run, 'machines')) : []));

/** Folders and programs of utility VMs on a host. */
export const machinesLeft = (host: TestHost): readonly string[] =>
  [...machineFolders(host), ...processes().map(commandLine).filter((line) => /qemu|virtiofsd|machine-keeper/.test(line.split(' ')[0] ?? '') && host.runFolders.some((run) => line.includes(run)))];
