import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, closeSync, existsSync, linkSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLinkAttribute } from '../../../../native/libc.ts';
import { Arrival, type SiloError } from '../../../../src/base/index.ts';
import { WclayerSnapshotter, type StorageLibraries } from '../../../../src/snapshot/wclayer/index.ts';
import { layerArchive } from '../../../conformance/snapshotter.suite.ts';
import { simulatedStorage, wclayerTraits, whyNoSimulatedLayers } from '../../../conformance/wclayer-host.ts';
import { killChild, startChild } from '../../../fixtures/child-engine.ts';
import { expectError } from '../../../fixtures/expect-error.ts';
import { buildTar, type BuiltEntry } from '../../../fixtures/tar-builder.ts';
import { skipReason } from '../../../fixtures/temporary-folder.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe.skipIf(skipReason('layers of Windows', whyNoSimulatedLayers()))('the snapshotter of Windows layers', () => {
  const storage = simulatedStorage();
  let root: string;
  let snapshotter: WclayerSnapshotter;
  let target: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'silo-wclayer-'));
    target = join(root, 'target');
    mkdirSync(target);
    snapshotter = new WclayerSnapshotter(root, { libraries: storage.libraries() });
  });
  afterEach(async () => {
    await snapshotter.unmount(target);
    await storage.expectNothingHeld();
    await rm(root, { recursive: true, force: true });
  });

  const applyTar = async (key: number, chain: readonly number[], tar: Buffer): Promise<void> => {
    const path = join(root, `${key}.tar`);
    writeFileSync(path, tar);
    await snapshotter.applyLayer(key, chain, { path, mediaType: '' });
  };
  const apply = (key: number, chain: readonly number[], ...entries: BuiltEntry[]): Promise<void> => applyTar(key, chain, layerArchive(wclayerTraits, entries));
  /** Entries as they stand in the archive. */
  const applyWhole = (key: number, chain: readonly number[], ...entries: BuiltEntry[]): Promise<void> => applyTar(key, chain, buildTar(...wclayerTraits.skeleton, ...entries));
  const mount = async (key: number, chain: readonly number[], place = target) => {
    await snapshotter.prepare(key);
    return snapshotter.mount(key, chain, place);
  };
  const layer = (key: number, ...names: string[]): string => join(root, 'snapshots', String(key), 'layer', ...names);
  const diff = async (key: number, chain: readonly number[]): Promise<Buffer> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of snapshotter.diff(key, chain)) pieces.push(piece);
    return Buffer.concat(pieces);
  };

  it('says what a mount is put together from, with ids that stay', async () => {
    await apply(1, [], { name: 'a' });
    await apply(2, [1], { name: 'b' });
    const found = await mount(10, [2, 1]);
    expect(found.layers.map(({ path }) => path)).toEqual([layer(2), layer(1)]);
    for (const { id } of found.layers) expect(id).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    expect(readdirSync(found.scratchPath).toSorted()).toEqual(['Windows', 'a', 'b']);
    expect(await snapshotter.mount(10, [2, 1], target)).toEqual(found);
    await snapshotter.unmount(target);
    expect((await snapshotter.mount(10, [2, 1], target)).layers).toEqual(found.layers);
    expect(JSON.parse(readFileSync(join(root, 'snapshots/10/layerchain.json'), 'utf8'))).toEqual([layer(2), layer(1)]);
  });

  it('keeps what Windows says of files through unpacking, change and the layer of changes', async () => {
    const pax = { 'MSWINDOWS.fileattr': '34', 'MSWINDOWS.rawsd': base64('a descriptor'), 'MSWINDOWS.xattr.NOTE': base64('a note'), 'mtime': '1600000000.1234567', 'LIBARCHIVE.creationtime': '1500000000.5' };
    const entries: BuiltEntry[] = [
      { name: 'Files/d/', flag: '5', pax: { 'MSWINDOWS.fileattr': '16', 'MSWINDOWS.rawsd': base64('of a folder') } },
      { name: 'Files/d/file', content: 'content', pax },
      { name: 'Files/d/file:Zone.Identifier', content: '[ZoneTransfer]' },
      { name: 'Files/link', flag: '2', link: '../there/x', pax: { 'MSWINDOWS.fileattr': '1056' } },
      { name: 'Files/junction', flag: '2', link: 'C:/data', pax: { 'MSWINDOWS.fileattr': '1040', 'MSWINDOWS.mountpoint': '1' } },
      { name: 'Files/old', content: 'x', pax: { 'MSWINDOWS.sd': 'O:BAG:BA' } },
    ];
    await applyWhole(1, [], ...entries);
    await applyWhole(2, [1], ...entries.map((entry) => ({ ...entry, name: entry.name.replace('Files/', 'Files/up-') })));
    expect(statSync(layer(1, 'Files/d/file')).mtimeMs).toBeCloseTo(1_600_000_000_123, 0);
    await mount(10, [2, 1]);
    // What overlay copies up is a change: every file of both layers is touched.
    for (const name of ['d/file', 'link', 'junction', 'old', 'up-d/file', 'up-link', 'up-junction', 'up-old']) setLinkAttribute(join(target, name), 'user.touched', Buffer.from('x'));
    const read = readTar(await diff(10, [2, 1]));
    for (const prefix of ['Files/', 'Files/up-']) {
      expect(read.get(`${prefix}d/file`)).toMatchObject({ content: 'content', mtime: 1_600_000_000, pax: { 'MSWINDOWS.fileattr': '34', 'MSWINDOWS.rawsd': base64('a descriptor'), 'MSWINDOWS.xattr.NOTE': base64('a note') } });
      expect(read.get(`${prefix}d/file:Zone.Identifier`)).toMatchObject({ content: '[ZoneTransfer]' });
      expect(read.get(`${prefix}d/`)).toMatchObject({ flag: '5', pax: { 'MSWINDOWS.fileattr': '16', 'MSWINDOWS.rawsd': base64('of a folder') } });
      expect(read.get(`${prefix}link`)).toMatchObject({ flag: '2', link: '../there/x', pax: { 'MSWINDOWS.fileattr': '1056' } });
      expect(read.get(`${prefix}junction`)).toMatchObject({ flag: '2', link: 'C:/data', pax: { 'MSWINDOWS.mountpoint': '1' } });
      expect(read.get(`${prefix}old`)?.pax['MSWINDOWS.rawsd']).toMatch(/^AQ/);
    }
  });

  it('gives a layer its parent\'s utility VM with its own changes, and disks to start from', async () => {
    const boot = 'UtilityVM/Files/EFI/Microsoft/Boot';
    await applyWhole(1, [], { name: 'UtilityVM/', flag: '5' }, { name: 'UtilityVM/Files/', flag: '5' }, { name: `${boot}/BCD`, content: 'store' }, { name: `${boot}/bootmgfw.efi`, content: 'boot' }, { name: 'UtilityVM/Files/gone', content: 'x' });
    await applyWhole(2, [1], { name: 'UtilityVM/', flag: '5' }, { name: 'UtilityVM/Files/', flag: '5' }, { name: 'UtilityVM/Files/new', content: 'new' }, { name: 'UtilityVM/Files/.wh.gone' });
    expect(readdirSync(layer(2, 'UtilityVM')).toSorted().filter((name) => !name.endsWith('.contents'))).toEqual(['Files', 'SystemTemplate.vhdx', 'SystemTemplateBase.vhdx']);
    expect(readdirSync(layer(2, 'UtilityVM/Files')).toSorted()).toEqual(['EFI', 'new']);
    expect(readFileSync(layer(2, 'bcd.bak'), 'utf8')).toBe('store');
    // Files are shared, the boot store is not: setting up changes it.
    expect(statSync(layer(2, boot, 'bootmgfw.efi')).ino).toBe(statSync(layer(1, boot, 'bootmgfw.efi')).ino);
    expect(statSync(layer(2, boot, 'BCD')).ino).not.toBe(statSync(layer(1, boot, 'BCD')).ino);
  });

  it('unpacks a layer while it arrives', async () => {
    const stored = gzipSync(layerArchive(wclayerTraits, Array.from({ length: 30 }, (_, index) => ({ name: `f${index}`, content: randomBytes(20_000) }))));
    const file = join(root, 'growing');
    writeFileSync(file, '');
    const fd = openSync(file, 'r');
    try {
      const arrival = new Arrival();
      const applying = snapshotter.applyLayer(1, [], { path: file, mediaType: '', arriving: { fd, arrival } });
      for (let sent = 0; sent < stored.length; sent += 100_000) {
        appendFileSync(file, stored.subarray(sent, sent + 100_000));
        arrival.grownTo(Math.min(stored.length, sent + 100_000));
        await delay(5);
      }
      arrival.finish();
      expect((await applying).sizeBytes).toBe(600_000);
    } finally {
      closeSync(fd);
    }
  });

  it('finds what an engine that was killed had mounted, and takes it away', async () => {
    await apply(1, [], { name: 'a', content: 'image' });
    await killChild(await startChild('mount-wclayer', root, JSON.stringify({ target, libraries: storage.libraries() })));
    expect(await storage.simulator().counts()).toMatchObject({ disks: 1, filters: 1, mountPoints: 1, diskHandles: 0 });
    expect(readFileSync(join(target, 'a'), 'utf8')).toBe('image');
    await snapshotter.unmount(target);
    expect(await storage.simulator().counts()).toMatchObject({ disks: 0, filters: 0, mountPoints: 0 });
    await mount(10, [1]);
    await new WclayerSnapshotter(root, { libraries: storage.libraries() }).remove(10);
    expect(await storage.simulator().counts()).toMatchObject({ disks: 0, filters: 0, mountPoints: 0 });
    expect(await snapshotter.list()).toEqual([1]);
  });

  describe('for a virtual machine', () => {
    const forMachine = (): WclayerSnapshotter => new WclayerSnapshotter(root, { libraries: storage.libraries(), holder: 'machine' });

    it('gives a scratch disk that is initialized and attached to nothing, whoever had it before', async () => {
      await apply(1, [], { name: 'a', content: 'image' });
      await mount(2, [1]);
      writeFileSync(join(target, 'new'), 'written');
      const machine = forMachine();
      expect(await machine.mount(2, [1], target)).toMatchObject({ layers: [{ path: layer(1) }], scratchPath: join(root, 'snapshots', '2', 'sandbox.vhdx') });
      await storage.expectNothingHeld();
      expect(readdirSync(target)).toEqual([]);
      expect(existsSync(join(root, 'snapshots', '2', 'layerchain.json'))).toBe(true);
      await machine.mount(2, [1], target);
      await machine.unmount(target);
      await snapshotter.mount(2, [1], target);
      expect([readFileSync(join(target, 'a'), 'utf8'), readFileSync(join(target, 'new'), 'utf8')]).toEqual(['image', 'written']);
    });

    it('shows the files for the time of some work alone, also where it fails', async () => {
      await apply(1, [], { name: 'a', content: 'image' });
      const machine = forMachine();
      await machine.prepare(2);
      expect(await machine.withRoot?.(2, [1], target, () => Promise.resolve(readFileSync(join(target, 'a'), 'utf8')))).toBe('image');
      await expect(machine.withRoot?.(2, [1], target, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
      await storage.expectNothingHeld();
      expect(readdirSync(target)).toEqual([]);
    });

    it('tells the changes of a disk that no machine has', async () => {
      await apply(1, [], { name: 'a' });
      await mount(2, [1]);
      writeFileSync(join(target, 'new'), 'written');
      const before = await diff(2, [1]);
      const machine = forMachine();
      await machine.mount(2, [1], target);
      const pieces: Uint8Array[] = [];
      for await (const piece of machine.diff(2, [1])) pieces.push(piece);
      expect(Buffer.concat(pieces).equals(before)).toBe(true);
      await storage.expectNothingHeld();
    });
  });

  it('mounts again what a restart of the host took away', async () => {
    await apply(1, [], { name: 'a', content: 'image' });
    await mount(10, [1]);
    writeFileSync(join(target, 'mine'), 'mine');
    await storage.simulator().reset();
    expect(readdirSync(target)).toEqual([]);
    await snapshotter.mount(10, [1], target);
    expect(readFileSync(join(target, 'mine'), 'utf8')).toBe('mine');
  });

  it('leaves a scratch space that a container uses as it is, and says so', async () => {
    await apply(1, [], { name: 'a' });
    const { scratchPath } = await mount(10, [1]);
    const container = spawn('sleep', ['60'], { cwd: scratchPath, stdio: 'ignore' });
    await once(container, 'spawn');
    const error = await expectError('SnapshotInUse', diff(10, [1]));
    expect(error).toMatchObject({ args: { key: 10 }, retryable: true });
    expect((await expectError('SnapshotInUse', snapshotter.unmount(target))).args).toMatchObject({ key: 10 });
    await expectError('SnapshotInUse', snapshotter.remove(10));
    expect(await snapshotter.list()).toEqual([1, 10]);
    container.kill('SIGKILL');
    await once(container, 'exit');
    await snapshotter.remove(10);
    expect(await snapshotter.list()).toEqual([1]);
  });

  it('keeps a layer that is mounted somewhere', async () => {
    await apply(1, [], { name: 'a' });
    await apply(2, [1], { name: 'b' });
    await mount(10, [2, 1]);
    await expectError('SnapshotInUse', snapshotter.remove(2));
    await snapshotter.unmount(target);
    await snapshotter.remove(2);
    expect(existsSync(layer(2))).toBe(false);
  });

  describe('refuses', () => {
    const refused = async (code: Parameters<typeof expectError>[0], work: () => Promise<unknown>): Promise<SiloError> => {
      const error = await expectError(code, work());
      expect(error.action).not.toBe('');
      return error;
    };

    it('layers out of order, and a container without any', async () => {
      await apply(1, [], { name: 'a' });
      await apply(2, [1], { name: 'b' });
      await snapshotter.prepare(10);
      const error = await refused('LayerDamaged', () => snapshotter.mount(10, [1, 2], target));
      expect(error.native?.hresult).toBe(0x80370112);
      await refused('OptionUnsupported', () => snapshotter.mount(10, [], target));
    });

    it('a layer that lost its files, and a scratch disk that is none', async () => {
      await apply(1, [], { name: 'a' });
      await snapshotter.prepare(10);
      rmSync(layer(1, 'Files'), { recursive: true });
      await refused('LayerDamaged', () => snapshotter.mount(10, [1], target));
      writeFileSync(join(root, 'snapshots/10/sandbox.vhdx'), 'junk');
      await refused('LayerDamaged', () => snapshotter.mount(10, [1], target));
      await snapshotter.remove(10);
      expect(await snapshotter.list()).toEqual([1]);
    });

    it.each<readonly [string, readonly BuiltEntry[], Parameters<typeof expectError>[0]]>([
      ['of Linux', [{ name: 'etc/passwd' }], 'LayerEntryUnsupported'],
      ['with a name that is another path on Windows', [{ name: 'Files/a\\..\\..\\b' }], 'ArchivePathUnsafe'],
      ['with a stream of nothing', [{ name: 'Files/a:b' }], 'ArchivePathUnsafe'],
      ['with a name that Windows would shorten', [{ name: 'Files/a.' }], 'LayerEntryUnsupported'],
      ['with a device', [{ name: 'Files/null', flag: '3', major: 1, minor: 3 }], 'LayerEntryUnsupported'],
      ['with a file below a link', [{ name: 'Files/l', flag: '2', link: 'C:/' }, { name: 'Files/l/x' }], 'ArchiveInvalid'],
      ['with a file below a link, in other letters', [{ name: 'Files/Link', flag: '2', link: 'C:/' }, { name: 'Files/LINK/x' }], 'ArchiveInvalid'],
      ['with a hard link to another area', [{ name: 'Files/x', flag: '1', link: 'Hives/x' }], 'LayerEntryUnsupported'],
      ['with a hard link to nothing', [{ name: 'Files/x', flag: '1', link: 'Files/none' }], 'LayerEntryUnsupported'],
      ['with a deletion, as the lowest', [{ name: 'Files/.wh.x' }], 'LayerEntryUnsupported'],
      ['with attributes that are no number', [{ name: 'Files/x', pax: { 'MSWINDOWS.fileattr': '-1' } }], 'ArchiveInvalid'],
      ['with a descriptor that is no base64', [{ name: 'Files/x', pax: { 'MSWINDOWS.rawsd': '*' } }], 'ArchiveInvalid'],
      ['with a descriptor in words that nobody knows', [{ name: 'Files/x', pax: { 'MSWINDOWS.sd': 'nonsense' } }], 'ArchiveInvalid'],
    ])('a layer %s', async (_, entries, code) => {
      await refused(code, () => applyWhole(1, [], ...entries));
      expect(await snapshotter.list()).toEqual([]);
    });

    it('a deletion behind a link of a lower layer', async () => {
      await apply(1, [], { name: 'd/', flag: '5' });
      const outside = join(root, 'outside');
      mkdirSync(outside);
      writeFileSync(join(outside, 'file'), 'untouched');
      // As if the layer below had it.
      symlinkSync(outside, layer(1, 'Files/link'));
      linkSync(layer(1, 'Files/link'), layer(1, 'Files/link2'));
      await apply(2, [1], { name: '.wh.d' });
      await apply(3, [1], { name: 'link/.wh.file' });
      expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('untouched');
    });

    it('to work without the libraries, or with one that is too old', async () => {
      const without = (libraries: Partial<StorageLibraries>) => new WclayerSnapshotter(root, { libraries: { ...storage.libraries(), ...libraries } });
      await refused('HcsNotInstalled', () => without({ virtDisk: join(root, 'virtdisk.dll') }).prepare(10));
      await apply(1, [], { name: 'a' });
      await snapshotter.prepare(11);
      const error = await refused('HcsFunctionMissing', () => without({ computeStorage: 'libc.so.6' }).mount(11, [1], target));
      expect(error.args).toEqual({ function: 'HcsGetLayerVhdMountPath', build: 17763 });
    });

    it('a failed mount with the filters that may be the reason, and by a code of its own where they must be', async () => {
      await apply(1, [], { name: 'a' });
      await snapshotter.prepare(20);
      const [faults, filters] = ['faults.json', 'filters.txt'].map((name) => join(storage.simulator().root, name)) as [string, string];
      const failWith = (hresult: string): void => { writeFileSync(faults, JSON.stringify({ Faults: [{ Function: 'HcsAttachLayerStorageFilter', HResult: hresult }] })); };
      try {
        for (const hresult of ['0x80070001', '0xc03a001c', '0x801f0004']) {
          failWith(hresult);
          rmSync(filters, { force: true });
          expect((await refused('LayerStorageFailed', () => snapshotter.mount(20, [1], target))).native).toEqual({ hresult: Number(hresult) });
          writeFileSync(filters, 'minifilter cbfs6 384700 3\nminifilter WdFilter 328010 4\nlegacy oldscan 0\n');
          const error = await refused('LayerFiltered', () => snapshotter.mount(20, [1], target));
          expect(error.message).toContain('cbfs6 (Activity Monitor, 384700), oldscan (0)');
          expect(error.native).toEqual({ hresult: Number(hresult), filters: ['cbfs6 (Activity Monitor, 384700)', 'oldscan (0)'] });
        }
        failWith('0x8007001f');
        expect((await refused('LayerStorageFailed', () => snapshotter.mount(20, [1], target))).native?.filters).toHaveLength(2);
      } finally {
        rmSync(faults, { force: true });
        rmSync(filters, { force: true });
      }
      await snapshotter.mount(20, [1], target);
      await snapshotter.unmount(target);
    });

    it('to go on where the service ends in the middle, and works with the next one', async () => {
      await apply(1, [], { name: 'a' });
      const faults = join(storage.simulator().root, 'faults.json');
      writeFileSync(faults, JSON.stringify({ Faults: [{ Function: 'HcsImportLayer', ServiceGone: true, Times: 1 }] }));
      try {
        await refused('ComputeServiceStopped', () => apply(2, [1], { name: 'b' }));
      } finally {
        rmSync(faults);
      }
      await apply(2, [1], { name: 'b' });
      expect(await snapshotter.list()).toEqual([1, 2]);
    });
  });
});

interface ReadEntry { readonly flag: string; readonly link: string; readonly mtime: number; readonly content: string; readonly pax: Readonly<Record<string, string>> }

/** Entries by name, read without the code that is tested. */
const readTar = (tar: Buffer): ReadonlyMap<string, ReadEntry> => {
  const entries = new Map<string, ReadEntry>();
  let pax: Record<string, string> = {};
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const text = (start: number, length: number): string => tar.toString('utf8', at + start, at + start + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12), 8);
    const content = tar.toString('utf8', at + 512, at + 512 + size);
    const flag = text(156, 1);
    if (flag === 'x') {
      pax = Object.fromEntries([...content.matchAll(/[0-9]+ ([^=]+)=([^\n]*)\n/g)].map(([, key, value]) => [key, value]));
    } else {
      entries.set(pax['path'] ?? text(0, 100), { flag, link: text(157, 100), mtime: Number.parseInt(text(136, 12), 8), content, pax });
      pax = {};
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
};
