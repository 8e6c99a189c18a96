import fc from 'fast-check';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SiloError } from '../../../src/base/index.ts';
import { layerComponents } from '../../../src/layer/byte-path.ts';
import type { TarEntry } from '../../../src/layer/tar-header.ts';
import { SparseLayout } from '../../../src/layer/sparse-layout.ts';
import { TarReader } from '../../../src/layer/tar-reader.ts';
import { OverlayLayers } from '../../fixtures/overlay-layers.ts';
import { mountSmallDisk } from '../../fixtures/small-disk.ts';
import { buildEntry, buildTar, padded, paxRecord, tarHeader, withChecksum, type BuiltEntry } from '../../fixtures/tar-builder.ts';
import { skipReason, temporaryFolders, whyNoMounts } from '../../fixtures/temporary-folder.ts';

const folders = temporaryFolders();

interface Read { readonly entry: TarEntry; readonly content: Buffer }

const readAll = (bytes: Buffer, pieceBytes = bytes.length || 1): Read[] => {
  const read: { entry: TarEntry; content: Buffer }[] = [];
  const reader = new TarReader({
    entry: (entry) => { read.push({ entry, content: Buffer.alloc(0) }); },
    data: (piece) => {
      const last = read.at(-1);
      if (last !== undefined) last.content = Buffer.concat([last.content, piece]);
    },
    end: () => undefined,
  });
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.push(bytes.subarray(at, at + pieceBytes));
  reader.finish();
  return read;
};

const names = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/', '..', '한', '\xe9', ' ', 'wh'), minLength: 1, maxLength: 80 });
const entries = fc.record({
  name: names,
  flag: fc.constantFrom('0', '0', '5', '2', '1', '6', '3'),
  content: fc.uint8Array({ maxLength: 1500 }),
  link: names,
  uid: fc.nat(65535),
  mode: fc.nat(0o7777),
  mtime: fc.nat(2_000_000_000),
});

/** Only the errors of the contract; anything else would be a defect. */
const expectContract = (error: unknown): void => {
  expect(error).toBeInstanceOf(SiloError);
  expect(['ArchiveInvalid', 'LayerEntryUnsupported', 'ArchiveTooLarge', 'ArchivePathUnsafe']).toContain((error as SiloError).code);
};

describe('the reader of tar archives', () => {
  it('gives the same entries however the bytes are cut', () => {
    fc.assert(fc.property(fc.array(entries, { maxLength: 6 }), fc.integer({ min: 1, max: 2000 }), (list, pieceBytes) => {
      const bytes = buildTar(...list.map((entry) => ({ ...entry, content: entry.flag === '0' ? entry.content : Buffer.alloc(0) })));
      expect(readAll(bytes, pieceBytes)).toEqual(readAll(bytes));
    }), { numRuns: 100 });
  });

  it('gives what was put in', () => {
    fc.assert(fc.property(entries, (entry) => {
      const name = Buffer.from(entry.name).toString('latin1').replace(/\/+$/, '') || 'x';
      const [read] = readAll(buildTar({ ...entry, name, flag: '0' }));
      expect(read?.entry).toMatchObject({ name, type: 'file', uid: entry.uid, mode: entry.mode, mtime: entry.mtime });
      expect(read?.content.equals(entry.content)).toBe(true);
    }));
  });

  it('puts the pieces of a sparse file at the same places, however the archive tells of them', () => {
    const sparse = fc.record({ parts: fc.array(fc.tuple(fc.nat(700), fc.uint8Array({ maxLength: 900 })), { maxLength: 8 }), tail: fc.nat(600), cut: fc.integer({ min: 1, max: 1500 }) });
    fc.assert(fc.property(sparse, ({ parts, tail, cut }) => {
      const segments: [number, Uint8Array][] = [];
      let size = 0;
      for (const [gap, bytes] of parts) {
        segments.push([size + gap, bytes]);
        size += gap + bytes.length;
      }
      size += tail;
      const whole = Buffer.alloc(size);
      for (const [offset, bytes] of segments) whole.set(bytes, offset);
      const data = Buffer.concat(segments.map(([, bytes]) => bytes));
      const pairs = segments.map(([offset, bytes]): [number, number] => [offset, bytes.length]);
      const records = Buffer.concat([paxRecord('GNU.sparse.size', `${size}`), paxRecord('GNU.sparse.numblocks', `${pairs.length}`), ...pairs.flatMap(([offset, length]) => [paxRecord('GNU.sparse.offset', `${offset}`), paxRecord('GNU.sparse.numbytes', `${length}`)])]);
      const forms = [
        [tarHeader({ name: 'p', flag: 'x' }, records.length), padded(records), buildEntry({ name: 's', content: data })],
        [buildEntry({ name: 'GNUSparseFile.1/s', content: data, pax: { 'GNU.sparse.size': `${size}`, 'GNU.sparse.numblocks': `${pairs.length}`, 'GNU.sparse.name': 's', 'GNU.sparse.map': pairs.join(',') } })],
        [buildEntry({ name: 'GNUSparseFile.1/s', content: Buffer.concat([padded(Buffer.from([pairs.length, ...pairs.flat()].map((value) => `${value}\n`).join(''))), data]), pax: { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 's', 'GNU.sparse.realsize': `${size}` } })],
      ];
      for (const form of forms) {
        const [read] = readAll(buildTar(...form), cut);
        expect(read?.entry.name).toBe('s');
        const made = Buffer.alloc(size);
        const layout = new SparseLayout(read?.entry.sparse ?? { realSizeBytes: -1, segments: [] }, (piece, position) => { piece.copy(made, position); });
        for (let at = 0; at < (read?.content.length ?? 0); at += cut) layout.push(read?.content.subarray(at, at + cut) ?? Buffer.alloc(0));
        layout.finish();
        expect([layout.realSizeBytes, made.equals(whole)]).toEqual([size, true]);
      }
    }), { numRuns: 200 });
  });

  it('answers any sparse map in a header with an error of its contract, or with a file that holds it', () => {
    const texts = fc.oneof(fc.nat(2000).map(String), fc.string({ unit: fc.constantFrom('0', '1', '9', ',', '-', '.', ' ', 'x'), maxLength: 24 }));
    const keys = fc.constantFrom('size', 'realsize', 'numblocks', 'offset', 'numbytes', 'map', 'major', 'minor', 'name');
    fc.assert(fc.property(fc.array(fc.tuple(keys, texts), { maxLength: 8 }), fc.uint8Array({ maxLength: 700 }), (list, content) => {
      const records = Buffer.concat(list.map(([key, value]) => paxRecord(`GNU.sparse.${key}`, value)));
      try {
        const [read] = readAll(buildTar(tarHeader({ name: 'p', flag: 'x' }, records.length), padded(records), { name: 's', content }));
        if (read?.entry.sparse === undefined) return;
        const layout = new SparseLayout(read.entry.sparse, (piece, position) => { expect(position + piece.length).toBeLessThanOrEqual(layout.realSizeBytes); });
        layout.push(read.content);
        layout.finish();
      } catch (error) {
        if (!(error instanceof SiloError)) throw error;
        expectContract(error);
      }
    }), { numRuns: 1000 });
  });

  it('answers changed bytes with entries or with an error of its contract', () => {
    const sound = buildTar({ name: 'a', content: 'x'.repeat(700), pax: { path: 'b', mtime: '1.5', 'SCHILY.xattr.user.x': 'y' } }, { name: 'n'.repeat(150), flag: '2', link: 'l'.repeat(150) }, { name: 'd/', flag: '5' });
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), fc.boolean(), fc.nat(sound.length), (changes, mend, length) => {
      const bytes = Buffer.from(sound);
      for (const [at, value] of changes) bytes[at] = value;
      // With a right checksum the rest of the header is looked at too.
      if (mend) for (let at = 0; at + 512 <= bytes.length; at += 512) if (bytes.toString('latin1', at + 257, at + 262) === 'ustar') withChecksum(bytes.subarray(at, at + 512));
      try {
        readAll(bytes.subarray(0, length));
      } catch (error) {
        expectContract(error);
      }
    }), { numRuns: 2000 });
  });

  it('reads numbers in base 256, and owners and sizes beyond octal', () => {
    const block = tarHeader({ name: 'a', flag: '5' }, 0);
    block.fill(0, 108, 116);
    block[108] = 0x80;
    block.writeUInt32BE(4_000_000_000, 112);
    block.fill(0xff, 136, 148);
    block.writeInt32BE(-86_400, 144);
    const [read] = readAll(Buffer.concat([withChecksum(block), Buffer.alloc(1024)]));
    expect([read?.entry.uid, read?.entry.mtime]).toEqual([4_000_000_000, -86_400]);
    block[124] = 0xff;
    expect(() => readAll(withChecksum(block))).toThrow(SiloError);
  });

  it('takes a checksum of signed bytes, as old archivers made it', () => {
    const block = tarHeader({ name: '\xe9\xe9\xe9' }, 0);
    const unsigned = Number.parseInt(block.toString('latin1', 148, 154), 8);
    block.write(`${(unsigned - 3 * 256).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect(readAll(Buffer.concat([block, Buffer.alloc(1024)]))).toHaveLength(1);
  });

  it('passes over global headers, and does not mix the headers of one entry into the next', () => {
    const global = Buffer.concat([tarHeader({ name: 'g', flag: 'g' }, 20), Buffer.alloc(512, '20 comment=0123456\n\n')]);
    const read = readAll(buildTar(global, { name: 'first', pax: { path: 'renamed' } }, { name: 'second' }, { name: 'l'.repeat(120) }, { name: 'third' }));
    expect(read.map(({ entry }) => entry.name)).toEqual(['renamed', 'second', 'l'.repeat(120), 'third']);
  });

  it('ends at the end mark, and refuses what goes on after one block of zeros', () => {
    expect(readAll(Buffer.concat([buildTar({ name: 'a' }), Buffer.alloc(300, 'z')]))).toHaveLength(1);
    expect(() => readAll(Buffer.concat([buildEntry({ name: 'a' }), Buffer.alloc(512), buildEntry({ name: 'b' })]))).toThrow(SiloError);
    expect(() => readAll(buildEntry({ name: 'a', pax: { path: 'b' } }).subarray(0, 1024))).toThrow(SiloError);
  });
});

describe('the names in a layer', () => {
  it('never lead above its root', () => {
    fc.assert(fc.property(names, (name) => {
      let parts: string[];
      try {
        parts = layerComponents(name);
      } catch (error) {
        expectContract(error);
        // Refused only where a walk along the name really goes above the root.
        let depth = 0;
        let lowest = 0;
        for (const part of name.split('/')) {
          if (part === '..') depth -= 1;
          else if (part !== '' && part !== '.') depth += 1;
          lowest = Math.min(lowest, depth);
        }
        expect(lowest).toBeLessThan(0);
        return;
      }
      for (const part of parts) expect(['', '.', '..'].includes(part) || part.includes('/')).toBe(false);
    }), { numRuns: 3000 });
  });

  it.skipIf(skipReason('fuzzing of layers on the disk', whyNoMounts()))('never reach what lies beside the layer, whatever links and entries are mixed', async () => {
    const folder = mountSmallDisk(join(folders.make(), 'disk'), 100_000_000);
    folders.mounts.push(folder);
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret'), 'secret');
    const parts = fc.constantFrom('a', 'b', 'c', '..', '.', 'secret', 'outside', '.wh.a', '.wh.b', '.wh..wh..opq', '.wh...');
    const path = fc.tuple(fc.constantFrom('', '/', `${outside}/`, '../../../outside/'), fc.array(parts, { minLength: 1, maxLength: 4 })).map(([start, list]) => start + list.join('/'));
    const entry: fc.Arbitrary<BuiltEntry> = fc.record({ name: path, flag: fc.constantFrom('0', '1', '2', '2', '5', '6'), link: path, content: fc.constant('') , mode: fc.constantFrom(0o644, 0o4777), uid: fc.nat(3) });
    const state = (): string => JSON.stringify([readdirSync(folder).filter((name) => !/^(?:\d+\.tar|snapshots)$/.test(name)), readdirSync(outside), readFileSync(join(outside, 'secret'), 'utf8'), [outside, join(outside, 'secret')].map((name) => { const { mode, uid, nlink, mtimeMs } = lstatSync(name); return { mode, uid, nlink, mtimeMs }; })]);
    const before = state();
    const layers = new OverlayLayers(folder);
    let applied = 0;
    await fc.assert(fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 4 }), fc.array(entry, { minLength: 1, maxLength: 8 }), async (lower, upper) => {
      for (const [number, list] of [[1, lower], [2, upper]] as const) {
        try {
          await layers.apply(number, number === 2 ? [1] : [], ...list);
          applied += 1;
        } catch (error) {
          expectContract(error);
          break;
        }
      }
      expect(state()).toBe(before);
    }), { numRuns: 600 });
    // Most are refused; where all were, nothing would have been tried.
    expect(applied).toBeGreaterThan(20);
  }, 60_000);
});
