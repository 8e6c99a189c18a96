import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, openSync, closeSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getLinkAttribute } from '../../../../native/libc.ts';
import { FolderImages } from '../../../../src/snapshot/overlay/folder-images.ts';
import { imagesObstacle } from '../../../../src/snapshot/overlay/layer-image.ts';
import { expectError } from '../../../fixtures/expect-error.ts';
import { whyNoLoops } from '../../../fixtures/loop-devices.ts';
import { OverlayLayers } from '../../../fixtures/overlay-layers.ts';
import { mountSmallDisk } from '../../../fixtures/small-disk.ts';
import { skipReason, temporaryFolders, whyNoMounts } from '../../../fixtures/temporary-folder.ts';

const folders = temporaryFolders();

describe.skipIf(skipReason('disks of layers', whyNoMounts() ?? imagesObstacle()))('the disks of layers', () => {
  let folder: string;
  let layers: OverlayLayers;
  let images: FolderImages;
  /** A line for each image that was begun. */
  let begun: string;
  const conversions = (): number => (existsSync(begun) ? readFileSync(begun, 'utf8').split('\n').length - 1 : 0);
  const imageOf = (key: number): string => join(layers.key(key), 'layer.erofs');
  const names = (key: number): readonly string[] => readdirSync(layers.key(key)).toSorted();
  const flip = (key: number, at: number): void => {
    const fd = openSync(imageOf(key), 'r+');
    writeSync(fd, Buffer.from([readFileSync(imageOf(key)).readUInt8(at) ^ 0xff]), 0, 1, at);
    closeSync(fd);
  };

  beforeEach(async () => {
    folder = folders.make();
    layers = new OverlayLayers(folder);
    images = new FolderImages((key) => layers.key(key));
    begun = join(folder, 'begun');
    const programs = join(folder, 'programs');
    mkdirSync(programs);
    const real = execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin:/usr/bin command -v mkfs.erofs'], { encoding: 'utf8' }).trim();
    writeFileSync(join(programs, 'mkfs.erofs'), `#!/bin/sh\necho begun >> ${begun}\nexec ${real} "$@"\n`);
    chmodSync(join(programs, 'mkfs.erofs'), 0o755);
    vi.stubEnv('PATH', `${programs}:${process.env['PATH'] ?? ''}`);
    await layers.apply(1, [],
      { name: 'etc/', flag: '5', mode: 0o750, uid: 70_000, gid: 9 }, { name: 'etc/file', content: 'of the lower', uid: 7, mode: 0o4755, mtime: 1_500_000_000 },
      { name: 'etc/second', flag: '1', link: 'etc/file' }, { name: 'etc/link', flag: '2', link: 'file' }, { name: 'etc/gone', content: 'gone' },
      { name: 'hidden/', flag: '5' }, { name: 'hidden/below', content: 'below' }, { name: 'pipe', flag: '6' },
      { name: 'labelled', content: 'x', pax: { 'SCHILY.xattr.user.colour': 'blue', 'SCHILY.xattr.security.capability': Buffer.from('0100000200200000000000000000000000000000', 'hex') } });
    await layers.apply(2, [1], { name: 'etc/.wh.gone' }, { name: 'hidden/', flag: '5' }, { name: 'hidden/.wh..wh..opq' }, { name: 'hidden/above', content: 'above' });
  });
  afterEach(() => { vi.unstubAllEnvs(); });

  it('are made once, whoever wants them, and stay as they are', async () => {
    const [first, again] = await Promise.all([images.ensure([2, 1]), images.ensure([2, 1])]);
    expect(first).toEqual([imageOf(2), imageOf(1)]);
    expect(again).toEqual(first);
    expect(conversions()).toBe(2);
    const seen = [2, 1].map((key) => statSync(imageOf(key)));
    expect(await new FolderImages((key) => layers.key(key)).ensure([2, 1])).toEqual(first);
    expect(conversions()).toBe(2);
    expect([2, 1].map((key) => statSync(imageOf(key))).map(({ ino, mtimeMs }) => [ino, mtimeMs])).toEqual(seen.map(({ ino, mtimeMs }) => [ino, mtimeMs]));
    expect(names(1)).toEqual(['fs', 'layer.erofs']);
    expect(await images.sizeBytes(1)).toBeGreaterThan(0);
    expect(await images.sizeBytes(3)).toBe(0);
  });

  it.skipIf(whyNoLoops() !== undefined)('hold what their layers hold, and show the same when one is laid over the other', async () => {
    const [upper = '', lower = ''] = await images.ensure([2, 1]);
    const place = (name: string, ...args: readonly string[]): string => {
      const target = join(folder, name);
      mkdirSync(target);
      execFileSync('mount', [...args, target], { cwd: folder });
      folders.mounts.push(target);
      return target;
    };
    const [two, one] = [place('two', '-t', 'erofs', '-o', 'loop,ro', upper), place('one', '-t', 'erofs', '-o', 'loop,ro', lower)];
    expect(statSync(join(one, 'etc'))).toMatchObject({ mode: 0o40750, uid: 70_000, gid: 9 });
    expect(statSync(join(one, 'etc/file'))).toMatchObject({ mode: 0o104755, uid: 7, nlink: 2, mtimeMs: 1_500_000_000_000 });
    expect(statSync(join(one, 'etc/second')).ino).toBe(statSync(join(one, 'etc/file')).ino);
    expect(lstatSync(join(one, 'pipe')).isFIFO()).toBe(true);
    for (const name of ['user.colour', 'security.capability']) expect(getLinkAttribute(join(one, 'labelled'), name)).toEqual(getLinkAttribute(layers.file(1, 'labelled'), name));
    expect(lstatSync(join(two, 'etc/gone'))).toMatchObject({ rdev: 0 });
    const listing = (root: string): string => execFileSync('sh', ['-c', 'find . -printf "%p %y %m %U %G %s %l\\n" | sort'], { cwd: root, encoding: 'utf8' }).replaceAll(/^(\S+ d \d+ \d+ \d+) \d+/gm, '$1');
    const merged = (name: string, lowers: readonly string[]): string => listing(place(name, '-t', 'overlay', 'overlay', '-o', `ro,lowerdir=${lowers.join(':')}`));
    const shown = merged('disks', [two, one]);
    expect(shown).toBe(merged('folders', [layers.file(2), layers.file(1)]));
    expect(shown).toContain('./hidden/above');
    expect(shown).not.toMatch(/gone|below/);
  });

  it('say what is wrong with them, and are made again', async () => {
    await images.ensure([2, 1]);
    expect(await images.damage(1, { every: true })).toBeUndefined();
    expect(await images.damage(3, { every: true })).toBeUndefined();
    flip(1, statSync(imageOf(1)).size - 4097);
    expect(await images.damage(1, { every: false })).toBeUndefined();
    expect(await images.damage(1, { every: true })).toBe('its content is not what was written');
    flip(2, 1024);
    expect(await images.damage(2, { every: false })).toBe('it has no file system');
    await expectError('LayerImageDamaged', images.ensure([2, 1]));
    truncateSync(imageOf(2), 4096);
    expect(await images.damage(2, { every: false })).toBe('its end is missing');
    for (const key of [1, 2]) {
      await images.remake(key);
      expect(await images.damage(key, { every: true })).toBeUndefined();
    }
    expect(await images.ensure([2, 1])).toEqual([imageOf(2), imageOf(1)]);
  });

  it('are whole or not there, whenever their maker is killed', async () => {
    mkdirSync(layers.file(5), { recursive: true });
    for (let index = 0; index < 8; index += 1) writeFileSync(layers.file(5, `file${index}`), randomBytes(8 * 1024 * 1024));
    const code = `import('${join(import.meta.dirname, '../../../../src/snapshot/overlay/layer-image.ts')}').then(({ ensureLayerImage }) => ensureLayerImage(5, '${layers.key(5)}'))`;
    const child = spawn(process.execPath, ['-e', code], { stdio: 'ignore' });
    const ended = new Promise((resolve) => { child.on('exit', resolve); });
    while (names(5).length < 2 && child.exitCode === null) await delay(1);
    child.kill('SIGKILL');
    await ended;
    expect(names(5)).toEqual(['fs', expect.stringMatching(/^layer\.erofs\.\d+-1$/)]);
    await images.ensure([5]);
    expect(names(5)).toEqual(['fs', 'layer.erofs']);
    expect(await images.damage(5, { every: true })).toBeUndefined();
  });

  it('are not waited for by who is cancelled, nor made of what is not there', async () => {
    const cancelled = new AbortController();
    const waiting = images.ensure([1], cancelled.signal);
    cancelled.abort();
    await expectError('OperationCancelled', waiting);
    await images.ensure([1]);
    expect(conversions()).toBe(1);
    await expectError('SnapshotNotFound', images.ensure([9]));
  });

  it('leave nothing on a disk that is full', async () => {
    const small = mountSmallDisk(join(folder, 'small'), 1024 * 1024);
    folders.mounts.push(small);
    mkdirSync(join(small, 'fs'));
    writeFileSync(join(small, 'fs/file'), randomBytes(700 * 1024));
    await expectError('DiskFull', new FolderImages(() => small).ensure([1]));
    expect(readdirSync(small)).toEqual(['fs']);
    rmSync(join(small, 'fs/file'));
  });
});
