import { finished } from 'node:stream/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SiloError } from '../../../src/base/index.ts';
import { FrameGuard } from '../../../src/serve/rpc/frame-guard.ts';

const limitBytes = 1000;

interface Outcome { readonly passed: Buffer; readonly error: SiloError | undefined }

/** What comes out of a guard that these chunks go into, one after the other. */
const guarded = async (chunks: readonly Buffer[]): Promise<Outcome> => {
  const guard = new FrameGuard(limitBytes);
  const passed: Buffer[] = [];
  guard.on('data', (chunk: Buffer) => passed.push(chunk));
  const end = finished(guard).then(() => undefined, (error: unknown) => error as SiloError);
  for (const chunk of chunks) guard.write(chunk);
  guard.end();
  const error = await end;
  return { passed: Buffer.concat(passed), error };
};

const frame = (body: string | Uint8Array, header = (length: number): string => `Content-Length: ${length}\r\n\r\n`): Buffer =>
  Buffer.concat([Buffer.from(header(Buffer.byteLength(body))), Buffer.from(body)]);

const cut = (bytes: Buffer, places: readonly number[]): readonly Buffer[] => {
  const at = [0, ...[...places].map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
};

const headers = fc.constantFrom<(length: number) => string>(
  (length) => `Content-Length: ${length}\r\n\r\n`,
  (length) => `content-length:${length}\r\n\r\n`,
  (length) => `Content-Length: ${length}\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n`,
  (length) => `Content-Type: application/vscode-jsonrpc\r\nContent-Length: ${length}\r\n\r\n`,
  (length) => `Content-Length: 000${length}\r\n\r\n`,
);
const frames = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), headers).map(([body, header]) => frame(body, header)), { minLength: 1, maxLength: 6 });
const places = fc.array(fc.nat(), { maxLength: 30 });

describe('FrameGuard', () => {
  it('lets well-formed frames through unchanged, wherever the stream is cut', () =>
    fc.assert(fc.asyncProperty(frames, places, async (whole, at) => {
      const bytes = Buffer.concat(whole);
      expect(await guarded(cut(bytes, at))).toEqual({ passed: bytes, error: undefined });
    })));

  it('passes over a byte order mark that the stream begins with, as some clients write one', () =>
    fc.assert(fc.asyncProperty(frames, places, async (whole, at) => {
      const bytes = Buffer.concat(whole);
      expect(await guarded(cut(Buffer.concat([Buffer.from('\uFEFF'), bytes]), at))).toEqual({ passed: bytes, error: undefined });
    })));

  it('lets the frames before the first wrong byte through, and nothing after it', () =>
    fc.assert(fc.asyncProperty(frames, places, fc.constantFrom('x', '{"jsonrpc":"2.0"}', 'Content-Size: 1\r\n\r\n', '\r\n\r\n', '\0'), async (whole, at, garbage) => {
      const good = Buffer.concat(whole);
      const { passed, error } = await guarded(cut(Buffer.concat([good, Buffer.from(garbage), frame('{}')]), at));
      expect(error?.code).toBe('ProtocolViolation');
      expect(passed).toEqual(good);
    })));

  it('says that a stream was cut off which ends within a frame, and only then', () =>
    fc.assert(fc.asyncProperty(frames, fc.nat(), async (whole, place) => {
      const bytes = Buffer.concat(whole);
      const end = place % (bytes.length + 1);
      const ends = whole.reduce<number[]>((sums, one) => [...sums, (sums.at(-1) ?? 0) + one.length], [0]);
      const { passed, error } = await guarded([bytes.subarray(0, end)]);
      expect(error?.args['reason']).toBe(ends.includes(end) ? undefined : 'the input ended in the middle of a frame');
      expect(bytes.subarray(0, passed.length)).toEqual(passed);
    })));

  it.each([
    ['garbage', 'hello\n'],
    ['JSON without a header', '{"jsonrpc":"2.0","id":1,"method":"initialize"}\n'],
    ['a shell that greets', '\x1b[?2004h$ '],
    ['UTF-16', 'C\0o\0n\0t\0'],
    ['two byte order marks', '\uFEFF\uFEFFContent-Length: 2\r\n\r\n{}'],
    ['half a byte order mark', 'Content-Length: 2'.replace('C', '\u00ef')],
    ['lines ended by LF alone', 'Content-Length: 2\n\n{}\r\n\r\n'],
    ['a header that is none', 'Content-Length 2\r\n\r\n{}'],
    ['another header', 'Content-Length: 2\r\nX-More: 1\r\n\r\n{}'],
    ['a negative length', 'Content-Length: -1\r\n\r\n'],
    ['a length of zero', 'Content-Length: 0\r\n\r\n'],
    ['a length that is no number', 'Content-Length: two\r\n\r\n{}'],
    ['a broken length', 'Content-Length: 2.5\r\n\r\n{}'],
    ['a hexadecimal length', 'Content-Length: 0x2\r\n\r\n{}'],
    ['a length in two numbers', 'Content-Length: 2 2\r\n\r\n{}'],
    ['a length given twice', 'Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}'],
    ['two different lengths', 'Content-Length: 2\r\ncontent-length: 3\r\n\r\n{}'],
    ['no length', 'Content-Type: application/json\r\n\r\n{}'],
    ['an empty length', 'Content-Length: \r\n\r\n{}'],
    ['an endless header', `Content-Type: ${'x'.repeat(5000)}`],
    ['a long header that ends', `Content-Type: ${'x'.repeat(5000)}\r\nContent-Length: 2\r\n\r\n{}`],
  ])('refuses %s', async (_, text) => {
    const { passed, error } = await guarded([Buffer.from(text)]);
    expect(error?.code).toBe('ProtocolViolation');
    expect(passed.length).toBe(0);
  });

  it('refuses garbage at its first bytes, without waiting for more', async () => {
    const guard = new FrameGuard(limitBytes);
    const error = new Promise<SiloError>((resolve) => { guard.once('error', (found) => { resolve(found as SiloError); }); });
    guard.write('PS>');
    expect((await error).code).toBe('ProtocolViolation');
  });

  it('refuses a frame above the limit by its header alone, and takes one of just that size', async () => {
    expect((await guarded([frame('x'.repeat(limitBytes))])).error).toBeUndefined();
    const { passed, error } = await guarded([Buffer.from(`Content-Length: ${limitBytes + 1}\r\n\r\n`)]);
    expect(error).toMatchObject({ code: 'FrameTooLarge', args: { sizeBytes: limitBytes + 1, limitBytes } });
    expect(passed.length).toBe(0);
  });
});
