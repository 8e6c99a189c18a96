import type { Ports } from './ports.ts';
import type { LineSink } from './run-container.ts';

/** Hands a log's lines to `sink` until `ended` is aborted and all that was written before has been read. */
export const followLog = async (ports: Ports, path: string, ended: AbortSignal, sink: LineSink, signal: AbortSignal | undefined): Promise<void> => {
  const query = { follow: { ended: () => Promise.resolve(ended.aborted), wake: ended }, ...(signal === undefined ? {} : { signal }) };
  for await (const lines of ports.logs.read(path, query)) await sink(lines);
};
