import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/base/index.ts';
import type { LayerSource, Snapshotter } from '../../src/core/index.ts';
import { expectError } from '../fixtures/expect-error.ts';
import { buildTar, type BuiltEntry } from '../fixtures/tar-builder.ts';

export interface SnapshotterFixture {
  readonly snapshotter: Snapshotter;
  /** The same snapshots as another engine sees them. */
  readonly another: Snapshotter;
  /** A folder for archives and mount points. */
  readonly folder: string;
  dispose(): Promise<void>;
}

/** What differs between technologies by their nature. */
export interface SnapshotterTraits {
  /** The container's root within a layer; '' or a folder with a slash at its end. */
  readonly prefix: string;
  /** Entries without bytes that every layer of the tests has, as they stand in the archive. */
  readonly skeleton: readonly BuiltEntry[];
  /** Names in the root of a mount that come from the skeleton. */
  readonly ownNames: readonly string[];
  /** Folders that every layer of changes has, beside the changes. */
  readonly diffFolders: number;
  /** Nothing is mounted without a layer below it. */
  readonly needsBaseLayer: boolean;
  /** Modes, owners, devices, FIFOs and symbolic links are kept; otherwise the suite does not ask for them. */
  readonly hasPosixFiles: boolean;
}

export const posixTraits: SnapshotterTraits = { prefix: '', skeleton: [], ownNames: [], diffFolders: 0, needsBaseLayer: false, hasPosixFiles: true };

/** A layer's archive with these entries in the container's root. */
export const layerArchive = ({ prefix, skeleton }: SnapshotterTraits, entries: readonly BuiltEntry[]): Buffer =>
  buildTar(...skeleton, ...entries.map((entry) => ({ ...entry, name: `${prefix}${entry.name}`, ...(entry.flag === '1' ? { link: `${prefix}${entry.link ?? ''}` } : {}) })));

/** The contract of the seam Snapshotter, for layers that hold nothing special. */
export const snapshotterSuite = (name: string, make: () => Promise<SnapshotterFixture>, traits: SnapshotterTraits = posixTraits): void => {
  describe(`${name} as Snapshotter`, () => {
    let fixture: SnapshotterFixture;
    let snapshotter: Snapshotter;
    let mounted: string[] = [];
    let archives = 0;

    beforeEach(async () => {
      fixture = await make();
      snapshotter = fixture.snapshotter;
    });
    afterEach(async () => {
      for (const target of mounted) await snapshotter.unmount(target);
      mounted = [];
      await fixture.dispose();
    });

    const source = (...entries: BuiltEntry[]): LayerSource & { diffId: Digest } => {
      const tar = layerArchive(traits, entries);
      archives += 1;
      const path = join(fixture.folder, `layer-${archives}.tar`);
      writeFileSync(path, tar);
      return { path, mediaType: 'application/vnd.oci.image.layer.v1.tar', diffId: `sha256:${createHash('sha256').update(tar).digest('hex')}` };
    };

    const names = (folder: string): readonly string[] => readdirSync(folder).filter((found) => !traits.ownNames.includes(found)).toSorted();

    const target = (label = 'root'): string => {
      const path = join(fixture.folder, label);
      mkdirSync(path, { recursive: true });
      mounted.push(path);
      return path;
    };

    const mountAll = async (chain: readonly number[], key = 1000, label = 'root'): Promise<string> => {
      const place = target(label);
      await snapshotter.prepare(key);
      await snapshotter.mount(key, chain, place);
      return place;
    };

    it('shows an applied layer in a mount, and says what it holds', async () => {
      const layer = source({ name: 'etc/', flag: '5' }, { name: 'etc/motd', content: 'hello' });
      const applied = await snapshotter.applyLayer(1, [], layer);
      expect(applied).toEqual({ diffId: layer.diffId, sizeBytes: 5, entries: 2 + traits.skeleton.length });
      expect(readFileSync(join(await mountAll([1]), 'etc/motd'), 'utf8')).toBe('hello');
    });

    it('lays higher layers over lower ones, and follows their deletions', async () => {
      await snapshotter.applyLayer(1, [], source({ name: 'a', content: 'old' }, { name: 'b', content: 'b' }, { name: 'd/', flag: '5' }, { name: 'd/x', content: 'x' }));
      await snapshotter.applyLayer(2, [1], source({ name: 'a', content: 'new' }, { name: '.wh.b' }, { name: 'd/', flag: '5' }, { name: 'd/.wh..wh..opq' }, { name: 'd/y', content: 'y' }));
      const root = await mountAll([2, 1]);
      expect(readFileSync(join(root, 'a'), 'utf8')).toBe('new');
      expect(names(root)).toEqual(['a', 'd']);
      expect(readdirSync(join(root, 'd'))).toEqual(['y']);
    });

    it('keeps what is written in one scratch space from its layers and from others', async () => {
      await snapshotter.applyLayer(1, [], source({ name: 'a', content: 'image' }));
      const [first, second] = [await mountAll([1], 10, 'first'), await mountAll([1], 11, 'second')];
      writeFileSync(join(first, 'a'), 'mine');
      expect(readFileSync(join(second, 'a'), 'utf8')).toBe('image');
      await snapshotter.unmount(first);
      await snapshotter.mount(10, [1], first);
      expect(readFileSync(join(first, 'a'), 'utf8')).toBe('mine');
    });

    it('leaves a mount that is there already as it is', async () => {
      await snapshotter.applyLayer(1, [], source({ name: 'a', content: 'a' }));
      const root = await mountAll([1]);
      const before = statSync(root).dev;
      await fixture.another.mount(1000, [1], root);
      expect(statSync(root).dev).toBe(before);
      await snapshotter.unmount(root);
      expect(readdirSync(root)).toEqual([]);
    });

    it('prepares, unmounts and removes as often as it is asked', async () => {
      await snapshotter.prepare(5);
      await snapshotter.prepare(5);
      await snapshotter.unmount(target('nothing'));
      await snapshotter.unmount(join(fixture.folder, 'missing'));
      await snapshotter.remove(5);
      await snapshotter.remove(5);
      expect(await snapshotter.list()).toEqual([]);
    });

    it.skipIf(traits.needsBaseLayer)('mounts a scratch space without any layer', async () => {
      const root = await mountAll([]);
      writeFileSync(join(root, 'a'), 'a');
      expect(readdirSync(root)).toEqual(['a']);
    });

    it('mounts 127 layers', async () => {
      const chain: number[] = [];
      for (let key = 1; key <= 127; key += 1) {
        await snapshotter.applyLayer(key, chain, source({ name: `f${key}`, content: `${key}` }, { name: 'top', content: `${key}` }));
        chain.unshift(key);
      }
      const root = await mountAll(chain);
      expect(names(root)).toHaveLength(128);
      expect(readFileSync(join(root, 'top'), 'utf8')).toBe('127');
      expect(readFileSync(join(root, 'f1'), 'utf8')).toBe('1');
    }, 60_000);

    it('lists what is on the disk, also for other engines', async () => {
      await snapshotter.applyLayer(3, [], source({ name: 'a' }));
      await snapshotter.prepare(12);
      expect(await fixture.another.list()).toEqual([3, 12]);
      await fixture.another.remove(3);
      expect(await snapshotter.list()).toEqual([12]);
    });

    it('measures a snapshot, each file once', async () => {
      await snapshotter.applyLayer(1, [], source({ name: 'a', content: Buffer.alloc(1_000_000, 1) }, { name: 'b', flag: '1', link: 'a' }));
      const usage = await snapshotter.usage(1);
      expect(usage.sizeBytes).toBeGreaterThanOrEqual(1_000_000);
      expect(usage.sizeBytes).toBeLessThan(1_200_000);
      expect(usage.inodes).toBeGreaterThan(0);
      await expectError('SnapshotNotFound', snapshotter.usage(77));
    });

    it('says which snapshot of a chain is missing', async () => {
      await snapshotter.prepare(10);
      const error = await expectError('SnapshotNotFound', snapshotter.mount(10, [42], target()));
      expect(error.args).toEqual({ key: 42 });
    });

    it('writes everything through when asked, also when there is nothing', async () => {
      await snapshotter.sync();
      await snapshotter.applyLayer(1, [], source({ name: 'a', content: 'a' }));
      await snapshotter.sync();
    });

    it('tells its progress in bytes of the stored layer', async () => {
      const layer = source({ name: 'a', content: Buffer.alloc(3_000_000) });
      const told: number[] = [];
      await snapshotter.applyLayer(1, [], { ...layer, onProgress: (bytes) => told.push(bytes) });
      expect(told.at(-1)).toBe(statSync(layer.path).size);
    });

    describe('keeps nothing of a layer', () => {
      const refused = async (code: Parameters<typeof expectError>[0], layer: LayerSource) => {
        const error = await expectError(code, snapshotter.applyLayer(1, [], layer));
        expect(await snapshotter.list()).toEqual([]);
        return error;
      };

      it('with another digest than its image says', async () => {
        const expected: Digest = `sha256:${'0'.repeat(64)}`;
        const layer = source({ name: 'a', content: 'a' });
        const error = await refused('DigestMismatch', { ...layer, diffId: expected });
        expect(error.args).toEqual({ actual: layer.diffId, expected });
      });

      it('that is truncated', async () => {
        const layer = source({ name: 'a', content: Buffer.alloc(100_000) });
        writeFileSync(layer.path, readFileSync(layer.path).subarray(0, 50_000));
        await refused('ArchiveInvalid', layer);
      });

      it('that is no archive', async () => {
        const layer = source({ name: 'a' });
        writeFileSync(layer.path, 'something else, '.repeat(100));
        await refused('ArchiveInvalid', layer);
      });

      it('that is larger than allowed', async () => {
        await refused('ArchiveTooLarge', { ...source({ name: 'a', content: Buffer.alloc(2000) }), limitBytes: 1999 });
      });

      it('that leads out of its folder', async () => {
        await refused('ArchivePathUnsafe', source({ name: '../../escaped', content: 'x' }));
      });

      it('that was cancelled, before and meanwhile', async () => {
        const cancel = new AbortController();
        const layer = source(...Array.from({ length: 4000 }, (_, index) => ({ name: `f${index}`, content: Buffer.alloc(3000) })));
        const applying = refused('OperationCancelled', { ...layer, signal: cancel.signal });
        setTimeout(() => { cancel.abort(); }, 5);
        await applying;
        await refused('OperationCancelled', { ...layer, signal: cancel.signal });
      });

      it('whose file is missing', async () => {
        await refused('PathNotFound', { ...source(), path: join(fixture.folder, 'missing.tar') });
      });
    });

    it('applies many layers at once', async () => {
      const layers = Array.from({ length: 12 }, (_, index) => source({ name: `f${index}`, content: Buffer.alloc(200_000, index) }));
      const [lowest, ...others] = layers;
      if (lowest !== undefined) await snapshotter.applyLayer(1, [], lowest);
      await Promise.all(others.map((layer, index) => (index % 2 === 0 ? snapshotter : fixture.another).applyLayer(index + 2, [1], layer)));
      for (const key of [2, 7, 12]) expect(names(await mountAll([key, 1], 1000 + key, `root-${key}`))).toEqual(['f0', `f${key - 1}`]);
    });
  });
};
