import { SiloError } from '../base/index.ts';
import type { ContainerRecord, ContainerState, MetadataReader } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import { lockName } from './container-lock.ts';
import type { Ports } from './ports.ts';
import { exitOf, settle, withExit } from './settle.ts';
import { technologyOf } from './technology.ts';

const largestPage = 1000;

/** A record as it is now: the task has been looked at. */
export interface LiveContainer { readonly record: ContainerRecord; readonly monitored: boolean }

export interface ContainerPage { readonly items: readonly LiveContainer[]; readonly next: string | undefined }

export interface ListRequest {
  readonly containers?: readonly string[] | undefined;
  readonly states?: readonly ContainerState[] | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

const parseCursor = (cursor: string | undefined): number => {
  if (cursor === undefined) return 0;
  if (!/^\d{1,15}$/.test(cursor)) throw new SiloError('CursorInvalid');
  return Number(cursor);
};

/** A page of containers in order of creation. Tasks that have ended since anybody looked are settled on the way. */
export const listContainers = async (ports: Ports, request: ListRequest): Promise<ContainerPage> => {
  const limit = Math.min(request.limit ?? largestPage, largestPage);
  const read = (reader: MetadataReader): { records: readonly ContainerRecord[]; next: string | undefined } => {
    if (request.containers !== undefined) return { records: request.containers.map((reference) => findContainer(reader, reference)), next: undefined };
    // One more than the page: only it tells whether there is another.
    const found = reader.containers({ after: parseCursor(request.cursor), limit: limit + 1, ...(request.states === undefined ? {} : { states: withTransitions(request.states) }) });
    const page = found.slice(0, limit);
    return { records: page, next: found.length > limit ? String(page.at(-1)?.position) : undefined };
  };
  const { records, next } = ports.metadata.read(read);
  const items: LiveContainer[] = [];
  for (const record of records) {
    const live = isTransient(record.state) ? await lookAt(ports, record) : { record, monitored: false };
    if (live !== undefined && (request.states === undefined || request.states.includes(live.record.state))) items.push(live);
  }
  return { items, next };
};

const isTransient = (state: ContainerState): boolean => state !== 'created' && state !== 'exited';

/** Records that say `running` may turn out to have ended, so a filter for the one must read the other too. */
const withTransitions = (states: readonly ContainerState[]): readonly ContainerState[] =>
  states.includes('exited') || states.includes('created') ? [...new Set([...states, 'running', 'paused', 'starting'] as const)] : states;

/**
 * The state of a task now. Its record is brought up to date where nobody else is at it; where somebody is,
 * the answer is right all the same. Undefined where it was removed meanwhile.
 */
export const lookAt = async (ports: Ports, record: ContainerRecord): Promise<LiveContainer | undefined> => {
  if (record.state === 'running' || record.state === 'paused') {
    const exit = await exitOf(ports, record);
    if (exit === undefined) {
      const { monitored, state } = await technologyOf(ports.isolations, record).runtime.status(record.id);
      return { record: { ...record, state: state === 'paused' ? 'paused' : 'running' }, monitored };
    }
    const settled = await settleIfFree(ports, record.id);
    if (settled !== 'busy') return settled;
    // Whoever is at it may have recorded the end already, and taken its traces away.
    const current = ports.metadata.read((reader) => reader.container(record.id));
    return { record: current?.state === 'exited' ? current : withExit(record, exit), monitored: false };
  }
  const settled = await settleIfFree(ports, record.id);
  return settled === 'busy' ? { record, monitored: false } : settled;
};

const settleIfFree = async (ports: Ports, id: string): Promise<LiveContainer | 'busy' | undefined> => {
  if (!ports.host.elevated) return 'busy';
  const lock = await ports.locks.tryAcquire(lockName(id));
  if (lock === undefined) return 'busy';
  try {
    const current = ports.metadata.read((reader) => reader.container(id));
    return current === undefined ? undefined : { record: await settle(ports, current), monitored: false };
  } finally {
    await lock.release();
  }
};
