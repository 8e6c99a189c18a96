import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SiloError } from '../../../src/base/index.ts';
import { openTarElsewhere } from '../../../src/layer/open-tar-elsewhere.ts';
import { openTar, type Tar } from '../../../src/layer/open-tar.ts';
import { pieceBytes, PieceRing } from '../../../src/layer/piece-ring.ts';

const ways: readonly { readonly where: string; readonly open: (path: string) => Promise<Tar> }[] = [
  { where: 'in this thread', open: (path) => openTar({ path, arriving: undefined }) },
  { where: 'in a thread of its own', open: (path) => Promise.resolve(openTarElsewhere(path)) },
];

describe.each(ways)('a stored layer that is unpacked $where', ({ open }) => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'silo-tar-'));
    path = join(folder, 'layer');
  });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  const readAll = async (): Promise<{ readonly content: Buffer; readonly digest: string; readonly readBytes: number }> => {
    const tar = await open(path);
    try {
      const pieces: Buffer[] = [];
      for await (const piece of tar.pieces) {
        expect(piece.length).toBeLessThanOrEqual(pieceBytes);
        pieces.push(Buffer.from(piece));
      }
      return { content: Buffer.concat(pieces), digest: await tar.digest(), readBytes: tar.readBytes() };
    } finally {
      await tar.close();
    }
  };

  it.each([{ size: 0 }, { size: 1 }, { size: pieceBytes }, { size: 9 * pieceBytes + 77 }])('comes whole and in order, with its digest ($size bytes)', async ({ size }) => {
    const tar = randomBytes(size);
    const stored = gzipSync(tar, { level: 1 });
    writeFileSync(path, stored);
    const { content, digest, readBytes } = await readAll();
    expect(content.equals(tar)).toBe(true);
    expect(digest).toBe(`sha256:${createHash('sha256').update(tar).digest('hex')}`);
    expect(readBytes).toBe(stored.length);
  });

  it('says where it is damaged, and the next one is read', async () => {
    const stored = gzipSync(randomBytes(6 * pieceBytes), { level: 1 });
    writeFileSync(path, stored.subarray(0, stored.length / 2));
    await expect(readAll()).rejects.toSatisfy((error) => error instanceof SiloError && error.code === 'ArchiveInvalid');
    writeFileSync(path, stored);
    expect((await readAll()).content.length).toBe(6 * pieceBytes);
  });

  it('may be given up in the middle', async () => {
    writeFileSync(path, gzipSync(Buffer.alloc(40 * pieceBytes)));
    const tar = await open(path);
    for await (const piece of tar.pieces) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    await tar.close();
    writeFileSync(path, gzipSync(Buffer.from('next')));
    expect((await readAll()).content.toString()).toBe('next');
  });
});

describe('the ring between two threads', () => {
  it('lets the first be a few pieces ahead only, and stops it where nobody takes more', async () => {
    const ring = new PieceRing();
    const other = new PieceRing(ring.shared);
    let put = 0;
    const putting = (async () => {
      while (await ring.put(Buffer.alloc(10, put), put)) put += 1;
    })();
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    expect(put).toBeLessThan(8);
    const pieces = other.pieces();
    expect([...(await pieces.next()).value as Buffer]).toEqual(Array.from({ length: 10 }, () => 0));
    expect([...(await pieces.next()).value as Buffer]).toEqual(Array.from({ length: 10 }, () => 1));
    other.stop();
    await putting;
    expect(put).toBeLessThan(8);
  });

  it('shows what was put before the end, and then ends', async () => {
    const ring = new PieceRing();
    await ring.put(Buffer.from('a'), 1);
    await ring.put(Buffer.from('b'), 2);
    ring.end();
    const seen: string[] = [];
    for await (const piece of new PieceRing(ring.shared).pieces()) seen.push(piece.toString());
    expect(seen).toEqual(['a', 'b']);
    expect(ring.readBytes).toBe(2);
  });
});
