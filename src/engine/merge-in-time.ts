import { setTimeout as delay } from 'node:timers/promises';

/** Items that come in the order of their times, in batches. */
export interface TimedSource<T extends { readonly time: Date }> {
  readonly batches: AsyncIterator<readonly T[]>;
  /** True once everything that was there at the beginning was given: what is not there now is still to happen. */
  hasCaughtUp: boolean;
  /** Set by the reader; called when `hasCaughtUp` changes. */
  wake?: () => void;
}

/** Most items at once. */
const batchItems = 100;
/** For so long what a source gives may be older than what another gave before it. */
const settleMs = 50;

interface Open<T> {
  readonly batches: AsyncIterator<readonly T[]>;
  readonly isLive: () => boolean;
  queue: readonly T[];
  at: number;
  asked: boolean;
}

/**
 * Puts sources together in the order of time. As long as one may still have something older, nothing is given;
 * of those that have caught up nobody knows, and an item waits for them until it is `settleMs` old.
 */
export async function* mergeInTime<T extends { readonly time: Date }>(sources: readonly TimedSource<T>[], now: () => Date): AsyncGenerator<readonly T[]> {
  let failure: { readonly error: unknown } | undefined;
  let change = Promise.withResolvers<void>();
  const wake = (): void => { change.resolve(); };
  const open = new Set<Open<T>>();
  for (const source of sources) {
    source.wake = wake;
    open.add({ batches: source.batches, isLive: () => source.hasCaughtUp, queue: [], at: 0, asked: false });
  }
  const ask = async (source: Open<T>): Promise<void> => {
    source.asked = true;
    try {
      const { done, value } = await source.batches.next();
      if (done === true) open.delete(source);
      else {
        source.queue = value;
        source.at = 0;
      }
    } catch (error) {
      failure ??= { error };
    }
    source.asked = false;
    wake();
  };
  /** No item is younger than this; later ones wait. */
  let settled = Number.NEGATIVE_INFINITY;
  for (;;) {
    if (failure !== undefined) throw failure.error;
    change = Promise.withResolvers<void>();
    const empty = [...open].filter(({ queue, at }) => at >= queue.length);
    for (const source of empty) if (!source.asked) void ask(source);
    if (open.size === 0) return;
    if (empty.length === open.size || empty.some((source) => !source.isLive())) {
      await change.promise;
      continue;
    }
    const batch = take(open, empty.length === 0 ? Number.POSITIVE_INFINITY : Math.max(settled, now().getTime() - settleMs));
    if (batch.length > 0) {
      yield batch;
      continue;
    }
    // The oldest is young: whoever has an older one says so until then, whatever becomes of the clock.
    const oldest = Math.min(...[...open].filter(({ queue, at }) => at < queue.length).map((source) => timeOf(source)));
    await delay(settleMs);
    settled = oldest;
  }
}

const timeOf = <T extends { readonly time: Date }>({ queue, at }: Open<T>): number => queue[at]?.time.getTime() ?? Number.POSITIVE_INFINITY;

/** The oldest items up to `latest`, as long as every source that had some still has. */
const take = <T extends { readonly time: Date }>(open: ReadonlySet<Open<T>>, latest: number): readonly T[] => {
  const sources = [...open].filter(({ queue, at }) => at < queue.length);
  const batch: T[] = [];
  while (batch.length < batchItems) {
    let first: Open<T> | undefined;
    for (const source of sources) if (first === undefined || timeOf(source) < timeOf(first)) first = source;
    const item = first?.queue[first.at];
    if (first === undefined || item === undefined || item.time.getTime() > latest) break;
    first.at += 1;
    batch.push(item);
    if (first.at >= first.queue.length) break;
  }
  return batch;
};
