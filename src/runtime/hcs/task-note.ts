import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../base/index.ts';
import type { TaskExit } from '../../core/index.ts';
import type { ProcessNames } from './compute-system.ts';
import type { ModifySettingRequest } from './documents/requests.ts';
import type { ProcessParameters } from './documents/process.ts';
import type { MachinePlace, MachineSize } from './machine-place.ts';

/** What the runtime remembers of a task, for whoever looks later. */
export interface TaskNote {
  /** The utility VM that it is in; undefined where it shares the host's kernel. */
  readonly vmId: string | undefined;
  /** The task that the VM was made for, where that is another. */
  readonly machineOf?: string | undefined;
  /** What it has of the VM's devices, and the size of that. */
  readonly place?: MachinePlace | undefined;
  readonly machineSize?: MachineSize | undefined;
  /** What the VM is asked when the container has ended: see `TaskSystems`. */
  readonly releases?: readonly ModifySettingRequest[] | undefined;
  /** Parameters of its first process, for the start. */
  readonly process: ProcessParameters;
  /** For errors: what it runs, and as whom. */
  readonly names: ProcessNames;
  readonly logPath: string;
  /** Folder in which terminals find its door; undefined where they can't join it. */
  readonly doorFolder: string | undefined;
  readonly memoryLimitBytes: number | undefined;
  /** The service was, or was to be, given a credential specification under the task's id. */
  readonly hasCredential?: boolean | undefined;
  /** Id of the first process; undefined until it was started. */
  readonly processId: number | undefined;
}

/** Writes a file so that it is there as a whole or not at all. */
export const writeWhole = async (path: string, content: string): Promise<void> => {
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  await rename(`${path}.new`, path);
};

const readText = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
};

/** Files of one task. The exit file outlives its folder until the task is deleted. */
export class TaskFiles {
  readonly folder: string;
  readonly exitFile: string;

  constructor(tasksFolder: string, exitsFolder: string, id: string) {
    this.folder = join(tasksFolder, id);
    this.exitFile = join(exitsFolder, id);
  }

  get outOfMemory(): string { return join(this.folder, 'oom'); }

  /** There where its VM went without anybody here having ended that. */
  get lostMachine(): string { return join(this.folder, 'machine-lost'); }

  /** There where it was ended because the container had ended that its VM was made for. */
  get endedMachine(): string { return join(this.folder, 'machine-ended'); }

  async readNote(): Promise<TaskNote | undefined> {
    const text = await readText(join(this.folder, 'task.json'));
    return text === undefined ? undefined : JSON.parse(text) as TaskNote;
  }

  writeNote(note: TaskNote): Promise<void> { return writeWhole(join(this.folder, 'task.json'), JSON.stringify(note)); }

  async readExit(): Promise<TaskExit | undefined> {
    const exit = await readExitFile(this.exitFile);
    if (exit === undefined) return undefined;
    const [outOfMemory, endedMachine] = await Promise.all([readText(this.outOfMemory), readText(this.endedMachine)]);
    return { ...exit, oomKilled: outOfMemory !== undefined, reason: endedMachine === undefined ? 'Exited' : 'MachineEnded' };
  }

  /** Of a task that has ended without an exit code that anybody heard. */
  async lostExit(): Promise<TaskExit> {
    const [lost, ended] = await Promise.all([readText(this.lostMachine), readText(this.endedMachine)]);
    return { exitCode: null, exitedAt: new Date(), oomKilled: false, reason: lost !== undefined ? 'MachineLost' : ended !== undefined ? 'MachineEnded' : 'MonitorLost' };
  }
}

/** A file that holds nothing but an exit code, as conmon writes it; its time is that of the end. */
export const readExitFile = async (path: string): Promise<{ readonly exitCode: number; readonly exitedAt: Date } | undefined> => {
  const text = await readText(path);
  return text !== undefined && /^\d+$/.test(text) ? { exitCode: Number(text), exitedAt: (await stat(path)).mtime } : undefined;
};
