import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamWindowBytes } from '../../../src/contract/index.ts';
import { CreditedStream, Streams } from '../../../src/serve/rpc/streams.ts';

interface Batch { readonly stream: string; readonly items: readonly unknown[]; readonly bytes: number }

const lines = (bytes: number): readonly { readonly text: string }[] => [{ text: 'x'.repeat(bytes) }];

/** A stream, and what it has sent. */
const opened = (): { readonly stream: CreditedStream; readonly sent: Batch[] } => {
  const sent: Batch[] = [];
  return { sent, stream: new CreditedStream('s', (batch) => { sent.push(batch); return Promise.resolve(); }) };
};

const never = new AbortController().signal;
const total = (batches: readonly Batch[]): number => batches.reduce((sum, { bytes }) => sum + bytes, 0);

describe('CreditedStream', () => {
  it('is never more than the window ahead of its client, and loses and reorders nothing', () =>
    fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: streamWindowBytes / 2 }), { minLength: 1, maxLength: 20 }), fc.infiniteStream(fc.nat(3)), async (sizes, used) => {
      const { stream, sent } = opened();
      const batches = sizes.map(lines);
      let acknowledged = 0;
      const sending = (async () => { for (const batch of batches) await stream.send(batch, never); })();
      for (let next = 0; sent.length < batches.length;) {
        await turn();
        expect(total(sent) - acknowledged).toBeLessThanOrEqual(streamWindowBytes);
        // The client uses a few batches, at least one where the engine waits for it.
        const before = sent.length;
        await turn();
        const enough = sent.length === before ? Math.max(1, used.next().value) : used.next().value;
        for (const batch of sent.slice(next, next + enough)) {
          acknowledged += batch.bytes;
          stream.credit(batch.bytes);
          next += 1;
        }
      }
      await sending;
      expect(sent.map(({ items }) => items)).toEqual(batches);
    }), { numRuns: 40 }));

  it('stops at the window and goes on as soon as there is credit', async () => {
    const { stream, sent } = opened();
    await stream.send(lines(streamWindowBytes * 0.75), never);
    let second = false;
    const waiting = stream.send(lines(streamWindowBytes * 0.5), never).then(() => { second = true; });
    await turn();
    expect(second).toBe(false);
    expect(sent.length).toBe(1);
    stream.credit(sent[0]?.bytes ?? 0);
    await waiting;
    expect(sent.length).toBe(2);
  });

  it('sends what alone is larger than the window once nothing is outstanding', async () => {
    const { stream, sent } = opened();
    await stream.send(lines(10), never);
    const waiting = stream.send(lines(streamWindowBytes * 2), never);
    await turn();
    expect(sent.length).toBe(1);
    stream.credit(sent[0]?.bytes ?? 0);
    await waiting;
    expect(sent.length).toBe(2);
  });

  it('ends its waiting when the call is cancelled', async () => {
    const { stream, sent } = opened();
    const controller = new AbortController();
    await stream.send(lines(streamWindowBytes), controller.signal);
    const waiting = stream.send(lines(1), controller.signal);
    await turn();
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'OperationCancelled' });
    await expect(stream.send(lines(1), controller.signal)).rejects.toMatchObject({ code: 'OperationCancelled' });
    expect(sent.length).toBe(1);
  });

  it('leaves nothing behind on the signal of a call that waited often', async () => {
    const { stream, sent } = opened();
    const { signal } = new AbortController();
    let listeners = 0;
    const watched = new Proxy(signal, {
      get: (target, name) => {
        if (name === 'addEventListener') listeners += 1;
        if (name === 'removeEventListener') listeners -= 1;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
    await stream.send(lines(streamWindowBytes), watched);
    for (let round = 0; round < 5; round++) {
      const waiting = stream.send(lines(streamWindowBytes), watched);
      await turn();
      expect(listeners).toBe(1);
      stream.credit(sent.at(-1)?.bytes ?? 0);
      await waiting;
    }
    expect(listeners).toBe(0);
  });

  it('takes no more credit than it is owed', async () => {
    const { stream, sent } = opened();
    stream.credit(streamWindowBytes * 100);
    await stream.send(lines(streamWindowBytes), never);
    const waiting = stream.send(lines(1), never);
    await turn();
    expect(sent.length).toBe(1);
    stream.credit(sent[0]?.bytes ?? 0);
    await waiting;
  });

  it('tells what a batch costs: at least the bytes of its text', async () => {
    const { stream, sent } = opened();
    await stream.send([{ text: 'one' }, { text: '컨테이너' }], never);
    expect(sent[0]?.bytes).toBeGreaterThanOrEqual(3 + 12);
  });
});

describe('Streams', () => {
  it('refuses a name that is open, and gives it again once it is closed', async () => {
    const streams = new Streams(() => Promise.resolve());
    await streams.with('a', async () => {
      await expect(streams.with('a', () => Promise.resolve())).rejects.toMatchObject({ code: 'ParameterInvalid', args: { parameter: 'stream' } });
    });
    await expect(streams.with('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(streams.with('a', (stream) => Promise.resolve(stream !== undefined))).resolves.toBe(true);
  });

  it('opens none for a call that names none, and ignores credit for what is not open', async () => {
    const streams = new Streams(() => Promise.resolve());
    await expect(streams.with(undefined, (stream) => Promise.resolve(stream))).resolves.toBeUndefined();
    expect(() => { streams.credit('nobody', 5); }).not.toThrow();
  });
});
