import type { Ports } from './ports.ts';
import type { LineSink } from './run-container.ts';

/** Who takes what a container or process writes. */
export interface OutputOptions {
  readonly sink?: LineSink | undefined;
  /** Standard output as it was written, not in lines; its log is not turned over meanwhile. */
  readonly stdoutBytes?: boolean | undefined;
}

/**
 * Held while somebody reads a log byte for byte: what is turned over goes at last, and a reader may be slow. Runtimes have locks of
 * the same root, and names of their own for them.
 */
export const readingLockName = (id: string): string => `reading-${id}`;

/** Keeps the log of a container or process from being turned over while `body` reads it, where it is read byte for byte. */
export const holdingLog = async <T>(ports: Ports, id: string, { sink, stdoutBytes }: OutputOptions, body: () => Promise<T>): Promise<T> => {
  if (sink === undefined || stdoutBytes !== true) return body();
  const lock = await ports.locks.acquire(readingLockName(id));
  try {
    return await body();
  } finally {
    await ports.locks.forget(readingLockName(id));
    await lock.release();
  }
};

/** Hands a log's lines to the sink until `ended` is aborted and all that was written before has been read. */
export const followLog = async (ports: Ports, path: string, ended: AbortSignal, { sink, stdoutBytes = false }: OutputOptions, signal: AbortSignal | undefined): Promise<void> => {
  if (sink === undefined) return;
  const query = { stdoutBytes, follow: { ended: () => Promise.resolve(ended.aborted), wake: ended }, ...(signal === undefined ? {} : { signal }) };
  for await (const lines of ports.logs.read(path, query)) await sink(lines);
};
