import { SiloError } from '../../base/index.ts';

/** How long a caller waits. Either ends the waiting, never the work: the promise settles when the work has, and then tells that the caller had left. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Asked anew each time: it changes behind the compiler's back. */
const hasLeft = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

/**
 * Does the work to its end and then says whether somebody still waits for it. `undo` is called with the result
 * of work that was done after its caller had left; its own failure is told instead.
 * @throws SiloError OperationCancelled, OperationTimedOut, and what the work throws
 */
export const whileWanted = async <T>(operation: string, options: CallOptions | undefined, work: () => Promise<T>, undo?: (result: T) => Promise<void>): Promise<T> => {
  const { signal, timeoutMs } = options ?? {};
  if (hasLeft(signal)) throw new SiloError('OperationCancelled', { operation: `hcs ${operation}` });
  let timedOut = false;
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => { timedOut = true; }, timeoutMs);
  try {
    const result = await work();
    const gone = hasLeft(signal)
      ? new SiloError('OperationCancelled', { operation: `hcs ${operation}` })
      : timedOut ? new SiloError('OperationTimedOut', { args: { operation, timeoutSeconds: (timeoutMs ?? 0) / 1000 }, operation: `hcs ${operation}` }) : undefined;
    if (gone === undefined) return result;
    await undo?.(result);
    throw gone;
  } finally {
    clearTimeout(timer);
  }
};
