import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMessage, type Encoding } from '../../../src/serve/rpc/encode.ts';

const plain: Encoding = { escapeDateLikeText: false, timeFields: new Set(['time']) };
const escaping: Encoding = { ...plain, escapeDateLikeText: true };
const mark = '\u0001';

/** What a client does that asked for the escape. */
const unescape = (value: unknown): unknown => {
  if (typeof value === 'string') return value.startsWith(mark) ? value.slice(1) : value;
  if (Array.isArray(value)) return value.map(unescape);
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, field]) => [key, unescape(field)])) : value;
};

const textsIn = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []);

const wellFormed = (value: unknown): unknown => JSON.parse(JSON.stringify(value), (_, field: unknown) => (typeof field === 'string' ? field.toWellFormed() : field));

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  // Halves of pairs, in any order.
  fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 6 }).map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom('2026-11-22T04:00:00Z', '/Date(1)/', mark, `${mark}2026-11-22T`, '\\ud83d', '\\\ud83d', '2026-11-22', ' 2026-11-22T04:00:00Z'),
);
const messages = fc.record({ id: fc.integer(), text: anyText, list: fc.array(anyText, { maxLength: 4 }), deep: fc.record({ value: anyText, flag: fc.boolean() }) });

describe('encodeMessage', () => {
  it('writes JSON that has no half of a surrogate pair, whatever the text', () => {
    fc.assert(fc.property(messages, (message) => {
      const text = encodeMessage(message, plain);
      expect(text.isWellFormed()).toBe(true);
      expect(JSON.parse(text)).toEqual(wellFormed(message));
    }));
  });

  it.each([['\ud83d', '\ufffd'], ['a\udc00b', 'a\ufffdb'], ['\ud83d\ude00', '\ud83d\ude00'], ['\ude00\ud83d', '\ufffd\ufffd'], ['\\ud83d', '\\ud83d'], ['\ud83d\\', '\ufffd\\']])('writes %j as %j', (text, written) => {
    expect(JSON.parse(encodeMessage({ text }, plain))).toEqual({ text: written });
  });

  it('marks all that looks like a date, so that no parser makes one of it, and the client has its text back', () => {
    fc.assert(fc.property(messages, (message) => {
      const parsed: unknown = JSON.parse(encodeMessage(message, escaping));
      expect(unescape(parsed)).toEqual(wellFormed(message));
      expect(textsIn(parsed).filter((text) => /^(\/Date\(|\d{4}-\d\d-\d\dT)/.test(text))).toEqual([]);
    }));
  });

  it('leaves the fields alone that are times', () => {
    const line = { time: '2026-11-22T04:00:00Z', text: '2026-11-22T04:00:00Z' };
    expect(JSON.parse(encodeMessage({ items: [line] }, escaping))).toEqual({ items: [{ time: line.time, text: `${mark}${line.text}` }] });
  });

  it('marks nothing for a client that did not ask', () => {
    expect(encodeMessage({ text: '2026-11-22T04:00:00Z' }, plain)).toBe('{"text":"2026-11-22T04:00:00Z"}');
  });
});
