import { SiloError } from '../../base/index.ts';
import type { TaskExit } from '../../core/index.ts';
import type { ExitWatch } from './exit-watch.ts';

interface WaitedTask {
  readonly id: string;
  exit(): Promise<TaskExit | undefined>;
  /** True where nothing is left of the task. */
  missing(): Promise<boolean>;
}

/** The end of a task, which others may settle first. Errors: OperationCancelled, and those of looking. */
export const waitForExit = async (exits: ExitWatch, task: WaitedTask, signal: AbortSignal | undefined): Promise<TaskExit> => {
  const { promise, resolve, reject } = Promise.withResolvers<TaskExit>();
  // Somebody else may have seen the end first, and taken the task away with its exit.
  const ended = async (): Promise<TaskExit | undefined> => (await task.exit()) ?? ((await task.missing()) ? { exitCode: null, exitedAt: new Date(), oomKilled: false, reason: 'MonitorLost' } : undefined);
  const look = (): void => { ended().then((exit) => { if (exit !== undefined) resolve(exit); }, reject); };
  const cancel = (): void => { reject(new SiloError('OperationCancelled')); };
  const stopWatching = exits.watch(task.id, look);
  try {
    if (signal?.aborted) throw new SiloError('OperationCancelled');
    signal?.addEventListener('abort', cancel, { once: true });
    look();
    return await promise;
  } finally {
    signal?.removeEventListener('abort', cancel);
    stopWatching();
  }
};
