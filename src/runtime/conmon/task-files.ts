import { readFileSync, statSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../base/index.ts';
import type { TaskExit } from '../../core/index.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What the runtime remembers of a task in its run folder, for engines that come later. */
export interface TaskNote {
  readonly task: ProcessIdentity;
  readonly monitor: ProcessIdentity | undefined;
  readonly bundlePath: string;
  readonly started: boolean;
}

/** Paths of one task. The run folder goes with a reboot; exit files stay. */
export class TaskFiles {
  readonly folder: string;
  readonly exitFile: string;
  constructor(tasksFolder: string, exitsFolder: string, id: string) {
    this.folder = join(tasksFolder, id);
    this.exitFile = join(exitsFolder, id);
  }
  get pidFile(): string { return join(this.folder, 'pid'); }
  get monitorPidFile(): string { return join(this.folder, 'monitor-pid'); }
  get note(): string { return join(this.folder, 'task.json'); }
  get outOfMemory(): string { return join(this.folder, 'oom'); }

  readNote(): TaskNote | undefined {
    try {
      return JSON.parse(readFileSync(this.note, 'utf8')) as TaskNote;
    } catch (error) {
      if (hasErrno(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  async writeNote(note: TaskNote): Promise<void> {
    await writeFile(`${this.note}.new`, JSON.stringify(note));
    await rename(`${this.note}.new`, this.note);
  }

  readExit(): TaskExit | undefined {
    try {
      const text = readFileSync(this.exitFile, 'utf8').trim();
      const exitCode = Number.parseInt(text, 10);
      if (text === '' || Number.isNaN(exitCode)) return undefined;
      return { exitCode, exitedAt: statSync(this.exitFile).mtime, oomKilled: statSync(this.outOfMemory, { throwIfNoEntry: false }) !== undefined, reason: 'Exited' };
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}

/** The number that conmon or runc wrote to a file: a pid or an exit code. Undefined where there is none yet. */
export const readNumber = async (path: string): Promise<number | undefined> => {
  try {
    const value = Number.parseInt(await readFile(path, 'utf8'), 10);
    return Number.isNaN(value) ? undefined : value;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
};
