import { SiloError } from '../base/index.ts';
import type { LogLine } from '../core/index.ts';
import { applicationNotFound, membersOf, type Member } from './application-members.ts';
import { containerLines, type LogRequest } from './container-log.ts';
import { mergeInTime, type TimedSource } from './merge-in-time.ts';
import type { Ports } from './ports.ts';

/** A line with the service and the container that wrote it. */
export interface ServiceLine extends LogLine {
  readonly service: string;
  readonly container: string;
}

export interface ApplicationLogRequest extends Omit<LogRequest, 'process'> {
  /** Only these; each must be one of the application. */
  readonly services?: readonly string[] | undefined;
}

/**
 * Hands the output of an application's containers to `sink`, in the order of time; returns how many lines.
 * `tail` counts those of each container. Following ends when all of them have ended; it knows those alone that
 * were there at its beginning.
 */
export const readApplicationLog = async (ports: Ports, name: string, { services, ...request }: ApplicationLogRequest, sink: (lines: readonly ServiceLine[]) => void | Promise<void>, signal?: AbortSignal): Promise<number> => {
  const members = ports.metadata.read((reader) => membersOf(reader, name));
  if (members.length === 0) throw applicationNotFound(name);
  const missing = services?.find((service) => !members.some(({ membership }) => membership.service === service));
  if (missing !== undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'services', reason: `the application ${name} has no containers of a service '${missing}'` }, target: { kind: 'application', id: name } });
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const sources = members.filter(({ membership }) => services === undefined || services.includes(membership.service)).map((member) => sourceOf(ports, member, request, stopped));
  let lines = 0;
  try {
    for await (const batch of mergeInTime(sources, () => ports.clock.now())) {
      await sink(batch);
      lines += batch.length;
    }
  } finally {
    // Those that follow end with this.
    stop.abort();
    await Promise.allSettled(sources.map(async ({ batches }) => { await batches.return?.(); }));
  }
  return lines;
};

const sourceOf = (ports: Ports, { record, membership }: Member, request: LogRequest, signal: AbortSignal): TimedSource<ServiceLine> => {
  const source: TimedSource<ServiceLine> = {
    hasCaughtUp: false,
    batches: (async function* () {
      for await (const lines of containerLines(ports, record.id, request, signal, () => { source.hasCaughtUp = true; source.wake?.(); })) {
        yield lines.map((line) => ({ ...line, service: membership.service, container: record.name }));
      }
    })(),
  };
  return source;
};
