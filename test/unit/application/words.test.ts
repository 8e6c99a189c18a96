import { describe, expect, it } from 'vitest';
import { configHash, dependencyWaves, planReplicas } from '../../../src/application/index.ts';
import { readEnvironmentFile } from '../../../src/application/environment-file.ts';
import { InterpolationError, interpolate } from '../../../src/application/interpolate.ts';
import { shellWords } from '../../../src/application/shell-words.ts';
import { splitVolume } from '../../../src/application/split-volume.ts';
import { readByteCount, readDuration, readFlag } from '../../../src/application/values.ts';

const variables = (table: Readonly<Record<string, string>>) => (name: string): string | undefined => table[name];

describe('variables in a text', () => {
  const lookup = variables({ A: 'a', EMPTY: '' });
  it.each([
    ['$A and ${A}', 'a and a'], ['$$A', '$A'], ['${NONE:-d}', 'd'], ['${EMPTY:-d}', 'd'], ['${EMPTY-d}', ''], ['${NONE-d}', 'd'], ['${A:+r}', 'r'], ['${EMPTY:+r}', ''], ['${EMPTY+r}', 'r'],
    ['${NONE:-${A}b${NONE-c}}', 'abc'], ['${NONE:-a:b}', 'a:b'], ['no', 'no'], ['', ''],
  ])('%s is %s', (text, expected) => { expect(interpolate(text, lookup)).toBe(expected); });
  it.each(['$', '${A', '${1}', '${A:x}', '${NONE?}', '$1'])('%s is refused', (text) => { expect(() => interpolate(text, lookup)).toThrow(InterpolationError); });
  it('stops at defaults that stand too deep in each other', () => { expect(() => interpolate(`${'${N:-'.repeat(100)}x${'}'.repeat(100)}`, lookup)).toThrow(/too deep/); });
});

describe('a file of variables', () => {
  it('has comments, quotes, export, lines of several lines, and variables of earlier lines', () => {
    const text = "# c\nexport A=1\nB = two words # c\nC='$A # literal'\nD=\"${A}\\n2\"\nE=\"x\ny\"\nF=\nOUTER\nG=#none\nH=a#b\n";
    expect(Object.fromEntries(readEnvironmentFile(text, variables({ OUTER: 'o' })))).toEqual({ A: '1', B: 'two words', C: '$A # literal', D: '1\n2', E: 'x\ny', F: '', OUTER: 'o', G: '', H: 'a#b' });
  });
  it.each([['1A=2', /line 1/], ['A=1\nB="x', /line 2: the quote is never closed/], ['A=${', /line 1/]])('%j is refused with its line', (text, message) => { expect(() => readEnvironmentFile(text, variables({}))).toThrow(message); });
});

describe('the forms of values', () => {
  it('are split, counted and measured as the specification says', () => {
    expect(shellWords(`a 'b c' "d\\"e" f\\ g ''`)).toEqual(['a', 'b c', 'd"e', 'f g', '']);
    expect(shellWords('a "b')).toBeUndefined();
    expect(['v:/v', 'v:/v:ro', 'c:/a:/b:ro', 'C:\\a:C:\\b', 'c:/a:c:/b', './a:/b'].map(splitVolume)).toEqual([['v', '/v'], ['v', '/v', 'ro'], ['c:/a', '/b', 'ro'], ['C:\\a', 'C:\\b'], ['c:/a', 'c:/b'], ['./a', '/b']]);
    expect([readDuration('1h2m3.5s'), readDuration('0'), readDuration('5'), readDuration('')]).toEqual([3723.5, 0, undefined, undefined]);
    expect([readByteCount('2k'), readByteCount('1.5gb'), readByteCount('3MiB'), readByteCount(7), readByteCount('x')]).toEqual([2048, 1.5 * 1024 ** 3, 3 * 1024 ** 2, 7, undefined]);
    expect([readFlag('yes'), readFlag('off'), readFlag(true), readFlag('perhaps')]).toEqual([true, false, true, undefined]);
  });
});

describe('what services wait for', () => {
  it('goes in waves, or is a ring by its names', () => {
    expect(dependencyWaves(new Map([['web', ['db', 'cache']], ['db', []], ['cache', ['gone']]]))).toEqual({ waves: [['db', 'cache'], ['web']] });
    expect(dependencyWaves(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]]))).toEqual({ ring: ['b', 'c', 'b'] });
  });
});

describe('a plan', () => {
  const wanted = (replica: number, hash = 'h') => ({ service: 'web', replica, name: `app-web-${replica}`, hash });
  const there = (replica: number, hash = 'h', service = 'web') => ({ ...wanted(replica, hash), service, name: `app-${service}-${replica}`, id: `${service}${replica}${hash}` });
  const steps = (...args: Parameters<typeof planReplicas>): readonly string[] => planReplicas(...args).map(({ action, name }) => `${action} ${name}`);

  it('changes only what differs', () => {
    expect(steps([wanted(1), wanted(2), wanted(3)], [there(1), there(2, 'old')], new Set(['web']))).toEqual(['Keep app-web-1', 'Recreate app-web-2', 'Create app-web-3']);
  });
  it('removes replicas that are too many, and tells orphans from services whose profile is off', () => {
    expect(steps([wanted(1)], [there(1), there(2), there(1, 'h', 'old'), there(1, 'h', 'debug')], new Set(['web', 'debug']))).toEqual(['Keep app-web-1', 'Remove app-web-2', 'Orphan app-old-1']);
  });
  it('keeps one of two containers that are the same replica', () => {
    expect(steps([wanted(1)], [there(1, 'old'), there(1)], new Set(['web']))).toEqual(['Keep app-web-1', 'Remove app-web-1']);
  });
});

describe('the hash of a configuration', () => {
  it('knows no order of keys, and nothing that is undefined', () => {
    expect(configHash({ a: 1, b: { c: [1, 2], d: undefined } })).toBe(configHash({ b: { c: [1, 2] }, a: 1 }));
    expect(configHash({ a: [1, 2] })).not.toBe(configHash({ a: [2, 1] }));
  });
});
