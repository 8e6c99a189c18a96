import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BodyPieces } from '../../../src/registry/body-pieces.ts';
import { collect } from './scripted-registry.ts';

const mebibyte = 1024 * 1024;
const bytes = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) % 251));
const inChunks = (whole: Buffer, length: number): Buffer[] => Array.from({ length: Math.ceil(whole.length / length) }, (_, index) => whole.subarray(index * length, (index + 1) * length));
const body = (chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Readable => Readable.from(chunks, { objectMode: false, highWaterMark: 64 * 1024 });

describe('the pieces of a body', () => {
  it('are its bytes in their order, in few pieces, however the chunks fall', async () => {
    const whole = bytes(2 * mebibyte + 4321);
    for (const length of [10_007, 65_536, 700_000, 1_300_000, whole.length]) {
      const lengths: number[] = [];
      const seen: Buffer[] = [];
      for await (const piece of new BodyPieces(body(inChunks(whole, length)))) {
        lengths.push(piece.length);
        seen.push(Buffer.from(piece));
      }
      expect(Buffer.concat(seen).equals(whole)).toBe(true);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(mebibyte / 4);
    }
  });

  it('stay as they are until the next one is asked for', async () => {
    const whole = bytes(3 * mebibyte);
    const same: boolean[] = [];
    let at = 0;
    for await (const piece of new BodyPieces(body(inChunks(whole, 65_536)))) {
      await delay(3);
      same.push(whole.subarray(at, at + piece.length).equals(piece));
      at += piece.length;
    }
    expect([at, ...new Set(same)]).toEqual([whole.length, true]);
  });

  it('are taken no faster than they are used', async () => {
    let taken = 0;
    const source = function* (): Generator<Buffer> { for (let index = 0; index < 200; index += 1, taken += 65_536) yield Buffer.alloc(65_536); };
    for await (const _ of new BodyPieces(body(source()))) {
      await delay(30);
      break;
    }
    expect(taken).toBeLessThan(2 * mebibyte);
  });

  it('of a slow line come as they are', async () => {
    const source = async function* (): AsyncGenerator<Buffer> {
      for (const text of ['one', 'two', 'three']) {
        yield Buffer.from(text);
        await delay(120);
      }
    };
    const texts: string[] = [];
    for await (const piece of new BodyPieces(body(source()))) texts.push(Buffer.from(piece).toString());
    expect(texts).toEqual(['one', 'two', 'three']);
  });

  it('end with the error of the body, after what came before it', async () => {
    const source = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('before');
      await delay(1);
      throw new Error('cut');
    };
    const seen: string[] = [];
    const read = async (): Promise<void> => { for await (const piece of new BodyPieces(body(source()))) seen.push(Buffer.from(piece).toString()); };
    await expect(read()).rejects.toThrow('cut');
    expect(seen.join('')).toBe('before');
    const gone = new Readable({ read: () => undefined });
    gone.on('error', () => undefined).destroy(new Error('gone'));
    await delay(1);
    await expect(collect(new BodyPieces(gone))).rejects.toThrow('gone');
    const closed = new Readable({ read: () => undefined });
    setTimeout(() => { closed.destroy(); }, 5);
    await expect(collect(new BodyPieces(closed))).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
  });

  it('are none of an empty body', async () => {
    expect(await collect(new BodyPieces(body([])))).toEqual(Buffer.alloc(0));
  });
});
