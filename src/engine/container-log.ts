import { SiloError } from '../base/index.ts';
import { findContainer } from './container-lookup.ts';
import { exitOf } from './settle.ts';
import type { Ports } from './ports.ts';
import type { LineSink } from './run-container.ts';
import { technologyOf } from './technology.ts';

export interface LogRequest {
  readonly process?: string | undefined;
  readonly follow?: boolean | undefined;
  readonly tail?: number | undefined;
  readonly since?: Date | undefined;
}

/** Hands a container's output, or a process's, to `sink`; returns how many lines. Following ends with the task. */
export const readContainerLog = async (ports: Ports, reference: string, request: LogRequest, sink: LineSink, signal?: AbortSignal): Promise<number> => {
  const { record, process } = ports.metadata.read((reader) => {
    const found = findContainer(reader, reference);
    return { record: found, process: request.process === undefined ? undefined : reader.process(found.id, request.process) };
  });
  if (request.process !== undefined && process === undefined) {
    throw new SiloError('ProcessNotFound', { args: { id: request.process, container: record.name }, target: { kind: 'process', id: request.process } });
  }
  const path = process === undefined ? ports.files.paths(record.id).logPath : ports.files.processPaths(record.id, process.id).logPath;
  const ended = async (): Promise<boolean> => {
    const current = ports.metadata.read((reader) => reader.container(record.id));
    if (current === undefined) return true;
    if (process !== undefined) return process.state === 'exited' || (await technologyOf(ports.isolations, record).runtime.execExit(record.id, ports.files.processPaths(record.id, process.id).folder)) !== undefined;
    // A container that was not started yet may still write: docker logs -f ends there, and so does this.
    if (current.state === 'created' || current.state === 'exited' || current.state === 'removing') return true;
    return (await exitOf(ports, current)) !== undefined;
  };
  let lines = 0;
  const query = {
    ...(request.tail === undefined ? {} : { tail: request.tail }),
    ...(request.since === undefined ? {} : { since: request.since }),
    ...(request.follow === true ? { follow: { ended } } : {}),
    ...(signal === undefined ? {} : { signal }),
  };
  for await (const batch of ports.logs.read(path, query)) {
    await sink(batch);
    lines += batch.length;
  }
  return lines;
};
