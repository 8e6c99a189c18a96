import { appendFileSync, existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogQuery } from '../../../src/core/index.ts';
import { rotateFiles } from '../../../src/log/index.ts';
import { CriLogReader } from '../../../src/store/index.ts';

describe('a log that is turned over', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'silo-rotated-'));
    path = join(folder, 'log');
  });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  const line = (text: string, tag = 'F'): string => `2026-11-22T04:00:00.000000000+00:00 stdout ${tag} ${text}\n`;
  const texts = async (query: LogQuery = {}): Promise<readonly string[]> => {
    const seen: string[] = [];
    for await (const batch of new CriLogReader().read(path, query)) seen.push(...batch.map(({ text }) => text));
    return seen;
  };

  it('is read as one, the oldest file first', async () => {
    for (let number = 0; number < 12; number += 1) {
      if (number > 0) await rotateFiles(path, 20);
      writeFileSync(path, line(`${number}`));
    }
    expect(await texts()).toEqual(Array.from({ length: 12 }, (_, number) => `${number}`));
    expect(await texts({ tail: 3 })).toEqual(['9', '10', '11']);
  });

  it('joins a line whose pieces stand in two files', async () => {
    writeFileSync(path, line('first ', 'P'));
    await rotateFiles(path, 2);
    writeFileSync(path, line('half'));
    expect(await texts()).toEqual(['first half']);
    expect(await texts({ tail: 1 })).toEqual(['first half']);
  });

  it('leaves out files that nobody has written to since', async () => {
    writeFileSync(path, line('old').replace('04:00', '03:00'));
    utimesSync(path, new Date('2026-11-22T03:00:00Z'), new Date('2026-11-22T03:00:00Z'));
    await rotateFiles(path, 2);
    writeFileSync(path, line('new'));
    expect(await texts({ since: new Date('2026-11-22T03:30:00Z') })).toEqual(['new']);
  });

  it('is read without the file that its writer has not begun yet', async () => {
    writeFileSync(path, line('one'));
    await rotateFiles(path, 2);
    expect(existsSync(path)).toBe(false);
    expect(await texts()).toEqual(['one']);
    expect(await texts({ tail: 1 })).toEqual(['one']);
  });

  it('closes the gap that a kill left, and deletes no more than it should', async () => {
    writeFileSync(`${path}.2`, line('two'));
    writeFileSync(path, line('zero'));
    await rotateFiles(path, 3);
    writeFileSync(path, line('new'));
    expect(await texts()).toEqual(['two', 'zero', 'new']);
  });

  it('gives whoever follows it every line once, wherever it is turned over', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant('write' as const) }, fc.constant('turn' as const), fc.constant('late' as const)), { maxLength: 40 }), async (steps) => {
      for (const name of ['', '.1', '.2', '.3', '.4', '.5', '.6', '.7', '.8', '.9']) rmSync(path + name, { force: true });
      writeFileSync(path, '');
      let written = 0;
      let ended = false;
      const wake = new AbortController();
      const following = texts({ follow: { ended: () => Promise.resolve(ended), wake: wake.signal } });
      for (const step of steps) {
        if (step === 'write') appendFileSync(path, line(String(written++)));
        else {
          await rotateFiles(path, 1000);
          // Its writer has the old file open until it begins the next.
          if (step === 'late') appendFileSync(`${path}.1`, line(String(written++)));
          writeFileSync(path, '');
        }
        if (written % 3 === 0) await new Promise((resolve) => { setImmediate(resolve); });
      }
      ended = true;
      wake.abort();
      expect(await following).toEqual(Array.from({ length: written }, (_, number) => String(number)));
    }), { numRuns: 60 });
  });
});
