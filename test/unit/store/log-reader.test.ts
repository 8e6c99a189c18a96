import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LogLine, LogQuery } from '../../../src/core/index.ts';
import { CriLogReader } from '../../../src/store/index.ts';

const reader = new CriLogReader();
let folder: string;
let path: string;
let count = 0;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'silo-log-')); });
beforeEach(() => { path = join(folder, `log-${count++}`); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

interface Entry { readonly stream: 'stdout' | 'stderr'; readonly partial: boolean; readonly bytes: Buffer }

const begin = Date.parse('2026-11-22T04:00:00Z');
/** The n-th entry is written in the n-th second. */
const timeOf = (index: number): Date => new Date(begin + index * 1000);
const written = ({ stream, partial, bytes }: Entry, index: number): Buffer =>
  Buffer.concat([Buffer.from(`${timeOf(index).toISOString().replace('Z', '000000+00:00')} ${stream} ${partial ? 'P' : 'F'} `), bytes, Buffer.from('\n')]);
const entry = (text: string, tag: 'F' | 'P' = 'F', stream: Entry['stream'] = 'stdout'): Entry => ({ stream, partial: tag === 'P', bytes: Buffer.from(text) });
const write = (entries: readonly Entry[]): void => { writeFileSync(path, Buffer.concat(entries.map(written))); };

const batches = async (query: LogQuery = {}, from = path): Promise<readonly (readonly LogLine[])[]> => {
  const all: (readonly LogLine[])[] = [];
  for await (const batch of reader.read(from, query)) all.push(batch);
  return all;
};
const lines = async (query: LogQuery = {}, from = path): Promise<readonly LogLine[]> => (await batches(query, from)).flat();
const texts = async (query: LogQuery = {}): Promise<readonly string[]> => (await lines(query)).map(({ text }) => text);

/**
 * What the reader should give, written down as plainly as it can be: pieces joined by stream; each line has
 * the time and the place of its last piece; streams that end without a line's end come last.
 */
const model = (entries: readonly Entry[], query: { readonly tail?: number; readonly since?: Date } = {}): readonly LogLine[] => {
  const open = new Map<Entry['stream'], { chunks: Buffer[]; at: number }>();
  const ended: (LogLine & { readonly at: number })[] = [];
  const line = (stream: Entry['stream'], chunks: readonly Buffer[], at: number): (typeof ended)[number] => ({ time: timeOf(at), stream, text: Buffer.concat(chunks).toString('utf8'), at });
  for (const [at, { stream, partial, bytes }] of entries.entries()) {
    const chunks = [...(open.get(stream)?.chunks ?? []), bytes];
    open.delete(stream);
    if (partial) open.set(stream, { chunks, at });
    else ended.push(line(stream, chunks, at));
  }
  const unfinished = (['stdout', 'stderr'] as const).flatMap((stream) => {
    const rest = open.get(stream);
    return rest === undefined ? [] : [line(stream, rest.chunks, rest.at)];
  });
  const all = [...ended, ...unfinished];
  const firstWanted = query.tail === undefined ? 0 : all.map(({ at }) => at).sort((a, b) => b - a)[query.tail - 1] ?? 0;
  return all
    .filter(({ at, time }) => query.tail !== 0 && at >= firstWanted && time >= (query.since ?? new Date(0)))
    .map(({ time, stream, text }) => ({ time, stream, text }));
};

const stream = fc.constantFrom<Entry['stream']>('stdout', 'stderr');
const small: fc.Arbitrary<Entry> = fc.record({
  stream, partial: fc.boolean(),
  bytes: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.constantFrom('', 'a stdout F b', ' stderr P ', '2026-11-22T04:00:00Z stderr F x')).map((text) => Buffer.from(text.replaceAll('\n', ''))),
});
/** Lines of a size at which heads and texts fall on all sides of the 64 KiB that are read at once. */
const large: fc.Arbitrary<Entry> = fc.record({ stream, partial: fc.boolean(), bytes: fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.constantFrom('x', 'ö', '\r')).map(([size, text]) => Buffer.from(text.repeat(size / 2))) });
const logs = fc.oneof(fc.array(small, { maxLength: 40 }), fc.array(fc.oneof({ weight: 3, arbitrary: small }, { weight: 1, arbitrary: large }), { maxLength: 40 }));

describe('reading a log', () => {
  it('gives all lines, their pieces joined, in order', () =>
    fc.assert(fc.asyncProperty(logs, async (entries) => {
      write(entries);
      expect(await lines()).toEqual(model(entries));
    }), { numRuns: 60 }));

  it('gives standard output byte for byte where that is asked for, and the lines of the other stream at their places', () =>
    fc.assert(fc.asyncProperty(logs, fc.boolean(), async (entries, closed) => {
      write(entries);
      // conmon 2.2 closes what ended without a line's end with an entry that has not even a space.
      if (closed) appendFileSync(path, `${timeOf(entries.length).toISOString()} stdout F\n`);
      const found = await lines({ stdoutBytes: true });
      const out = entries.filter(({ stream: of }) => of === 'stdout');
      expect(Buffer.concat(found.flatMap(({ bytes = Buffer.alloc(0) }) => [bytes]))).toEqual(Buffer.concat(out.flatMap(({ bytes, partial }) => [bytes, Buffer.from(partial ? '' : '\n')])));
      expect(found.filter(({ stream: of }) => of === 'stderr')).toEqual(model(entries.map((one) => (one.stream === 'stderr' ? one : entry('')))).filter(({ stream: of }) => of === 'stderr'));
    }), { numRuns: 60 }));

  it('gives bytes in pieces, and no more than is there of an entry that was cut short', async () => {
    write(Array.from({ length: 40 }, () => entry('x'.repeat(8000))));
    truncateSync(path, Buffer.concat(Array.from({ length: 40 }, (_, index) => written(entry('x'.repeat(8000)), index))).length - 4);
    const found = await lines({ stdoutBytes: true });
    expect(Math.max(...found.map(({ bytes }) => bytes?.length ?? 0))).toBeLessThan(64 * 1024);
    expect(found.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0)).toBe(40 * 8001 - 4);
  });

  it('gives the last lines exactly as it would at the end of all, from any number', () =>
    fc.assert(fc.asyncProperty(logs, fc.integer({ min: 0, max: 45 }), async (entries, tail) => {
      write(entries);
      expect(await lines({ tail })).toEqual(model(entries, { tail }));
    }), { numRuns: 200 }));

  it('gives only what was written from a time on, also of the last lines', () =>
    fc.assert(fc.asyncProperty(fc.array(small, { maxLength: 20 }), fc.integer({ min: -1, max: 21 }), fc.option(fc.nat(20), { nil: undefined }), async (entries, second, tail) => {
      write(entries);
      const query = { since: timeOf(second), ...(tail === undefined ? {} : { tail }) };
      expect(await lines(query)).toEqual(model(entries, query));
    }), { numRuns: 100 }));

  it('finds the last lines where a line begins just at, before or after what is read at once', async () => {
    const chunk = 64 * 1024;
    const last = [entry('second'), entry('last')];
    const lastBytes = Buffer.concat(last.map(written)).length;
    const head = written(entry(''), 0).length;
    for (let shift = -80; shift <= 80; shift++) {
      // The first of three lines is so long that the second begins `shift` bytes from the edge of a chunk, counted from the end.
      const filler = [entry('x'.repeat(200)), entry('y'.repeat(chunk - lastBytes - head + shift)), ...last];
      write(filler);
      for (const tail of [1, 2, 3]) expect(await texts({ tail })).toEqual(filler.slice(-tail).map(({ bytes }) => bytes.toString()));
    }
  });

  it('joins characters again that were cut in two', async () => {
    const bytes = Buffer.from('컨테이너 🚀');
    for (let at = 1; at < bytes.length; at++) {
      write([{ ...entry('', 'P'), bytes: bytes.subarray(0, at) }, entry('between', 'F', 'stderr'), { ...entry(''), bytes: bytes.subarray(at) }]);
      expect(await texts()).toEqual(['between', '컨테이너 🚀']);
    }
  });

  it('shows bytes that are no UTF-8 as such, and goes on', async () => {
    write([{ ...entry(''), bytes: Buffer.from([0x61, 0xff, 0x62]) }, entry('next')]);
    expect(await texts()).toEqual(['a\ufffdb', 'next']);
  });

  it('gives what a process wrote without a line end, with the time at which it did', async () => {
    write([entry('whole'), entry('prompt> ', 'P'), entry('warning', 'P', 'stderr')]);
    expect(await lines()).toEqual([{ time: timeOf(0), stream: 'stdout', text: 'whole' }, { time: timeOf(1), stream: 'stdout', text: 'prompt> ' }, { time: timeOf(2), stream: 'stderr', text: 'warning' }]);
    expect(await texts({ tail: 1 })).toEqual(['warning']);
    expect(await texts({ tail: 2 })).toEqual(['prompt> ', 'warning']);
  });

  it('gives a line that its monitor could not write to its end, and passes over what is no line', async () => {
    write([entry('first'), entry('cut short')]);
    truncateSync(path, Buffer.concat([entry('first'), entry('cut short')].map(written)).length - 4);
    expect(await texts()).toEqual(['first', 'cut sh']);
    expect(await texts({ tail: 1 })).toEqual(['cut sh']);
    writeFileSync(path, Buffer.concat([written(entry('a'), 0), Buffer.from('\n\0\0\0\nnonsense\n2026-11-'), ]));
    expect(await texts()).toEqual(['a']);
    expect(await texts({ tail: 1 })).toEqual(['a']);
  });

  it('gives a line that never ends in pieces, and loses no byte of it', async () => {
    const pieces = Array.from({ length: 300 }, (_, index) => entry(String.fromCharCode(97 + (index % 26)).repeat(8192), 'P'));
    write([...pieces, entry('end')]);
    const found = await texts();
    expect(found.length).toBeGreaterThan(2);
    expect(Math.max(...found.map(({ length }) => length))).toBeLessThanOrEqual(1024 * 1024 + 8192);
    expect(found.join('')).toBe([...pieces.map(({ bytes }) => bytes.toString()), 'end'].join(''));
  });

  it('takes a line that was written byte by byte', async () => {
    write([...Array.from({ length: 20_000 }, () => entry('.', 'P')), entry('')]);
    expect((await texts()).join('')).toBe('.'.repeat(20_000));
  });

  it('gives batches of at most 100 lines, or some 64 KiB', async () => {
    write(Array.from({ length: 1050 }, (_, index) => entry(`line ${index}`)));
    const short = await batches();
    expect(short.every((batch) => batch.length > 0 && batch.length <= 100)).toBe(true);
    expect(short.flat().map(({ text }) => text)).toEqual(Array.from({ length: 1050 }, (_, index) => `line ${index}`));
    write(Array.from({ length: 50 }, () => entry('x'.repeat(10_000))));
    expect((await batches()).every((batch) => batch.length <= 7)).toBe(true);
  });

  it('gives nothing of a log that is empty or missing, also when it follows', async () => {
    const follow = { ended: () => Promise.resolve(true) };
    expect(await lines()).toEqual([]);
    expect(await lines({ follow, tail: 3 })).toEqual([]);
    writeFileSync(path, '');
    for (const query of [{}, { tail: 5 }, { follow }, { follow, tail: 5 }]) expect(await lines(query)).toEqual([]);
  });

  it('is refused where there is a folder in its place', async () => {
    await expect(lines({}, folder)).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it('ends when it is cancelled', async () => {
    write([entry('a')]);
    await expect(lines({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'OperationCancelled' });
  });
});

describe('following a log', () => {
  /** Follows the log until `end` is called; what it has given so far. */
  const following = (query: LogQuery = {}): { readonly seen: string[]; readonly end: () => Promise<readonly string[]>; readonly until: (amount: number) => Promise<void> } => {
    const seen: string[] = [];
    const over = new AbortController();
    let look: (() => void) | undefined;
    const done = (async () => {
      for await (const batch of reader.read(path, { ...query, follow: { ended: () => Promise.resolve(over.signal.aborted), wake: over.signal } })) {
        seen.push(...batch.map(({ text }) => text));
        look?.();
      }
    })();
    return {
      seen,
      until: (amount) => new Promise((resolve) => {
        look = () => { if (seen.length >= amount) resolve(); };
        look();
      }),
      end: async () => {
        over.abort();
        await done;
        return seen;
      },
    };
  };

  it('gives what is appended, and all that was written before the end was told', async () => {
    write([entry('first')]);
    const follower = following();
    await follower.until(1);
    for (let index = 1; index < 40; index++) {
      appendFileSync(path, written(entry(`line ${index}`), index));
      if (index % 10 === 0) await follower.until(index + 1);
    }
    expect(await follower.end()).toEqual(['first', ...Array.from({ length: 39 }, (_, index) => `line ${index + 1}`)]);
  });

  it('joins what is appended in parts: pieces, and entries that are half written', async () => {
    write([entry('beginning, ', 'P')]);
    const follower = following();
    const rest = Buffer.concat([written(entry('then '.repeat(20_000), 'P'), 1), written(entry('ende €'), 2), written(entry('last'), 3)]);
    for (let at = 0; at < rest.length; at += 9973) {
      appendFileSync(path, rest.subarray(at, at + 9973));
      await new Promise((resolve) => { setTimeout(resolve, 1); });
    }
    expect(await follower.end()).toEqual([`beginning, ${'then '.repeat(20_000)}ende €`, 'last']);
  });

  it('begins with the last lines, or with none', async () => {
    write([entry('a'), entry('b'), entry('c')]);
    const [two, none] = [following({ tail: 2 }), following({ tail: 0 })];
    await two.until(2);
    // Nobody can see when the one has begun that gives nothing of what is there: so more comes until it gives some.
    for (let at = 3; none.seen.length === 0; at++) {
      appendFileSync(path, written(entry(`d${at}`), at));
      await new Promise((resolve) => { setTimeout(resolve, 5); });
    }
    expect((await two.end()).slice(0, 3)).toEqual(['b', 'c', 'd3']);
    expect((await none.end()).filter((text) => !text.startsWith('d'))).toEqual([]);
  });

  it('gives what came without a line end once nothing can come any more', async () => {
    write([entry('whole'), entry('prompt> ', 'P')]);
    const follower = following();
    await follower.until(1);
    expect(follower.seen).toEqual(['whole']);
    expect(await follower.end()).toEqual(['whole', 'prompt> ']);
  });

  it('ends at once when it is cancelled while it waits', async () => {
    write([entry('a')]);
    const controller = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const batch of reader.read(path, { signal: controller.signal, follow: { ended: () => Promise.resolve(false) } })) {
        seen.push(...batch.map(({ text }) => text));
        setTimeout(() => { controller.abort('disconnected'); }, 20);
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'OperationCancelled' });
    expect(seen).toEqual(['a']);
  });

  it('may be left in the middle, which closes the file', async () => {
    write([entry('a'), entry('b')]);
    for await (const batch of reader.read(path, { follow: { ended: () => Promise.resolve(false) } })) {
      expect(batch.map(({ text }) => text)).toEqual(['a', 'b']);
      break;
    }
  });
});
