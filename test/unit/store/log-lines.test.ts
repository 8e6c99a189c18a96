import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCriLine } from '../../../src/store/log/cri-line.ts';

const parsed = (line: string): unknown => {
  const entry = parseCriLine(Buffer.from(line));
  return entry && { ...entry, bytes: entry.bytes.toString('utf8') };
};

describe('a line of a log in CRI format', () => {
  it('is read as conmon writes it', () => {
    expect(parsed('2026-11-22T04:00:00.123456789+00:00 stdout F hello  world ')).toEqual({ time: new Date('2026-11-22T04:00:00.123Z'), stream: 'stdout', partial: false, bytes: 'hello  world ' });
    expect(parsed('2026-11-22T06:00:00+02:00 stderr P ')).toEqual({ time: new Date('2026-11-22T04:00:00Z'), stream: 'stderr', partial: true, bytes: '' });
  });

  it.each(['', ' ', 'text', '2026-11-22T04:00:00Z', '2026-11-22T04:00:00Z stdout', '2026-11-22T04:00:00Z stdout F', '2026-11-22T04:00:00Z stdin F x', '2026-11-22T04:00:00Z stdout X x', '2026-11-22T04:00:00Z stdout FF x', 'never stdout F x', ' stdout F x', '{"log":"x\\n","stream":"stdout","time":"2026-11-22T04:00:00Z"}'])('is not: %j', (line) => {
    expect(parsed(line)).toBeUndefined();
  });

  it('gives back whatever was written, byte for byte', () => {
    const times = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-01-01'), noInvalidDate: true });
    fc.assert(fc.property(times, fc.constantFrom('stdout', 'stderr'), fc.boolean(), fc.uint8Array({ maxLength: 40 }), (time, stream, partial, bytes) => {
      const entry = parseCriLine(Buffer.concat([Buffer.from(`${time.toISOString()} ${stream} ${partial ? 'P' : 'F'} `), bytes]));
      expect(entry && { ...entry, bytes: new Uint8Array(entry.bytes) }).toEqual({ time, stream, partial, bytes });
    }));
  });

  it('never makes the reader fail, whatever is in it', () => {
    const words = fc.array(fc.oneof(fc.constantFrom(' ', '2026-11-22T04:00:00Z', 'stdout', 'stderr', 'F', 'P', 'Z', '\0', '-'), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 12 }).map((parts) => Buffer.from(parts.join('')));
    fc.assert(fc.property(fc.oneof(words, fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes))), (line) => {
      const entry = parseCriLine(line);
      expect(entry === undefined || (!Number.isNaN(entry.time.getTime()) && line.subarray(line.length - entry.bytes.length).equals(entry.bytes))).toBe(true);
    }), { numRuns: 500 });
  });
});
