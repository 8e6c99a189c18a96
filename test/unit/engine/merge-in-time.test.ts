import { describe, expect, it } from 'vitest';
import { mergeInTime, type TimedSource } from '../../../src/engine/merge-in-time.ts';

interface Item { readonly time: Date; readonly from: string }

/** A source whose batches are given by hand. */
const byHand = (from: string): { source: TimedSource<Item>; give(...times: number[]): void; end(error?: Error): void } => {
  const given: ({ readonly times: readonly number[] } | { readonly end: Error | undefined })[] = [];
  let wake = (): void => undefined;
  const next = async (): Promise<IteratorResult<readonly Item[]>> => {
    while (given.length === 0) await new Promise<void>((resolve) => { wake = resolve; });
    const found = given.shift();
    if (found === undefined || 'end' in found) {
      if (found?.end !== undefined) throw found.end;
      return { done: true, value: undefined };
    }
    return { done: false, value: found.times.map((time) => ({ time: new Date(time), from })) };
  };
  return {
    source: { batches: { next }, hasCaughtUp: false },
    give: (...times) => { given.push({ times }); wake(); },
    end: (error) => { given.push({ end: error }); wake(); },
  };
};

const collect = (sources: readonly TimedSource<Item>[], now = (): Date => new Date(1_000_000)): { readonly items: string[]; readonly done: Promise<void> } => {
  const items: string[] = [];
  const done = (async () => { for await (const batch of mergeInTime(sources, now)) items.push(...batch.map(({ time, from }) => `${from}${time.getTime()}`)); })();
  done.catch(() => undefined);
  return { items, done };
};
const settled = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 120); });

describe('sources put together in the order of time', () => {
  it('give what each has, the oldest first, and in the order of the sources where times are one', async () => {
    const [a, b, c] = [byHand('a'), byHand('b'), byHand('c')];
    a.give(1, 4, 5); a.give(9); a.end();
    b.give(2, 4); b.end();
    c.end();
    const { items, done } = collect([a.source, b.source, c.source]);
    await done;
    expect(items).toEqual(['a1', 'b2', 'a4', 'b4', 'a5', 'a9']);
  });

  it('wait for one that is still reading what is old', async () => {
    const [a, b] = [byHand('a'), byHand('b')];
    a.source.hasCaughtUp = true;
    a.give(5);
    const { items, done } = collect([a.source, b.source]);
    await settled();
    expect(items).toEqual([]);
    b.give(3);
    await settled();
    expect(items).toEqual(['b3']);
    b.source.hasCaughtUp = true;
    b.source.wake?.();
    await settled();
    expect(items).toEqual(['b3', 'a5']);
    a.end(); b.end();
    await done;
  });

  it('hold what is young back for what is older, and no longer than for a moment, whatever the clock says', async () => {
    const [a, b] = [byHand('a'), byHand('b')];
    a.source.hasCaughtUp = b.source.hasCaughtUp = true;
    // A clock that was set back by far.
    const { items, done } = collect([a.source, b.source], () => new Date(0));
    a.give(500);
    await new Promise((resolve) => { setTimeout(resolve, 10); });
    b.give(400);
    await settled();
    await settled();
    expect(items).toEqual(['b400', 'a500']);
    a.end(); b.end();
    await done;
  });

  it('fail as the first of them does', async () => {
    const [a, b] = [byHand('a'), byHand('b')];
    a.source.hasCaughtUp = b.source.hasCaughtUp = true;
    const { done } = collect([a.source, b.source]);
    b.end(new Error('no'));
    await expect(done).rejects.toThrow('no');
  });
});
