import type { TaskSpec } from '../../core/index.ts';
import { startConmon } from './conmon.ts';
import { identify } from './process-identity.ts';
import { readNumber, type TaskFiles } from './task-files.ts';

interface CreateTask {
  /** Program that makes the task, with the arguments that come first. */
  readonly runtime: readonly string[];
  readonly spec: TaskSpec;
  readonly files: TaskFiles;
  readonly exitsFolder: string;
}

/** Has conmon create a task, and notes who it is. Answers what that program said where there is no task. */
export const createTask = async ({ runtime, spec, files, exitsFolder }: CreateTask): Promise<{ readonly pid: number; readonly monitorPid: number } | { readonly failure: string }> => {
  const answer = await startConmon({
    runtime,
    containerId: spec.id,
    uniqueId: spec.id,
    bundlePath: spec.bundlePath,
    exitFolder: exitsFolder,
    persistFolder: files.folder,
    logPath: spec.logPath,
    pidFile: files.pidFile,
    monitorPidFile: files.monitorPidFile,
    terminal: spec.process.terminal,
    openStdin: spec.openStdin,
  }).first;
  const task = answer.data > 0 ? identify(answer.data) : undefined;
  if (task === undefined) return { failure: answer.message ?? '' };
  const monitorPid = await readNumber(files.monitorPidFile);
  const monitor = monitorPid === undefined ? undefined : identify(monitorPid);
  await files.writeNote({ task, monitor, bundlePath: spec.bundlePath, started: false });
  return { pid: task.pid, monitorPid: monitor?.pid ?? 0 };
};
