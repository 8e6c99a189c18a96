import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getLinkAttribute, listLinkAttributes } from '../../../../native/libc.ts';
import { cPath } from '../../../../src/layer/index.ts';
import { applyLayer } from '../../../../src/snapshot/lcow/apply-layer.ts';
import { writeBlankFileSystem } from '../../../../src/snapshot/lcow/ext4/blank-file-system.ts';
import { Ext4Reader, type Ext4Entry } from '../../../../src/snapshot/lcow/ext4/ext4-reader.ts';
import { expectError } from '../../../fixtures/expect-error.ts';
import { whyNoLoops, withMounted } from '../../../fixtures/loop-devices.ts';
import { buildTar, type BuiltEntry } from '../../../fixtures/tar-builder.ts';
import { skipReason } from '../../../fixtures/temporary-folder.ts';

const whyNoChecks = existsSync('/usr/sbin/e2fsck') || existsSync('/sbin/e2fsck') ? undefined : 'missing: e2fsck';
const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8', env: environment, stdio: 'pipe', maxBuffer: 64 * 1024 ** 2 });

/** Everything that the kernel says of a tree, but for the counts and times of its root. */
const seen = (folder: string, path = ''): readonly string[] => {
  const text = path === '' ? folder : `${folder}/${path}`;
  const place = Buffer.from(text, 'latin1');
  const stat = lstatSync(place, { bigint: true });
  const content = stat.isFile() ? createHash('sha256').update(readFileSync(place)).digest('hex') : stat.isSymbolicLink() ? readlinkSync(place, { encoding: 'latin1' }) : '';
  const attributes = listLinkAttributes(cPath(text)).filter((name) => name !== 'security.selinux').toSorted().map((name) => `${name}=${Buffer.from(getLinkAttribute(cPath(text), name) ?? []).toString('hex')}`);
  const line = `${path} ${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${stat.isDirectory() ? '' : `${stat.nlink} ${stat.size}`} ${stat.rdev} ${path === '' ? '' : stat.mtimeMs / 1000n} ${content} ${attributes.join()}`;
  return [line, ...(stat.isDirectory() ? readdirSync(place, { encoding: 'latin1' }).toSorted().flatMap((name) => seen(folder, path === '' ? name : `${path}/${name}`)) : [])];
};

describe.skipIf(skipReason('ext4 images of layers', whyNoChecks))('Linux layers as ext4 images', { timeout: 120_000 }, () => {
  let folder: string;
  let count = 0;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'silo-ext4-')); });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  const own = (key: number): { readonly key: number; readonly folder: string } => ({ key, folder: join(folder, String(key)) });
  const imageOf = (key: number): string => join(folder, String(key), 'layer.vhd');
  const apply = async (key: number, chain: readonly number[], archive: Uint8Array, more: { readonly limitBytes?: number } = {}): ReturnType<typeof applyLayer> => {
    count += 1;
    const path = join(folder, `${count}.tar`);
    writeFileSync(path, archive);
    return applyLayer({ kind: 'apply', own: own(key), chain: chain.map(own), path, arriving: undefined, diffId: undefined, limitBytes: more.limitBytes }, { cancelled: () => false, progress: () => undefined });
  };
  const check = (key: number): void => { run('e2fsck', '-fn', imageOf(key)); };
  const mounted = <T>(key: number, work: (root: string) => T): T => withMounted(imageOf(key), join(folder, 'mounted'), work);
  const reader = (key: number): Ext4Reader => {
    const bytes = readFileSync(imageOf(key));
    return new Ext4Reader((position, length) => Buffer.from(bytes.subarray(position, position + length)));
  };
  const entryAt = (ext4: Ext4Reader, path: string): Ext4Entry => ext4.entry(path.split('/').reduce((inode, name) => ext4.folder(inode).get(name) ?? 0, ext4.root));
  /** What GNU tar makes of the archive. */
  const unpacked = (archive: Uint8Array): string => {
    const [path, target] = [join(folder, 'reference.tar'), join(folder, 'reference')];
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target);
    writeFileSync(path, archive);
    // With -P links are made at once: otherwise some come last, and their folders lose their times.
    run('tar', '-P', '--numeric-owner', '--same-owner', '-p', '--xattrs', '--xattrs-include=*', '-C', target, '-xf', path);
    return target;
  };

  const name = fc.oneof(fc.constantFrom('a', 'b', 'c', 'name with blanks', 'x'.repeat(255)), fc.stringMatching(/^[a-z.]{2,12}$/).filter((text) => !/^\.+$/.test(text)));
  const metadata = fc.record({ mode: fc.integer({ min: 0, max: 0o7777 }), uid: fc.constantFrom(0, 1, 65_535, 65_536, 2_000_000), gid: fc.constantFrom(0, 100, 70_000), mtime: fc.constantFrom(0, 1_600_000_000, 2 ** 31 + 5, 2 ** 32 + 7) });
  const attributes = fc.dictionary(fc.constantFrom('user.a', 'user.long-name-of-an-attribute', 'trusted.t', 'user.b'), fc.uint8Array({ maxLength: 300 }), { maxKeys: 3 });
  const thing = fc.record({
    path: fc.array(name, { minLength: 1, maxLength: 3 }), kind: fc.constantFrom('file', 'file', 'folder', 'link', 'hard', 'fifo', 'device'), metadata, attributes,
    size: fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.constantFrom(0, 4095, 4096, 4097, 8192)), byte: fc.integer({ min: 0, max: 255 }), target: fc.stringMatching(/^[a-z/]{1,90}$/),
    major: fc.constantFrom(1, 255, 256, 4095), minor: fc.constantFrom(3, 255, 256, 1_048_575),
  });

  const depthOf = ({ pax }: BuiltEntry): number => String(pax?.['path'] ?? '').split('/').length;
  /** The things that can be in one archive, each name once. Folders come last, the deepest first: GNU tar leaves a folder that it comes back to with another time. */
  const entriesOf = (things: readonly (typeof thing extends fc.Arbitrary<infer T> ? T : never)[]): readonly BuiltEntry[] => {
    const kinds = new Map<string, string>();
    const entries: BuiltEntry[] = [];
    const folders: BuiltEntry[] = [];
    for (const { path, kind, metadata: { mode, uid, gid, mtime }, attributes: given, size, byte, target, major, minor } of things) {
      const whole = path.join('/');
      const above = path.slice(0, -1).map((_, index) => path.slice(0, index + 1).join('/'));
      if (kinds.has(whole) || above.some((each) => (kinds.get(each) ?? 'folder') !== 'folder') || whole.length > 3000) continue;
      for (const each of above) {
        if (kinds.has(each)) continue;
        kinds.set(each, 'folder');
        folders.push({ name: `${each}/`, flag: '5', mode: 0o755, pax: { path: `${each}/` } });
      }
      const file = [...kinds].find(([, known]) => known === 'file')?.[0];
      if (kind === 'hard' && file === undefined) continue;
      kinds.set(whole, kind);
      const common = { mode, uid, gid, mtime: Math.min(mtime, 0o77777777777), pax: { path: kind === 'folder' ? `${whole}/` : whole, ...(kind === 'file' || kind === 'folder' ? Object.fromEntries(Object.entries(given).map(([key, value]) => [`SCHILY.xattr.${key}`, value])) : {}) } };
      if (kind === 'file') entries.push({ name: 'x', ...common, content: Buffer.alloc(size, byte) });
      else if (kind === 'folder') folders.push({ name: 'x/', flag: '5', ...common });
      else if (kind === 'link') entries.push({ name: 'x', flag: '2', ...common, mode: 0o777, link: target });
      else if (kind === 'hard') entries.push({ name: 'x', flag: '1', ...common, link: '', pax: { path: whole, linkpath: file ?? '' } });
      else if (kind === 'fifo') entries.push({ name: 'x', flag: '6', ...common });
      else entries.push({ name: 'x', flag: '3', ...common, major, minor });
    }
    return [...entries, ...folders.toSorted((a, b) => depthOf(b) - depthOf(a))];
  };

  it.skipIf(whyNoLoops() !== undefined)(`show what GNU tar unpacks, whatever the tree is${whyNoLoops() === undefined ? '' : ` (${whyNoLoops()})`}`, async () => {
    await fc.assert(fc.asyncProperty(fc.array(thing, { maxLength: 25 }), async (things) => {
      const archive = buildTar(...entriesOf(things));
      await apply(1, [], archive);
      check(1);
      const reference = unpacked(archive);
      // The root's own mode and owner are those of the folder that tar was given.
      expect(mounted(1, (root) => seen(root).slice(1))).toEqual(seen(reference).slice(1));
    }), { numRuns: 60 });
  });

  it('are read back as they were written', async () => {
    await apply(1, [], buildTar(
      { name: 'etc/', flag: '5', mode: 0o750, uid: 70_000, gid: 3, mtime: 1_500_000_000 },
      { name: 'etc/file', content: Buffer.alloc(10_000, 'ab'), mode: 0o4755, uid: 1, gid: 100_000, pax: { 'mtime': '1600000000.25', 'SCHILY.xattr.security.capability': Buffer.from('0100000200200000000000000000000000000000', 'hex'), 'SCHILY.xattr.user.long': Buffer.alloc(2000, 7) } },
      { name: 'etc/short', flag: '2', link: 't'.repeat(59) }, { name: 'etc/longer', flag: '2', link: 't'.repeat(60) }, { name: 'etc/longest', flag: '2', pax: { linkpath: 't'.repeat(4095) } },
      { name: 'etc/again', flag: '1', link: 'etc/file' }, { name: 'null', flag: '3', major: 1, minor: 3 }, { name: 'disk', flag: '4', major: 259, minor: 70_000 }, { name: 'old', mtime: 0, pax: { mtime: '-5.5' } },
    ));
    check(1);
    const ext4 = reader(1);
    expect(entryAt(ext4, 'etc')).toMatchObject({ kind: 'folder', mode: 0o750, uid: 70_000, gid: 3, mtime: 1_500_000_000, links: 2 });
    const file = entryAt(ext4, 'etc/file');
    expect(file).toMatchObject({ kind: 'file', mode: 0o4755, uid: 1, gid: 100_000, mtime: 1_600_000_000.25, links: 2, sizeBytes: 10_000 });
    expect(Buffer.concat([...ext4.data(file.inode)].map(([, piece]) => piece))).toEqual(Buffer.alloc(10_000, 'ab'));
    expect(Object.fromEntries([...file.attributes].map(([key, value]) => [key, value.length]))).toEqual({ 'security.capability': 20, 'user.long': 2000 });
    expect(entryAt(ext4, 'etc/again').inode).toBe(file.inode);
    for (const [path, bytes] of [['etc/short', 59], ['etc/longer', 60], ['etc/longest', 4095]] as const) expect(entryAt(ext4, path).target).toBe('t'.repeat(bytes));
    expect([entryAt(ext4, 'null'), entryAt(ext4, 'disk')]).toMatchObject([{ kind: 'characterDevice', major: 1, minor: 3 }, { kind: 'blockDevice', major: 259, minor: 70_000 }]);
    expect(entryAt(ext4, 'old').mtime).toBe(-5.5);
  });

  it('keep deletions in the form that overlay mounts', async () => {
    await apply(1, [], buildTar({ name: 'gone' }, { name: 'folder/', flag: '5' }, { name: 'folder/x' }, { name: 'hidden/', flag: '5' }));
    await apply(2, [1], buildTar({ name: '.wh.gone' }, { name: 'folder/', flag: '5' }, { name: 'folder/.wh..wh..opq' }, { name: '.wh.hidden' }, { name: 'hidden/', flag: '5' }, { name: 'hidden/new' }));
    check(2);
    const ext4 = reader(2);
    expect(entryAt(ext4, 'gone')).toMatchObject({ kind: 'characterDevice', major: 0, minor: 0, mode: 0 });
    for (const path of ['folder', 'hidden']) expect(entryAt(ext4, path).attributes.get('trusted.overlay.opaque')).toEqual(Buffer.from('y'));
  });

  it('follow links and take folders over as the layers below have them', async () => {
    await apply(1, [], buildTar({ name: 'usr/', flag: '5' }, { name: 'usr/lib/', flag: '5', mode: 0o751, uid: 7, gid: 8, mtime: 1_234_567_890, pax: { 'SCHILY.xattr.user.note': 'kept' } }, { name: 'lib', flag: '2', link: '/usr/lib' }));
    await apply(2, [1], buildTar({ name: 'lib/new', content: 'x' }));
    await apply(3, [2, 1], buildTar({ name: 'lib/newer', content: 'x' }));
    for (const [key, file] of [[2, 'new'], [3, 'newer']] as const) {
      const ext4 = reader(key);
      expect([...ext4.folder(ext4.root).keys()]).toEqual(['usr']);
      const folder2 = entryAt(ext4, 'usr/lib');
      expect(folder2).toMatchObject({ mode: 0o751, uid: 7, gid: 8, mtime: 1_234_567_890 });
      expect(Buffer.from(folder2.attributes.get('user.note') ?? []).toString()).toBe('kept');
      expect(entryAt(ext4, `usr/lib/${file}`).kind).toBe('file');
    }
  });

  it('hold large folders, and files in many pieces', async () => {
    const [names, pieces] = [20_000, 2000];
    const map = Array.from({ length: pieces }, (_, index) => `${index * 12_288},100`).join(',');
    await apply(1, [], buildTar(
      { name: 'many/', flag: '5' }, ...Array.from({ length: names }, (_, index) => ({ name: `many/a-name-of-some-length-${index}` })),
      { name: 'x', content: Buffer.alloc(pieces * 100, 'piece'), pax: { 'GNU.sparse.map': map, 'GNU.sparse.numblocks': String(pieces), 'GNU.sparse.size': String(pieces * 12_288), 'GNU.sparse.name': 'sparse' } },
    ));
    check(1);
    const ext4 = reader(1);
    expect(ext4.folder(entryAt(ext4, 'many').inode).size).toBe(names);
    const sparse = entryAt(ext4, 'sparse');
    expect(sparse.sizeBytes).toBe(pieces * 12_288);
    const data = [...ext4.data(sparse.inode)];
    expect(data).toHaveLength(pieces);
    expect(data.every(([position, piece], index) => position === index * 12_288 && piece.toString('latin1', 0, 100) === 'piece'.repeat(20))).toBe(true);
    expect(statSync(imageOf(1)).size).toBeLessThan(32 * 1024 ** 2);
  });

  it('are the same bytes for the same layer, with the footer of a fixed VHD', async () => {
    const archive = buildTar({ name: 'a', content: 'x' });
    await apply(1, [], archive);
    await apply(2, [], archive);
    const image = readFileSync(imageOf(1));
    expect(image.equals(readFileSync(imageOf(2)))).toBe(true);
    const footer = image.subarray(-512);
    expect([footer.toString('latin1', 0, 8), Number(footer.readBigUInt64BE(48)), footer.readUInt32BE(60)]).toEqual(['conectix', image.length - 512, 2]);
    const sum = footer.reduce((all, byte, index) => all + (index >= 64 && index < 68 ? 0 : byte), 0);
    expect(footer.readUInt32BE(64)).toBe(~sum >>> 0);
    expect(run('dumpe2fs', '-h', imageOf(1))).toMatch(/Filesystem features: .*\bread-only\b/);
  });

  it.each<readonly [string, Parameters<typeof expectError>[0], readonly BuiltEntry[], { readonly limitBytes?: number }]>([
    ['a way out', 'ArchivePathUnsafe', [{ name: '../x' }], {}],
    ['a way out by a link', 'ArchivePathUnsafe', [{ name: 'l', flag: '2', link: '../..' }, { name: 'l/x' }], {}],
    ['links in a circle', 'ArchivePathUnsafe', [{ name: 'l', flag: '2', link: 'l' }, { name: 'l/x' }], {}],
    ['a file below a file', 'ArchiveInvalid', [{ name: 'f' }, { name: 'f/x' }], {}],
    ['a hard link to nothing', 'LayerEntryUnsupported', [{ name: 'h', flag: '1', link: 'missing' }], {}],
    ['a hard link to a folder', 'ArchiveInvalid', [{ name: 'd/', flag: '5' }, { name: 'h', flag: '1', link: 'd' }], {}],
    ["overlay's own attributes", 'LayerEntryUnsupported', [{ name: 'f', pax: { 'SCHILY.xattr.trusted.overlay.opaque': 'y' } }], {}],
    ['a device that overlay takes for a deletion', 'LayerEntryUnsupported', [{ name: 'd', flag: '3', major: 0, minor: 0 }], {}],
    ['a device that Linux has no number for', 'LayerEntryUnsupported', [{ name: 'd', flag: '3', major: 4096, minor: 0 }], {}],
    ['more attributes than a file can have', 'LayerEntryUnsupported', [{ name: 'f', pax: { 'SCHILY.xattr.user.a': Buffer.alloc(4050) } }], {}],
    ['a name that is too long', 'LayerEntryUnsupported', [{ name: 'f', pax: { path: 'x'.repeat(256) } }], {}],
    ['a folder with too long a name, reached by a link', 'LayerEntryUnsupported', [{ name: 'l', flag: '2', pax: { linkpath: 'x'.repeat(300) } }, { name: 'l/x' }], {}],
    ['a deletion of nothing', 'ArchiveInvalid', [{ name: '.wh.' }], {}],
    ['files below a deletion', 'LayerEntryUnsupported', [{ name: '.wh.a/b' }], {}],
    ['more than it may', 'ArchiveTooLarge', [{ name: 'f', content: Buffer.alloc(5000) }], { limitBytes: 4999 }],
    ['a hole that is more than it may', 'ArchiveTooLarge', [{ name: 'f', pax: { 'GNU.sparse.map': '', 'GNU.sparse.numblocks': '0', 'GNU.sparse.size': String(2 ** 40), 'GNU.sparse.name': 'f' } }], {}],
  ])('refuse an archive with %s, and leave nothing of it', async (_, code, entries, more) => {
    await expectError(code, apply(1, [], buildTar({ name: 'first', content: Buffer.alloc(100_000) }, ...entries), more));
    expect(existsSync(join(folder, '1'))).toBe(false);
  });

  it('are made over whole layers only', async () => {
    const error = await expectError('SnapshotNotFound', apply(2, [1], buildTar({ name: 'a' })));
    expect(error.args).toEqual({ key: 1 });
    await apply(1, [], buildTar({ name: 'a' }));
    writeFileSync(imageOf(1), Buffer.alloc(10_000));
    await expectError('LayerDamaged', apply(2, [1], buildTar({ name: 'a' })));
    expect(existsSync(join(folder, '2'))).toBe(false);
  });

  it.each([16, 128, 129, 20_480])('begin writing on a disk of %i MiB that Linux takes', (mebibytes) => {
    const path = join(folder, 'blank.img');
    const fd = openSync(path, 'w');
    ftruncateSync(fd, mebibytes * 1024 ** 2);
    writeBlankFileSystem(fd, mebibytes * 1024 ** 2, Buffer.alloc(16, 7));
    closeSync(fd);
    run('e2fsck', '-fn', path);
    expect(statSync(path).blocks * 512).toBeLessThan(2 * 1024 ** 2);
  });
});
