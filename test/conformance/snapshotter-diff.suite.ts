import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync, type Stats } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getLinkAttribute, listLinkAttributes, setLinkAttribute } from '../../native/libc.ts';
import type { DiffOptions, DiffSummary, Snapshotter } from '../../src/core/index.ts';
import { cPath } from '../../src/layer/index.ts';
import { expectError } from '../fixtures/expect-error.ts';
import { listArchive } from '../fixtures/list-archive.ts';
import type { BuiltEntry } from '../fixtures/tar-builder.ts';
import { layerArchive, posixTraits, type SnapshotterFixture, type SnapshotterTraits } from './snapshotter.suite.ts';

const tarType = 'application/vnd.oci.image.layer.v1.tar';

/** What only POSIX file systems have. */
const makePosixFiles = (root: string): void => {
  chmodSync(join(root, 'moded'), 0o4711);
  chownSync(join(root, 'moded'), 1234, 3_000_000);
  chmodSync(join(root, 'moded'), 0o4711);
  symlinkSync('../../etc/passwd', join(root, 'link'));
  linkSync(join(root, 'link'), join(root, 'link2'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  execFileSync('mknod', [join(root, 'block'), 'b', '259', '70000']);
  execFileSync('mknod', [join(root, 'null'), 'c', '1', '3']);
  writeFileSync(join(root, 'capable'), 'x');
  setLinkAttribute(join(root, 'capable'), 'security.capability', Buffer.from('0100000200200000000000000000000000000000', 'hex'));
  setLinkAttribute(join(root, 'file'), 'user.note', Buffer.from('of a folder\0\xff=', 'latin1'));
  symlinkSync('t'.repeat(300), join(root, 'longlink'));
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe, 0x20])]), 'no UTF-8');
  chmodSync(root, 0o750);
};

/** What only POSIX file systems say of a file. */
const posixFacts = (path: string, stat: Stats): string => {
  const attributes = listLinkAttributes(cPath(path)).map((key) => `${key}=${Buffer.from(getLinkAttribute(cPath(path), key) ?? []).toString('hex')}`);
  return `${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${stat.isDirectory() ? '' : stat.nlink} ${stat.rdev} ${attributes.join()}`;
};

/** The contract of `Snapshotter.diff`. */
export const snapshotterDiffSuite = (name: string, make: () => Promise<SnapshotterFixture>, traits: SnapshotterTraits = posixTraits): void => {
  describe(`${name} as Snapshotter tells the changes of a scratch space`, () => {
    let fixture: SnapshotterFixture;
    let snapshotter: Snapshotter;
    let root: string;
    let mounts: string[];

    beforeEach(async () => {
      fixture = await make();
      snapshotter = fixture.snapshotter;
      mounts = [];
      root = join(fixture.folder, 'root');
      if (traits.needsBaseLayer) await layer(900, []);
    });
    afterEach(async () => {
      for (const target of mounts) await snapshotter.unmount(target);
      await fixture.dispose();
    });

    const layer = async (key: number, chain: readonly number[], ...entries: BuiltEntry[]): Promise<void> => {
      const path = join(fixture.folder, `layer-${key}.tar`);
      writeFileSync(path, layerArchive(traits, entries));
      await snapshotter.applyLayer(key, chain, { path, mediaType: tarType });
    };

    const mount = async (key: number, chain: readonly number[], target = root): Promise<void> => {
      mkdirSync(target, { recursive: true });
      await snapshotter.prepare(key);
      await snapshotter.mount(key, chain, target);
      mounts.push(target);
    };

    const diff = async (key: number, chain: readonly number[], options: DiffOptions = {}): Promise<Buffer> => {
      const pieces: Uint8Array[] = [];
      for await (const piece of snapshotter.diff(key, chain, options)) pieces.push(piece);
      return Buffer.concat(pieces);
    };

    /** The lowest chain that something can be mounted over. */
    const bottom = traits.needsBaseLayer ? [900] : [];

    /** Names of a layer of changes, seen from the container's root. */
    const listed = async (archive: Uint8Array): Promise<readonly string[]> => (await listArchive(archive))
      .filter((entry) => entry.startsWith(traits.prefix) && entry !== traits.prefix).map((entry) => entry.slice(traits.prefix.length));

    /** Everything that a container would see; paths are byte strings. */
    const seen = (folder: string, path = ''): readonly string[] => {
      const text = path === '' ? folder : `${folder}/${path}`;
      const place = Buffer.from(text, 'latin1');
      const stat = lstatSync(place);
      const content = stat.isFile() ? createHash('sha256').update(readFileSync(place)).digest('hex') : stat.isSymbolicLink() ? readlinkSync(place) : '';
      // The root's own time is not among the changes.
      const time = path === '' ? 0 : Math.floor(stat.mtimeMs / 1000);
      const line = `${path} ${stat.isDirectory() ? '' : stat.size} ${time} ${content} ${traits.hasPosixFiles ? posixFacts(text, stat) : ''}`;
      return [line, ...(stat.isDirectory() ? readdirSync(place, { encoding: 'latin1' }).toSorted().flatMap((child) => seen(folder, path === '' ? child : `${path}/${child}`)) : [])];
    };

    /** What comes out when the changes are applied over the same layers again. */
    const applied = async (archive: Buffer, chain: readonly number[]): Promise<readonly string[]> => {
      const path = join(fixture.folder, 'diff.tar');
      writeFileSync(path, archive);
      await fixture.another.applyLayer(500, chain, { path, mediaType: tarType });
      const place = join(fixture.folder, 'again');
      await mount(501, [500, ...chain], place);
      return seen(place);
    };

    it('so that they give the same tree when they are applied again', async () => {
      await layer(1, [], { name: 'keep', content: 'kept' }, { name: 'gone', content: 'x' }, { name: 'd/', flag: '5' }, { name: 'd/gone', content: 'x' }, { name: 'd/kept', content: 'x' },
        { name: 'replaced/', flag: '5' }, { name: 'replaced/old', content: 'old' }, { name: 'folder/', flag: '5' }, { name: 'folder/x', content: 'x' }, { name: 'file', content: 'x' }, { name: 'changed', content: 'before' }, { name: 'moded', content: 'x' });
      await mount(10, [1]);
      rmSync(join(root, 'gone'));
      rmSync(join(root, 'd/gone'));
      rmSync(join(root, 'replaced'), { recursive: true });
      mkdirSync(join(root, 'replaced'));
      writeFileSync(join(root, 'replaced/new'), 'new');
      rmSync(join(root, 'folder'), { recursive: true });
      writeFileSync(join(root, 'folder'), 'a file now');
      rmSync(join(root, 'file'));
      mkdirSync(join(root, 'file'));
      writeFileSync(join(root, 'changed'), 'after');
      utimesSync(join(root, 'changed'), 1_500_000_000, 1_500_000_000);
      writeFileSync(join(root, 'one'), Buffer.alloc(3_000_001, 'silo'));
      linkSync(join(root, 'one'), join(root, 'two'));
      writeFileSync(join(root, 'sparse'), 'begin');
      truncateSync(join(root, 'sparse'), 2_000_000);
      mkdirSync(join(root, 'n'.repeat(200)));
      writeFileSync(join(root, 'n'.repeat(200), 'ü'.repeat(100)), 'long');
      writeFileSync(join(root, 'empty'), '');
      if (traits.hasPosixFiles) makePosixFiles(root);
      utimesSync(join(root, 'd'), 1_500_000_000, 1_500_000_000);
      const before = seen(root);
      const archive = await diff(10, [1]);
      expect(seen(root)).toEqual(before);
      expect(before.filter((line) => !traits.ownNames.some((own) => line.startsWith(own)))).toHaveLength(traits.hasPosixFiles ? 24 : 16);
      expect(await applied(archive, [1])).toEqual(before);
      const [one, two] = ['one', 'two'].map((file) => statSync(join(fixture.folder, 'again', file)));
      expect(one?.ino).toBe(two?.ino);
    });

    it('with deletions first in their folder, and everything else in the order of its bytes', async () => {
      await layer(1, [], { name: 'a', content: 'x' }, { name: 'z', content: 'x' }, { name: 'b/', flag: '5' }, { name: 'b/x', content: 'x' });
      await mount(10, [1]);
      for (const gone of ['z', 'a', 'b/x']) rmSync(join(root, gone));
      for (const made of ['m', 'b/y', '!first', 'b-c']) writeFileSync(join(root, made), '');
      expect(await listed(await diff(10, [1]))).toEqual(['.wh.a', '.wh.z', '!first', 'b/', 'b/.wh.x', 'b/y', 'b-c', 'm']);
    });

    it('as the same bytes each time, for another engine, and for another scratch space with the same changes', async () => {
      await layer(1, [], { name: 'a', content: 'x' }, { name: 'd/', flag: '5' });
      const second = join(fixture.folder, 'second');
      await mount(10, [1]);
      await mount(11, [1], second);
      for (const place of [root, second]) {
        rmSync(join(place, 'a'));
        for (const made of place === root ? ['d/1', 'd/2', 'x'] : ['x', 'd/2', 'd/1']) {
          writeFileSync(join(place, made), made);
          utimesSync(join(place, made), 1_600_000_000, 1_600_000_000);
        }
        utimesSync(join(place, 'd'), 1_600_000_001, 1_600_000_001);
      }
      const first = await diff(10, [1]);
      expect(await diff(10, [1])).toEqual(first);
      expect(await diff(11, [1])).toEqual(first);
      const pieces: Uint8Array[] = [];
      for await (const piece of fixture.another.diff(10, [1])) pieces.push(piece);
      expect(Buffer.concat(pieces)).toEqual(first);
    });

    it('and says how much it was', async () => {
      await mount(10, bottom);
      const summaries: DiffSummary[] = [];
      const onSummary = (summary: DiffSummary): void => { summaries.push(summary); };
      expect(await diff(10, bottom, { onSummary })).toEqual(Buffer.alloc(1024));
      writeFileSync(join(root, 'a'), 'abc');
      utimesSync(join(root, 'a'), 1_600_000_000.9, 1_600_000_000.9);
      await diff(10, bottom, { onSummary });
      expect(summaries).toEqual([{ entries: 0, sizeBytes: 0, newestTime: undefined }, { entries: 1 + traits.diffFolders, sizeBytes: 3, newestTime: 1_600_000_000 }]);
    });

    it.skipIf(!traits.hasPosixFiles)('without sockets', async () => {
      await mount(10, bottom);
      const server = createServer().listen(join(root, 's'));
      await new Promise((resolve) => { server.once('listening', resolve); });
      expect(await listed(await diff(10, bottom))).toEqual([]);
      server.close();
    });

    it('with no time later than asked', async () => {
      await mount(10, bottom);
      writeFileSync(join(root, 'new'), '');
      writeFileSync(join(root, 'old'), '');
      utimesSync(join(root, 'old'), 1_000_000_000, 1_000_000_000);
      let newest: number | undefined;
      const archive = await diff(10, bottom, { latestTime: 1_500_000_000, onSummary: (summary) => { newest = summary.newestTime; } });
      expect(newest).toBe(1_500_000_000);
      await applied(archive, bottom);
      expect([statSync(join(fixture.folder, 'again/new')), statSync(join(fixture.folder, 'again/old'))].map((stat) => stat.mtimeMs / 1000)).toEqual([1_500_000_000, 1_000_000_000]);
    });

    it('without what was made to mount something on, but with what else is there', async () => {
      await layer(1, [], { name: 'etc/', flag: '5' }, { name: 'etc/passwd', content: 'x' });
      await mount(10, [1]);
      const mountPoints = ['/etc/hosts', '/proc', '/data/volume/', '/etc/resolv.conf'];
      for (const folder of ['proc', 'data/volume']) mkdirSync(join(root, folder), { recursive: true });
      for (const file of ['etc/hosts', 'etc/resolv.conf']) writeFileSync(join(root, file), '');
      expect(await listed(await diff(10, [1], { mountPoints }))).toEqual([]);
      writeFileSync(join(root, 'etc/resolv.conf'), 'nameserver ::1');
      mkdirSync(join(root, 'proc/inner'));
      chmodSync(join(root, 'data'), 0o700);
      expect(await listed(await diff(10, [1], { mountPoints }))).toEqual([...(traits.hasPosixFiles ? ['data/'] : []), 'etc/', 'etc/resolv.conf', 'proc/', 'proc/inner/']);
    });

    it('but refuses a name that would be taken for a deletion', async () => {
      await mount(10, bottom);
      writeFileSync(join(root, '.wh.mine'), '');
      const error = await expectError('LayerEntryUnsupported', diff(10, bottom));
      expect(error.args).toMatchObject({ entry: `${traits.prefix}.wh.mine` });
    });

    it('and ends when it is cancelled, or left, whatever is still to come', async () => {
      await mount(10, bottom);
      for (let index = 0; index < 8; index += 1) writeFileSync(join(root, `f${index}`), Buffer.alloc(4_000_000));
      const cancel = new AbortController();
      await expectError('OperationCancelled', async () => {
        for await (const piece of snapshotter.diff(10, bottom, { signal: cancel.signal })) if (piece.length > 0) cancel.abort();
      });
      await expectError('OperationCancelled', diff(10, bottom, { signal: cancel.signal }));
      for await (const piece of snapshotter.diff(10, bottom)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      expect((await diff(10, bottom)).length).toBeGreaterThan(32_000_000);
    });

    it('and makes no more than a few pieces ahead of who reads them', async () => {
      await mount(10, bottom);
      truncateSync((writeFileSync(join(root, 'large'), ''), join(root, 'large')), 256 * 1024 * 1024);
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      let pieces = 0;
      for await (const piece of snapshotter.diff(10, bottom)) {
        pieces += 1;
        if (pieces === 1) await new Promise((resolve) => { setTimeout(resolve, 300); });
        expect(piece.length).toBeLessThanOrEqual(1024 * 1024);
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      expect(pieces).toBeGreaterThan(256);
      expect(most).toBeLessThan(64 * 1024 * 1024);
    });

    it('and another snapshot takes them over as its own, root and all, so that they are its changes too', async ({ skip }) => {
      if (snapshotter.applyChanges === undefined) return skip('it takes no changes over');
      await layer(1, [], { name: 'kept', content: 'kept' }, { name: 'gone', content: 'x' }, { name: 'd/', flag: '5' }, { name: 'd/old', content: 'old' });
      await mount(10, [1]);
      rmSync(join(root, 'gone'));
      rmSync(join(root, 'd'), { recursive: true });
      mkdirSync(join(root, 'd'));
      writeFileSync(join(root, 'd/new'), 'new');
      chmodSync(root, 0o711);
      const [before, archive] = [seen(root), await diff(10, [1])];
      const path = join(fixture.folder, 'changes.tar');
      writeFileSync(path, archive);
      await snapshotter.applyChanges(11, [1], { path, mediaType: tarType });
      // Nothing of it is mounted over anything but the same layers.
      await snapshotter.unmount(root);
      const place = join(fixture.folder, 'moved');
      await mount(11, [1], place);
      expect(seen(place)).toEqual(before);
      expect((await diff(11, [1])).equals(archive)).toBe(true);
      writeFileSync(join(place, 'd/more'), 'more');
      expect(readdirSync(join(place, 'd')).toSorted()).toEqual(['more', 'new']);
      writeFileSync(path, 'no archive at all'.repeat(100));
      await expectError('ArchiveInvalid', snapshotter.applyChanges(12, [1], { path, mediaType: tarType }));
      expect(await snapshotter.list()).not.toContain(12);
    });

    it('and says which snapshot is missing', async () => {
      const error = await expectError('SnapshotNotFound', diff(77, bottom));
      expect(error.args).toEqual({ key: 77 });
    });
  });
};
