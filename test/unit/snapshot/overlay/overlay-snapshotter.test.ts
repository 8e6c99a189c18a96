import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { makeNode, mount, mountFlags, packDevice } from '../../../../native/libc.ts';
import { OverlaySnapshotter } from '../../../../src/snapshot/overlay/index.ts';
import { mountedUpper, mountStackByOptions } from '../../../../src/snapshot/overlay/overlay-mount.ts';
import { killChild, startChild } from '../../../fixtures/child-engine.ts';
import { expectError } from '../../../fixtures/expect-error.ts';
import { mountSmallDisk } from '../../../fixtures/small-disk.ts';
import { buildTar, type BuiltEntry } from '../../../fixtures/tar-builder.ts';
import { skipReason, temporaryFolders, whyNoMounts } from '../../../fixtures/temporary-folder.ts';

const folders = temporaryFolders();

describe.skipIf(skipReason('overlay mounts', whyNoMounts()))('the overlay snapshotter', () => {
  const layerFile = (folder: string, ...entries: BuiltEntry[]): string => {
    const path = join(folder, `${randomBytes(4).toString('hex')}.tar`);
    writeFileSync(path, buildTar(...entries));
    return path;
  };
  const make = () => {
    const root = folders.make();
    const target = join(root, 'target');
    mkdirSync(target);
    folders.mounts.push(target);
    return { root, target, snapshotter: new OverlaySnapshotter(root), source: (...entries: BuiltEntry[]) => ({ path: layerFile(root, ...entries), mediaType: '' }) };
  };

  it('shows the root of the top layer with its owner and mode, until the container changes them', async () => {
    const { snapshotter, source, target } = make();
    await snapshotter.applyLayer(1, [], source({ name: './', flag: '5', mode: 0o711, uid: 12, gid: 13 }));
    await snapshotter.prepare(2);
    await snapshotter.mount(2, [1], target);
    expect([statSync(target).mode & 0o7777, statSync(target).uid, statSync(target).gid]).toEqual([0o711, 12, 13]);
    chmodSync(target, 0o755);
    chownSync(target, 0, 0);
    await snapshotter.unmount(target);
    await snapshotter.mount(2, [1], target);
    expect([statSync(target).mode & 0o7777, statSync(target).uid]).toEqual([0o755, 0]);
  });

  it('keeps device nodes of images inert', async () => {
    const { snapshotter, source, target } = make();
    await snapshotter.applyLayer(1, [], source({ name: 'null', flag: '3', major: 1, minor: 3, mode: 0o666 }));
    await snapshotter.prepare(2);
    await snapshotter.mount(2, [1], target);
    expect(statSync(join(target, 'null')).rdev).toBe(statSync('/dev/null').rdev);
    expect(() => readFileSync(join(target, 'null'))).toThrow(/EACCES/);
    makeNode(join(target, 'zero'), 0o20666, packDevice(1, 5));
    expect(() => readFileSync(join(target, 'zero'))).toThrow(/EACCES/);
  });

  it('refuses to take another mount for its own', async () => {
    const { snapshotter, source, target } = make();
    await snapshotter.applyLayer(1, [], source({ name: 'a' }));
    for (const key of [2, 3]) await snapshotter.prepare(key);
    await snapshotter.mount(2, [1], target);
    await expect(snapshotter.mount(3, [1], target)).rejects.toThrow('Something else');
  });

  it('finds its mount through links and odd names', async () => {
    const root = join(folders.make(), 'with blank,comma:colon');
    const target = join(root, 'a\tb\\c');
    mkdirSync(target, { recursive: true });
    symlinkSync(target, join(root, 'link'));
    folders.mounts.push(target);
    const snapshotter = new OverlaySnapshotter(root);
    await snapshotter.applyLayer(1, [], { path: layerFile(root, { name: 'a' }), mediaType: '' });
    await snapshotter.prepare(2);
    await snapshotter.mount(2, [1], join(root, 'link'));
    await snapshotter.mount(2, [1], target);
    expect(mountedUpper(target)).toBe(join(root, 'snapshots/2/fs'));
    await snapshotter.unmount(target);
    expect(mountedUpper(target)).toBeUndefined();
  });

  it('unmounts what is in use, at the latest after a second', async () => {
    const { snapshotter, source, target } = make();
    await snapshotter.applyLayer(1, [], source({ name: 'd/', flag: '5' }));
    await snapshotter.prepare(2);
    await snapshotter.mount(2, [1], target);
    // A mount below keeps it busy.
    mount(join(target, 'd'), join(target, 'd'), '', mountFlags.bind, null);
    await snapshotter.unmount(target);
    expect(mountedUpper(target)).toBeUndefined();
  });

  it('mounts with one page of options where the kernel knows no more, and refuses what does not fit', () => {
    const folder = folders.make();
    const [upper, work, target] = ['upper:x', 'work', 'target'].map((name) => join(folder, name)) as [string, string, string];
    const lower = Array.from({ length: 3 }, (_, index) => join(folder, `lower,${index}`));
    for (const path of [upper, work, target, ...lower]) mkdirSync(path);
    writeFileSync(join(lower[2] ?? '', 'deep'), 'x');
    folders.mounts.push(target);
    mountStackByOptions({ lower, upper, work }, target);
    expect(readdirSync(target)).toEqual(['deep']);
    const many = Array.from({ length: 200 }, () => folder);
    expect(() => mountStackByOptions({ lower: many, upper, work }, target)).toThrow(expect.objectContaining({ code: 'OptionUnsupported' }));
  });

  it('says that the disk is full, and keeps nothing of the layer', async () => {
    const root = mountSmallDisk(join(folders.make(), 'disk'), 4_000_000);
    folders.mounts.push(root);
    const elsewhere = folders.make();
    const snapshotter = new OverlaySnapshotter(root);
    await snapshotter.applyLayer(1, [], { path: layerFile(elsewhere, { name: 'kept', content: 'kept' }), mediaType: '' });
    const large = layerFile(elsewhere, ...Array.from({ length: 20 }, (_, index) => ({ name: `f${index}`, content: randomBytes(500_000) })));
    const error = await expectError('DiskFull', snapshotter.applyLayer(2, [1], { path: large, mediaType: '' }));
    expect(error.retryable).toBe(true);
    expect(await snapshotter.list()).toEqual([1]);
    expect(readFileSync(join(root, 'snapshots/1/fs/kept'), 'utf8')).toBe('kept');
  });

  it('removes the half of a layer that a killed engine left, or applies it again', async () => {
    // In memory, so that a busy disk does not decide how long this takes.
    const root = mountSmallDisk(join(folders.make(), 'disk'), 1_000_000_000);
    folders.mounts.push(root);
    const path = layerFile(root, ...Array.from({ length: 25_000 }, (_, index) => ({ name: `d${index % 100}/f${index}`, content: 'x' })));
    const snapshotter = new OverlaySnapshotter(root);
    const child = await startChild('apply', root, path);
    await killChild(child);
    expect(await snapshotter.list()).toEqual([7]);
    await snapshotter.remove(7);
    expect(existsSync(join(root, 'snapshots/7'))).toBe(false);
    const second = await startChild('apply', root, path);
    await killChild(second);
    const applied = await snapshotter.applyLayer(7, [], { path, mediaType: '' });
    expect(applied.entries).toBe(25_000);
    expect(readdirSync(join(root, 'snapshots/7/fs'))).toHaveLength(100);
  }, 60_000);

  it('leaves the event loop free while it unpacks', async () => {
    const { snapshotter, source } = make();
    const layer = source(...Array.from({ length: 20_000 }, (_, index) => ({ name: `f${index}`, content: 'x' })));
    let longestMs = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 1);
    await snapshotter.applyLayer(1, [], layer);
    clearInterval(timer);
    expect(longestMs).toBeLessThan(200);
  });

  it('lets jobs wait for a thread, cancels those that wait, and ends idle threads', async () => {
    const { root } = make();
    const snapshotter = new OverlaySnapshotter(root, 1);
    const cancel = new AbortController();
    const path = layerFile(root, { name: 'a', content: Buffer.alloc(3_000_000) });
    const first = snapshotter.applyLayer(1, [], { path, mediaType: '' });
    const waiting = expectError('OperationCancelled', snapshotter.applyLayer(2, [], { path, mediaType: '', signal: cancel.signal }));
    const third = snapshotter.applyLayer(3, [], { path, mediaType: '' });
    cancel.abort();
    await waiting;
    await Promise.all([first, third]);
    await delay(10);
    expect(await snapshotter.list()).toEqual([1, 3]);
  });

  it('refuses keys that are none', async () => {
    const { snapshotter } = make();
    await expect(snapshotter.prepare(-1)).rejects.toThrow(RangeError);
    await expect(snapshotter.remove(Number.NaN)).rejects.toThrow(RangeError);
  });
});
