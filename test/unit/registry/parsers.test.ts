import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBoundedJson } from '../../../src/registry/bounded-json.ts';
import { parseChallenges } from '../../../src/registry/challenge.ts';
import { nextLink } from '../../../src/registry/link-header.ts';
import { parseRetryAfter } from '../../../src/registry/retry-after.ts';
import { lifetimeMs } from '../../../src/registry/token-service.ts';

const shown = (...headers: string[]): unknown => parseChallenges(headers).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

describe('a challenge', () => {
  it.each([
    ['Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull,push"', [['bearer', { realm: 'https://auth.example/token', service: 'registry', scope: 'repository:a/b:pull,push' }]]],
    ['Basic realm="a, b = \\"c\\""', [['basic', { realm: 'a, b = "c"' }]]],
    ['Negotiate, Basic realm=x , Bearer realm = "y"', [['negotiate', {}], ['basic', { realm: 'x' }], ['bearer', { realm: 'y' }]]],
    ['Negotiate oRQwEqADCgEB==, Basic realm=x', [['negotiate', {}], ['basic', { realm: 'x' }]]],
    ['BEARER REALM="a",realm="b"', [['bearer', { realm: 'a' }]]],
    [', ,Basic', [['basic', {}]]],
    ['Bearer realm="never closed', [['bearer', {}]]],
    ['', []],
    ['"', []],
  ])('%s', (header, expected) => {
    expect(shown(header)).toEqual(expected);
  });

  it('comes in several headers', () => {
    expect(shown('Basic realm=a', 'Bearer realm=b')).toEqual([['basic', { realm: 'a' }], ['bearer', { realm: 'b' }]]);
  });

  it('is not looked for in 10 KB of header', () => {
    expect(shown(`Basic realm="${'x'.repeat(10_000)}"`)).toEqual([]);
  });

  it('is read back from whatever was written, and nothing makes the reader throw', () => {
    const challenge = fc.record({ scheme: token, parameters: fc.uniqueArray(fc.tuple(token.map((name) => name.toLowerCase()), fc.string({ maxLength: 20 })), { selector: ([name]) => name, minLength: 1, maxLength: 4 }) });
    fc.assert(fc.property(fc.array(challenge, { minLength: 1, maxLength: 4 }), (challenges) => {
      const header = challenges.map(({ scheme, parameters }) => `${scheme} ${parameters.map(([name, value]) => `${name}=${quote(value)}`).join(', ')}`).join(', ');
      expect(parseChallenges([header]).map(({ scheme, parameters }) => ({ scheme, parameters: [...parameters] }))).toEqual(challenges.map(({ scheme, parameters }) => ({ scheme: scheme.toLowerCase(), parameters })));
    }));
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[A-Za-z0-9=,"\\ ]*$/)), (headers) => { parseChallenges(headers); }));
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), (headers) => { parseChallenges(headers); }));
  });
});

describe('a Link header', () => {
  it.each([
    ['</v2/a/tags/list?last=x&n=2>; rel="next"', '/v2/a/tags/list?last=x&n=2'],
    ['<a>; rel=prev, <b;c>; title="x, y"; rel="last next"', 'b;c'],
    ['<a>;REL=NEXT', 'a'],
    ['<a>; rel="nextish"', undefined],
    ['a; rel=next', undefined],
    [undefined, undefined],
  ])('%s leads to %s', (header, expected) => {
    expect(nextLink(header)).toBe(expected);
  });

  it('is read back from whatever address was written, and nothing makes the reader throw or linger', () => {
    fc.assert(fc.property(fc.webPath(), fc.array(token, { maxLength: 3 }), (path, titles) => {
      expect(nextLink(`<first>; rel=first, <${path}>${titles.map((title) => `; title=${quote(title)}`).join('')}; rel="next"`)).toBe(path);
    }));
    fc.assert(fc.property(fc.stringMatching(/^[<>;,="rel next\\]*$/), (header) => { nextLink(header); }));
    const began = performance.now();
    for (const hard of [' '.repeat(16_000), `<a>${'; x'.repeat(5000)}!`, `<a>;x=${'"\\'.repeat(7000)}`, '<'.repeat(16_000), ', '.repeat(8000)]) nextLink(hard);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-05T10:00:00Z');
  it.each([
    ['7', 7000],
    [' 0 ', 0],
    ['Thu, 05 Nov 2026 10:00:30 GMT', 30_000],
    ['Thu, 05 Nov 2026 09:00:00 GMT', 0],
    ['9'.repeat(400), Number.POSITIVE_INFINITY],
    ['-1', undefined],
    ['1.5', undefined],
    ['Thu, 99 Nov 2026 10:00:30 GMT', undefined],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s milliseconds', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });

  it('is never negative and never NaN, whatever is said', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.date({ noInvalidDate: true }).map((date) => date.toUTCString())), (header) => {
      expect(parseRetryAfter(header, now) ?? 0).toBeGreaterThanOrEqual(0);
    }));
  });
});

describe('the life of a token', () => {
  it.each([[300, 290], [undefined, 50], [-5, 50], [1e300, 86_390], ['300', 50], [Number.NaN, 50], [null, 50]])('that says %s seconds is %s seconds', (said, seconds) => {
    expect(lifetimeMs(said)).toBe(seconds * 1000);
  });
});

describe('JSON of strangers', () => {
  it('is read up to 64 levels deep, and brackets in texts are no levels', () => {
    const nested = (levels: number): Uint8Array => Buffer.from(`${'['.repeat(levels)}"[[\\"[["${']'.repeat(levels)}`);
    expect(parseBoundedJson(nested(64))).toBeTruthy();
    expect(() => parseBoundedJson(nested(65))).toThrow('nested deeper than 64 levels');
    expect(() => parseBoundedJson(Buffer.from('['.repeat(1_000_000)))).toThrow('nested deeper');
  });

  it('is not quoted when it cannot be read', () => {
    expect(() => parseBoundedJson(Buffer.from('{"token":"hunter22'))).toThrow(/^not JSON$/);
    expect(() => parseBoundedJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(/^not UTF-8$/);
  });

  it('is what JSON.parse makes of it', () => {
    fc.assert(fc.property(fc.json(), (text) => { expect(parseBoundedJson(Buffer.from(text))).toEqual(JSON.parse(text)); }));
  });
});
