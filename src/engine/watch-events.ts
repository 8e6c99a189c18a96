import { setTimeout as delay } from 'node:timers/promises';
import { SiloError } from '../base/index.ts';
import type { EventRecord } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import type { Ports } from './ports.ts';

export interface EventQuery {
  /** Only events after this number; 0 begins with the oldest that is kept. Undefined begins now where it follows, else with the oldest. */
  readonly afterSeq?: number | undefined;
  readonly follow?: boolean | undefined;
  /** Only of these containers; each must exist. */
  readonly containers?: readonly string[] | undefined;
  /** Only of kinds that begin so, `container/` or `container/start`. */
  readonly kind?: string | undefined;
  readonly since?: Date | undefined;
}

const pageSize = 500;
/** Between two looks: other engines write the store, and tell nobody. */
const pollMs = 250;

/** Hands events to `sink` in their order, and what comes, where it follows, until it is cancelled. Returns the number of the last one seen. */
export const watchEvents = async (ports: Ports, query: EventQuery, sink: (events: readonly EventRecord[]) => Promise<void>, signal?: AbortSignal): Promise<number> => {
  const { subjects, newest } = ports.metadata.read((reader) => ({
    subjects: query.containers === undefined ? undefined : new Set(query.containers.map((reference) => findContainer(reader, reference).id)),
    newest: reader.newestEvent(),
  }));
  let last = query.afterSeq ?? (query.follow === true ? newest : 0);
  const matches = (event: EventRecord): boolean =>
    (subjects === undefined || subjects.has(event.subject)) && (query.kind === undefined || event.kind.startsWith(query.kind)) && (query.since === undefined || event.time >= query.since);
  for (;;) {
    const page = ports.metadata.read((reader) => reader.events({ afterSeq: last, limit: pageSize }));
    last = page.at(-1)?.seq ?? last;
    const found = page.filter(matches);
    if (found.length > 0) await sink(found);
    if (signal?.aborted === true) throw new SiloError('OperationCancelled');
    if (page.length === pageSize) continue;
    if (query.follow !== true) return last;
    await delay(pollMs, undefined, signal === undefined ? {} : { signal }).catch((cause: unknown) => { throw new SiloError('OperationCancelled', { cause }); });
  }
};
