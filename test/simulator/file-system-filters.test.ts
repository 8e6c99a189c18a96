import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FilterManager, FilterSearchFailure, parseFilters, type LoadedFilter } from '../../native/fltlib.ts';
import { MissingFunction } from '../../native/dynamic-library.ts';
import { foreignFilters } from '../../src/base/index.ts';
import { buildHcsSimulator, simulatorBuildTimeout, startSimulator, whyNoSimulator, type RunningSimulator, type SimulatorFiles } from '../fixtures/hcs-simulator.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

describe.skipIf(skipReason('The bindings of fltlib.dll', whyNoSimulator('linux')))('file-system filters', () => {
  let files: SimulatorFiles;
  let simulator: RunningSimulator;
  beforeAll(async () => {
    files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
    Object.assign(process.env, simulator.environment);
  }, simulatorBuildTimeout);
  afterAll(async () => { await simulator?.stop(); });
  const read = (text?: string): readonly LoadedFilter[] => {
    const path = join(simulator.root, 'filters.txt');
    if (text === undefined) rmSync(path, { force: true });
    else writeFileSync(path, text);
    return new FilterManager(files.libraries['fltlib.dll']).filters();
  };

  it('are read from the top, minifilters and legacy ones', () => {
    expect(read('minifilter cbfs6 384700 3\nlegacy oldscan 0\nminifilter wcifs 189900.5 1\n')).toEqual([{ name: 'cbfs6', altitude: '384700' }, { name: 'oldscan', altitude: '0' }, { name: 'wcifs', altitude: '189900.5' }]);
  });

  it('may be none, and may be many with long names', () => {
    expect(read('')).toEqual([]);
    const names = Array.from({ length: 200 }, (_, index) => `${'x'.repeat(100)}${index}`);
    expect(read(names.map((name) => `minifilter ${name} ${'3'.repeat(120)} 1\n`).join('')).map(({ name }) => name)).toEqual(names);
  });

  it('of Windows alone are not foreign', () => {
    expect(read().map(({ name }) => name)).toEqual(['WdFilter', 'wcifs', 'FileInfo']);
    expect(foreignFilters(read())).toEqual([]);
  });

  it('cannot be asked for where the library is not there', () => {
    expect(() => new FilterManager(join(simulator.root, 'fltlib.dll')).filters()).toThrow(MissingFunction);
    expect(new FilterSearchFailure(0x80070005).message).toContain('0x80070005');
  });
});

describe('filters that do not come with Windows', () => {
  it.each([['384700', 'Activity Monitor, 384700'], ['328010', 'Anti-Virus, 328010'], ['329999.7', 'Anti-Virus, 329999.7'], ['285000', 'Continuous Backup, 285000'], ['100000', 'Open File, 100000'], ['141100', 'Encryption, 141100'], ['330000', '330000'], ['', 'no altitude'], ['x', 'x']])('at the altitude %s are (%s)', (altitude, about) => {
    expect(foreignFilters([{ name: 'other', altitude }])).toEqual([`other (${about})`]);
  });

  it('are told from those of Windows in any case of letters', () => {
    expect(foreignFilters(['WCIFS', 'bindflt', 'Wof', 'CldFlt', 'luafv', 'storqosflt', 'npsvctrig', 'FileInfo', 'WdFilter', 'wcnfs', 'wcifs2'].map((name) => ({ name, altitude: '1' })))).toEqual(['wcifs2 (1)']);
  });
});

describe('a buffer of filters', () => {
  const entry = (name: string, altitude: string, { next = 0, legacy = false } = {}): Buffer => {
    const head = legacy ? 20 : 28;
    const [one, two] = [Buffer.from(name, 'utf16le'), Buffer.from(altitude, 'utf16le')];
    const bytes = Buffer.concat([Buffer.alloc(head), one, two]);
    bytes.writeUInt32LE(next, 0);
    bytes.writeUInt32LE(legacy ? 2 : 1, 4);
    for (const [index, value] of [one.length, head, two.length, head + one.length].entries()) bytes.writeUInt16LE(value, (legacy ? 12 : 20) + 2 * index);
    return bytes;
  };

  it('may hold several, one behind the other', () => {
    const first = entry('a', '1', { next: 64 });
    expect(parseFilters(Buffer.concat([first, Buffer.alloc(64 - first.length), entry('legacy', '2', { legacy: true })]))).toEqual([{ name: 'a', altitude: '1' }, { name: 'legacy', altitude: '2' }]);
  });

  it.each([['empty', Buffer.alloc(0)], ['too short', Buffer.alloc(7)], ['of zeros', Buffer.alloc(64)], ['whose text lies outside', entry('abc', '1').subarray(0, 30)]])('that is %s has none', (_, bytes) => {
    expect(parseFilters(bytes)).toEqual([]);
  });

  it('is read to an end, whatever is in it', () => {
    let state = 1;
    const random = (below: number): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % below;
    const whole = Buffer.concat([entry('one', '320000', { next: 44 }), Buffer.alloc(2), entry('two', '40500', { legacy: true })]);
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Buffer.from(whole.subarray(0, random(whole.length + 1)));
      for (let changes = random(6); changes > 0 && bytes.length > 0; changes -= 1) bytes[random(bytes.length)] = random(256);
      for (const { name, altitude } of parseFilters(bytes)) expect(name.length + altitude.length).toBeLessThanOrEqual(bytes.length);
    }
  });
});
