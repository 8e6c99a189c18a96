import { setTimeout as delay } from 'node:timers/promises';
import { SiloError } from '../base/index.ts';
import type { ContainerRecord, MetadataReader, TaskStatistics } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import type { Ports } from './ports.ts';
import { technologyOf } from './technology.ts';

export interface ContainerStatistics {
  readonly record: ContainerRecord;
  readonly figures: TaskStatistics;
  /** Of one processor: 200 is two whole ones. Undefined where nothing was waited for. */
  readonly cpuPercent: number | undefined;
}

/** Time for which the kernel's counters are read in one piece: that must not hold up the event loop, and how long one container takes depends on the host. */
const pieceMs = 4;

const measure = async (ports: Ports, records: readonly ContainerRecord[]): Promise<ReadonlyMap<string, TaskStatistics>> => {
  const found = new Map<string, TaskStatistics>();
  let began = performance.now();
  for (const record of records) {
    const figures = await technologyOf(ports.isolations, record).runtime.statistics(record.id);
    if (figures !== undefined) found.set(record.id, figures);
    if (performance.now() - began < pieceMs) continue;
    await new Promise((resolve) => { setImmediate(resolve); });
    began = performance.now();
  }
  return found;
};

/**
 * What running containers use. With `sampleMs` each is measured twice, so far apart, and its processor time told
 * as a share; one that ended in between is left out. A container that is named and does not run is an error.
 */
export const containerStatistics = async (
  ports: Ports, request: { readonly containers?: readonly string[] | undefined; readonly sampleMs: number }, signal?: AbortSignal,
): Promise<readonly ContainerStatistics[]> => {
  const records = ports.metadata.read((reader) => wanted(reader, request.containers));
  const first = request.sampleMs === 0 ? undefined : await measure(ports, records);
  if (first !== undefined) await waitOrFail(request.sampleMs, signal);
  const last = await measure(ports, records);
  return records.flatMap((record) => {
    const [before, figures] = [first?.get(record.id), last.get(record.id)];
    if (figures === undefined) return [];
    const elapsedMs = before === undefined ? 0 : figures.time.getTime() - before.time.getTime();
    return [{ record, figures, cpuPercent: before === undefined || elapsedMs <= 0 ? undefined : (figures.cpuMicroseconds - before.cpuMicroseconds) / (elapsedMs * 10) }];
  });
};

const wanted = (reader: MetadataReader, references: readonly string[] | undefined): readonly ContainerRecord[] => {
  if (references === undefined) return reader.containers({ states: ['running', 'paused'] });
  return references.map((reference) => {
    const record = findContainer(reader, reference);
    if (record.state !== 'running' && record.state !== 'paused') throw new SiloError('ContainerNotRunning', { args: { id: record.name, state: record.state }, target: { kind: 'container', id: record.id } });
    return record;
  });
};

const waitOrFail = async (milliseconds: number, signal: AbortSignal | undefined): Promise<void> => {
  try {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (cause) {
    throw new SiloError('OperationCancelled', { cause });
  }
};
