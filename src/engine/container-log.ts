import { SiloError } from '../base/index.ts';
import type { LogLine } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import { exitOf } from './settle.ts';
import type { Ports } from './ports.ts';
import type { LineSink } from './run-container.ts';
import { technologyOf } from './technology.ts';

/** As many as the reader gives at once. */
const batchLines = 100;

export interface LogRequest {
  readonly process?: string | undefined;
  readonly follow?: boolean | undefined;
  readonly tail?: number | undefined;
  readonly since?: Date | undefined;
  /** Only lines before; not while following. */
  readonly until?: Date | undefined;
  /** Only lines of this stream; `tail` counts those. While following it counts all that were there. */
  readonly stream?: LogLine['stream'] | undefined;
}

/** Hands a container's output, or a process's, to `sink`; returns how many lines. Following ends with the task. */
export const readContainerLog = async (ports: Ports, reference: string, request: LogRequest, sink: LineSink, signal?: AbortSignal): Promise<number> => {
  let lines = 0;
  for await (const batch of containerLines(ports, reference, request, signal)) {
    await sink(batch);
    lines += batch.length;
  }
  return lines;
};

/** The lines that a request asks for, in batches. Following, `onCaughtUp` is called when those have been given that were there at the beginning. */
export async function* containerLines(ports: Ports, reference: string, request: LogRequest, signal?: AbortSignal, onCaughtUp?: () => void): AsyncGenerator<readonly LogLine[]> {
  const { record, process } = ports.metadata.read((reader) => {
    const found = findContainer(reader, reference);
    return { record: found, process: request.process === undefined ? undefined : reader.process(found.id, request.process) };
  });
  if (request.process !== undefined && process === undefined) {
    throw new SiloError('ProcessNotFound', { args: { id: request.process, container: record.name }, target: { kind: 'process', id: request.process } });
  }
  const path = process === undefined ? ports.files.paths(record.id).logPath : ports.files.processPaths(record.id, process.id).logPath;
  let rounds = 0;
  const ended = async (): Promise<boolean> => {
    // Asked before each reading of all that is there.
    rounds += 1;
    if (rounds === 2) onCaughtUp?.();
    const current = ports.metadata.read((reader) => reader.container(record.id));
    if (current === undefined) return true;
    if (process !== undefined) return process.state === 'exited' || (await technologyOf(ports.isolations, record).runtime.execExit(record.id, ports.files.processPaths(record.id, process.id).folder)) !== undefined;
    // A container that was not started yet may still write: docker logs -f ends there, and so does this.
    if (current.state === 'created' || current.state === 'exited' || current.state === 'removing') return true;
    return (await exitOf(ports, current)) !== undefined;
  };
  const { tail, until, stream } = request;
  if (until !== undefined && request.follow === true) throw new SiloError('ParameterInvalid', { args: { parameter: 'until', reason: 'following ends with the container, not at a time' } });
  const wanted = until === undefined && stream === undefined ? undefined : (line: LogLine): boolean => (stream === undefined || line.stream === stream) && (until === undefined || line.time < until);
  // The reader counts lines of every kind from the end.
  const last = wanted === undefined || request.follow === true ? undefined : tail;
  const kept: LogLine[] = [];
  const query = {
    ...(tail === undefined || last !== undefined ? {} : { tail }),
    ...(request.since === undefined ? {} : { since: request.since }),
    ...(request.follow === true ? { follow: { ended } } : {}),
    ...(signal === undefined ? {} : { signal }),
  };
  for await (const batch of ports.logs.read(path, query)) {
    const chosen = wanted === undefined ? batch : batch.filter(wanted);
    if (last !== undefined) {
      kept.push(...chosen);
      if (kept.length > last) kept.splice(0, kept.length - last);
      continue;
    }
    if (chosen.length > 0) yield chosen;
  }
  for (let begin = 0; begin < kept.length; begin += batchLines) yield kept.slice(begin, begin + batchLines);
}
