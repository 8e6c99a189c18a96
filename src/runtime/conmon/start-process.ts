import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecResult, ExecSpec } from '../../core/index.ts';
import { startConmon } from './conmon.ts';
import { identify } from './process-identity.ts';
import { writeStdin } from './stdin-writer.ts';
import { readNumber } from './task-files.ts';

interface StartedProcess {
  readonly pid: number;
  /** What conmon said when the process ended; undefined where it went without a word. */
  readonly exitCode: Promise<number | undefined>;
}

/**
 * Has conmon start a further process of a task. Answers what `runtime` said where there is none.
 * @param runtime program that starts it, with the arguments that come first
 * @param document path of the process document
 */
export const startProcess = async (runtime: readonly string[], spec: ExecSpec, document: string): Promise<StartedProcess | { readonly failure: string }> => {
  const session = startConmon({
    runtime,
    containerId: spec.taskId,
    uniqueId: spec.processId,
    bundlePath: spec.folder,
    exitFolder: spec.folder,
    logPath: spec.logPath,
    pidFile: join(spec.folder, 'pid'),
    monitorPidFile: join(spec.folder, 'monitor-pid'),
    terminal: spec.process.terminal,
    openStdin: spec.stdin !== undefined || spec.onJoinable !== undefined,
    execDocument: document,
    onJoinable: spec.onJoinable,
  });
  const started = await session.first;
  // A negative number is that program's own failure; conmon gives the exit code of a process that could not be run as one.
  if (started.data <= 0) return { failure: started.message ?? '' };
  const input = spec.stdin === undefined ? Promise.resolve() : writeStdin(spec.folder, spec.stdin);
  // The process may end without reading; its exit is what counts, and the caller hears of it first.
  input.catch(() => undefined);
  return { pid: started.data, exitCode: session.second.then((message) => (message !== undefined && message.data >= 0 ? message.data : undefined)) };
};

/** How a further process ended, by what conmon left in `folder`; undefined while it runs. */
export const readProcessExit = async (taskId: string, folder: string): Promise<ExecResult | undefined> => {
  const file = join(folder, taskId);
  const exitCode = await readNumber(file);
  if (exitCode !== undefined) return { exitCode, exitedAt: (await stat(file)).mtime };
  const pids = [await readNumber(join(folder, 'pid')), await readNumber(join(folder, 'monitor-pid'))];
  if (pids.some((pid) => pid !== undefined && identify(pid) !== undefined)) return undefined;
  // Both are gone: the code may have been written in between, or never will be.
  return { exitCode: (await readNumber(file)) ?? null, exitedAt: new Date() };
};
