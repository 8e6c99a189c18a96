import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LayerSource } from '../../../../src/core/index.ts';
import { OverlaySnapshotter } from '../../../../src/snapshot/overlay/index.ts';
import { expectError } from '../../../fixtures/expect-error.ts';
import { buildTar, type BuiltEntry } from '../../../fixtures/tar-builder.ts';

const notRoot = process.geteuid?.() !== 0;

describe.skipIf(notRoot)(`a layer that is unpacked before the ones below it${notRoot ? ' (needs root)' : ''}`, () => {
  let root: string;
  let snapshotter: OverlaySnapshotter;
  let archives = 0;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'silo-at-once-'));
    snapshotter = new OverlaySnapshotter(root);
  });
  afterEach(() => { rmSync(root, { recursive: true, force: true }); });

  const source = (...entries: BuiltEntry[]): LayerSource => {
    const path = join(root, `${(archives += 1)}.tar`);
    writeFileSync(path, buildTar(...entries));
    return { path, mediaType: '' };
  };
  const file = (key: number, ...names: string[]): string => join(root, 'snapshots', String(key), 'fs', ...names);
  const lowest: readonly BuiltEntry[] = [
    { name: './', flag: '5', mode: 0o711, uid: 3 }, { name: 'etc/', flag: '5', mode: 0o750, uid: 12, gid: 13, mtime: 1_000_000 },
    { name: 'usr/', flag: '5' }, { name: 'usr/lib/', flag: '5' }, { name: 'lib', flag: '2', link: 'usr/lib' },
  ];

  /** The upper layer is as far as it can come before the lower one begins. */
  const upperFirst = async (...upper: BuiltEntry[]): Promise<void> => {
    const ready = Promise.withResolvers<void>();
    const applying = snapshotter.applyLayer(2, [1], { ...source(...upper), chainReady: ready.promise });
    // One thread finishes the job before the next is begun: what waits would wait for ever otherwise.
    await snapshotter.applyLayer(9, [], source({ name: 'other' }));
    await snapshotter.applyLayer(1, [], source(...lowest));
    ready.resolve();
    await applying;
  };

  it('gets the folders that only they have as they have them, its root too', async () => {
    await upperFirst({ name: 'etc/own', content: 'own' }, { name: 'new/file' });
    const etc = statSync(file(2, 'etc'));
    expect([etc.mode & 0o7777, etc.uid, etc.gid, etc.mtimeMs]).toEqual([0o750, 12, 13, 1_000_000_000]);
    expect([statSync(file(2)).mode & 0o7777, statSync(file(2)).uid]).toEqual([0o711, 3]);
    expect(statSync(file(2, 'new')).mode & 0o7777).toBe(0o755);
  });

  it('keeps what its own archive says of its folders', async () => {
    await upperFirst({ name: './', flag: '5', mode: 0o700 }, { name: 'etc/own' }, { name: 'etc/', flag: '5', mode: 0o701 });
    expect([statSync(file(2)).mode & 0o7777, statSync(file(2, 'etc')).mode & 0o7777]).toEqual([0o700, 0o701]);
  });

  it('has its files behind a link of theirs where the link leads', async () => {
    await upperFirst({ name: 'lib/a', content: 'a' }, { name: 'usr/lib/b', content: 'b' });
    expect([readFileSync(file(2, 'usr/lib/a'), 'utf8'), readFileSync(file(2, 'usr/lib/b'), 'utf8')]).toEqual(['a', 'b']);
    await expect(async () => statSync(file(2, 'lib'))).rejects.toThrow('ENOENT');
  });

  it('finds the target of a hard link behind a link of theirs', async () => {
    await upperFirst({ name: 'usr/lib/b', content: 'b' }, { name: 'c', flag: '1', link: 'lib/b' });
    expect(readFileSync(file(2, 'c'), 'utf8')).toBe('b');
  });

  it('may put a link of its own where they have a folder', async () => {
    await upperFirst({ name: 'opt', flag: '2', link: 'etc' });
    expect(readlinkSync(file(2, 'opt'))).toBe('etc');
  });

  it('is refused for what it holds itself, guesses or not', async () => {
    const ready = Promise.resolve(snapshotter.applyLayer(1, [], source(...lowest)));
    await expectError('LayerEntryUnsupported', snapshotter.applyLayer(2, [1], { ...source({ name: 'lib/a' }, { name: 'c', flag: '1', link: 'lib/missing' }), chainReady: ready }));
    await expectError('ArchivePathUnsafe', snapshotter.applyLayer(3, [1], { ...source({ name: 'lib/a' }, { name: '../c' }), chainReady: ready }));
    expect(await snapshotter.list()).toEqual([1]);
  });

  it('is gone where one of them never comes', async () => {
    const failed = new Error('a layer below failed');
    const ready = Promise.withResolvers<void>();
    const applying = snapshotter.applyLayer(2, [1], { ...source({ name: 'etc/own' }), chainReady: ready.promise });
    ready.reject(failed);
    await expect(applying).rejects.toBe(failed);
    expect(await snapshotter.list()).toEqual([]);
  });
});
