import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers();

describe.skipIf(reason !== undefined)(`the store${reason === undefined ? '' : `: ${reason}`}`, () => {
  let host: TestHost;
  let engine: EngineClient;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
  });
  afterAll(async () => { await host.close(); });

  const base = 'docker.io/library/busybox:test';
  const names = async (): Promise<readonly string[]> => (await engine.call('image/list', {})).items.map((image) => image.name);
  const blobs = (): readonly string[] => readdirSync(join(host.root, 'blobs/sha256')).toSorted();
  const layers = (): readonly string[] => readdirSync(join(host.root, 'snapshots')).toSorted();
  const lowest = (): string => String(Math.min(...layers().map(Number)));
  const code = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', (error: unknown) => errorCode(error) ?? error);
  /** An image of busybox and a layer of its own. */
  const commit = async (reference: string | undefined, content: string): Promise<{ readonly digest: string; readonly reference: string }> => {
    await engine.call('container/run', { image: 'busybox:test', name: 'maker', command: ['sh', '-c', `echo ${content} > /data/own; dd if=/dev/zero of=/data/zeros bs=1k count=500 2>/dev/null`] });
    const { image } = await engine.call('container/commit', { container: 'maker', ...(reference === undefined ? {} : { reference }), message: `made with ${content}`, author: 'Somebody' });
    await engine.call('container/remove', { container: 'maker' });
    return image;
  };

  afterEach(async () => {
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    for (const { reference } of (await engine.call('image/list', {})).items) if (reference !== base) await engine.call('image/remove', { image: reference });
    const left = [...await host.settledLeaks(), ...(blobs().length === 3 && layers().length === 1 ? [] : [`blobs ${blobs().join(' ')}, layers ${layers().join(' ')}`])];
    if (left.length > 0) throw new Error(`The test left: ${left.join('; ')}`);
  });

  it('tells where it is, what its parts take, and what could be freed, and changes nothing', async () => {
    const empty = await engine.call('store/get', {});
    expect(empty).toMatchObject({ path: host.root, contentCount: 3, layerCount: 1, containerCount: 0, containerBytes: 0, volumeCount: 0, volumeBytes: 0, logBytes: 0, buildCacheBytes: 0 });
    expect(empty.contentBytes).toBe(blobs().reduce((sum, name) => sum + statSync(join(host.root, 'blobs/sha256', name)).size, 0));
    expect(empty.fileSystem).toBe(execFileSync('df', ['--output=fstype', host.root], { encoding: 'utf8' }).split('\n')[1]);
    expect(empty.capacityBytes).toBeGreaterThan(empty.freeBytes);
    const write = (path: string, kilobytes: number): string => `dd if=/dev/urandom of=${path} bs=1k count=${kilobytes} 2>/dev/null`;
    await engine.call('container/run', {
      image: 'busybox:test', name: 'writer', command: ['sh', '-c', `${write('/data/own', 700)}; ${write('/kept/own', 300)}; seq 20000`], mounts: [{ kind: 'Volume', source: 'measured', target: '/kept', readOnly: false }],
    });
    const full = await engine.call('store/get', {});
    expect(full).toMatchObject({ containerCount: 1, volumeCount: 1, contentBytes: empty.contentBytes, layerBytes: empty.layerBytes });
    expect(full.containerBytes).toBeGreaterThanOrEqual(700 * 1024);
    expect(full.volumeBytes).toBeGreaterThanOrEqual(300 * 1024);
    expect(full.volumeBytes).toBeLessThan(400 * 1024);
    expect(full.logBytes).toBeGreaterThan(100_000);
    const { reclaimedBytes } = await engine.call('store/optimize', { unusedImages: true, danglingImages: true, stoppedContainers: true, unusedVolumes: true, buildCache: true, dryRun: true });
    expect(full.reclaimableBytes).toBe(reclaimedBytes);
    expect(full.reclaimableBytes).toBeGreaterThan(1000 * 1024);
    expect((await engine.call('container/list', {})).items).toHaveLength(1);
    await engine.call('container/remove', { container: 'writer' });
    await engine.call('volume/remove', { volume: 'measured' });
  });

  describe('gives images further names', () => {
    it('and takes them away again, the last one with the image', async () => {
      const { digest } = await commit('one:test', '1');
      const { image } = await engine.call('image/tag', { image: 'one:test', reference: 'registry.test/two:v2' });
      expect(image).toMatchObject({ name: 'registry.test/two:v2', digest });
      expect((await engine.call('image/remove', { image: 'one:test' })).reclaimedBytes).toBe(0);
      expect((await engine.call('image/remove', { image: 'registry.test/two:v2' })).reclaimedBytes).toBeGreaterThan(500 * 1024);
    });

    it('but moves a name only when it is told to, and then sweeps what had it', async () => {
      await commit('one:test', '1');
      await commit('two:test', '2');
      const before = blobs().length;
      expect(await code(engine.call('image/tag', { image: 'one:test', reference: 'two:test' }))).toBe('ImageReferenceInUse');
      expect(await code(engine.call('image/tag', { image: 'one:test', reference: 'one:test' }))).toBe('done');
      await engine.call('image/tag', { image: 'one:test', reference: 'two:test', force: true });
      expect(blobs()).toHaveLength(before - 3);
    });

    it('and says what is wrong with a name', async () => {
      expect(await code(engine.call('image/tag', { image: 'missing:test', reference: 'a:b' }))).toBe('ImageNotFound');
      expect(await code(engine.call('image/tag', { image: 'busybox:test', reference: 'A:b' }))).toBe('ImageReferenceInvalid');
      expect(await code(engine.call('image/tag', { image: 'busybox:test', reference: `a@sha256:${'0'.repeat(64)}` }))).toBe('ImageReferenceInvalid');
    });

    it('and an image without a name gets one for good', async () => {
      const { reference, digest } = await commit(undefined, 'nameless');
      await engine.call('image/tag', { image: reference, reference: 'named:test' });
      expect(await names()).toEqual(['busybox:test', 'named:test']);
      expect((await engine.call('image/list', { reference: 'named:test' })).items[0]?.digest).toBe(digest);
    });
  });

  it('tells the history of an image, newest first, and also of layers that nobody told of', async () => {
    await commit('one:test', '1');
    const { items } = await engine.call('image/history', { image: 'one:test' });
    expect(items.map(({ comment, author, emptyLayer }) => ({ comment, author, emptyLayer }))).toEqual([{ comment: 'made with 1', author: 'Somebody', emptyLayer: false }, { comment: '', author: '', emptyLayer: false }]);
    expect(items[0]).toMatchObject({ createdBy: expect.stringContaining('sh -c echo 1') as string, sizeBytes: 2 + 500 * 1024 });
    expect(items[1]?.sizeBytes).toBeGreaterThan(1_000_000);
    expect((await engine.call('image/history', { image: 'busybox:test' })).items).toHaveLength(1);
    expect(await code(engine.call('image/history', { image: 'missing' }))).toBe('ImageNotFound');
  });

  it('tells the layers of an image, who shares them, and how much is its own', async () => {
    await commit('one:test', '1');
    await commit('two:test', '2');
    const { items } = await engine.call('image/layers', { image: 'one:test' });
    expect(items.map(({ images, unpacked }) => ({ images, unpacked }))).toEqual([
      { images: [base, 'docker.io/library/one:test', 'docker.io/library/two:test'], unpacked: true }, { images: ['docker.io/library/one:test'], unpacked: true },
    ]);
    expect(items[1]).toMatchObject({ sizeBytes: 2 + 500 * 1024, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' });
    expect(items[1]?.storedBytes).toBe(statSync(join(host.root, 'blobs', items[1]?.digest?.replace(':', '/') ?? '')).size);
    expect((await engine.call('image/layers', {})).items).toHaveLength(3);
    const [one] = (await engine.call('image/list', { reference: 'one:test' })).items;
    expect(one).toMatchObject({ uniqueBytes: 2 + 500 * 1024, sharedBytes: items[0]?.sizeBytes });
    await engine.call('image/tag', { image: 'one:test', reference: 'same:test' });
    expect((await engine.call('image/list', { reference: 'one:test' })).items[0]?.uniqueBytes).toBe(2 + 500 * 1024);
  });

  it('finds layers that only a container still needs, and sweeps them with it', async () => {
    await commit('one:test', '1');
    expect((await engine.call('image/layers', { orphaned: true })).items).toEqual([]);
    await engine.call('container/create', { image: 'one:test', name: 'user', command: ['true'] });
    await engine.call('image/remove', { image: 'one:test', force: true });
    const { items } = await engine.call('image/layers', { orphaned: true });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ images: [], sizeBytes: 2 + 500 * 1024 });
    await engine.call('container/remove', { container: 'user' });
    expect((await engine.call('image/layers', { orphaned: true })).items).toEqual([]);
    expect(blobs()).toHaveLength(3);
  });

  describe('is optimized', () => {
    it('by nothing where nothing is superfluous and nothing else is asked for', async () => {
      await commit('one:test', '1');
      await commit(undefined, 'nameless');
      expect(await engine.call('store/optimize', {})).toEqual({ items: [], reclaimedBytes: 0 });
      expect(await names()).toHaveLength(3);
    });

    it('by what it said beforehand, byte by byte', async () => {
      await commit('one:test', '1');
      const nameless = await commit(undefined, 'nameless');
      await engine.call('container/run', { image: 'busybox:test', name: 'ended', command: ['sh', '-c', 'dd if=/dev/zero of=/data/big bs=1k count=2000 2>/dev/null'] });
      await engine.call('container/create', { image: 'busybox:test', name: 'fresh', command: ['true'] });
      const before = [blobs(), layers(), await names()];
      const asked = { unusedImages: true, danglingImages: true, stoppedContainers: true } as const;
      const dry = await engine.call('store/optimize', { ...asked, dryRun: true });
      expect([blobs(), layers(), await names()]).toEqual(before);
      expect(dry.items.map(({ kind, id, action }) => `${kind} ${kind === 'Container' ? '' : id} ${action}`).toSorted())
        .toEqual(['Container  WouldRemove', 'Image docker.io/library/one:test WouldRemove', `Image ${nameless.reference} WouldRemove`]);
      for (const item of dry.items) expect(item.sizeBytes).toBeGreaterThan(500 * 1024);
      const done = await engine.call('store/optimize', asked);
      expect(done.items.map((item) => ({ ...item, action: '' }))).toEqual(dry.items.map((item) => ({ ...item, action: '' })));
      expect(done.items.every(({ action }) => action === 'Removed')).toBe(true);
      expect(done.reclaimedBytes).toBe(dry.reclaimedBytes);
      expect((await engine.call('container/list', {})).items.map(({ name }) => name)).toEqual(['fresh']);
      expect(await names()).toEqual(['busybox:test']);
    });

    it('by unused images, but for those that are new, in use, or the last of their repository', async () => {
      await commit('app:1', '1');
      const middle = new Date();
      for (const version of [2, 3, 4]) await commit(`app:${version}`, String(version));
      await commit('used:1', 'used');
      await engine.call('container/create', { image: 'used:1', name: 'user', command: ['true'] });
      const would = async (params: object): Promise<readonly string[]> => (await engine.call('store/optimize', { unusedImages: true, dryRun: true, ...params })).items.map(({ id }) => id.replace('docker.io/library/', ''));
      expect(await would({})).toEqual(['app:1', 'app:2', 'app:3', 'app:4', 'busybox:test']);
      expect(await would({ olderThan: middle.toISOString() })).toEqual(['app:1', 'busybox:test']);
      expect(await would({ keepLast: 2 })).toEqual(['app:1', 'app:2']);
      expect(await would({ keepLast: 3, olderThan: middle.toISOString() })).toEqual(['app:1']);
      expect(await would({ unusedImages: false, danglingImages: true })).toEqual([]);
    });

    it('by blobs and layers that nobody refers to', async () => {
      const stray = join(host.root, 'blobs/sha256', '0'.repeat(64));
      writeFileSync(stray, 'stray');
      expect(await engine.call('store/optimize', {})).toEqual({ items: [{ kind: 'Blob', id: `sha256:${'0'.repeat(64)}`, sizeBytes: 5, reason: 'nothing refers to it', action: 'Removed' }], reclaimedBytes: 5 });
    });

    it('at the next try by what could not be deleted', async () => {
      await commit('one:test', '1');
      const key = layers().at(-1) ?? '';
      // A folder cannot be removed while something is mounted in it.
      const inner = join(host.root, 'snapshots', key, 'fs/mounted');
      mkdirSync(inner);
      const { mount, mountFlags, unmount } = await import('../../native/libc.ts');
      const outside = join(host.folder, 'outside');
      mkdirSync(outside);
      writeFileSync(join(outside, 'file'), 'not the snapshot\'s');
      mount(outside, inner, null, mountFlags.bind, null);
      await engine.call('image/remove', { image: 'one:test' });
      expect(layers()).toContain(key);
      const failed = await engine.call('store/optimize', {});
      expect(failed.items[0]).toMatchObject({ kind: 'Layer', id: key, action: 'Failed', sizeBytes: 0 });
      expect(readdirSync(outside)).toEqual(['file']);
      unmount(inner);
      await using next = await host.engine();
      await next.call('host/get', {});
      for (const end = performance.now() + 10_000; layers().includes(key) && performance.now() < end;) await delay(50);
      expect(layers()).not.toContain(key);
    });

    it('by an engine that is killed in the middle: the next one does the rest', async () => {
      for (const moment of [0, 5, 10, 20, 40, 80]) {
        for (const version of [1, 2, 3]) await commit(`app:${version}`, String(version));
        const doomed = await host.engine();
        await doomed.call('host/get', {});
        doomed.call('store/optimize', { unusedImages: true, keepLast: 1 }).catch(() => undefined);
        await delay(moment);
        await host.kill(doomed);
        await using next = await host.engine();
        await next.call('store/optimize', { unusedImages: true, keepLast: 1 });
        expect(await host.settledLeaks()).toEqual([]);
        expect(await names()).toEqual(['app:3', 'busybox:test']);
        expect([blobs().length, layers().length]).toEqual([6, 2]);
      }
    }, 120_000);
  });

  describe('is repaired', () => {
    const repair = async (params: { readonly dryRun?: boolean; readonly verify?: boolean } = {}): Promise<readonly string[]> =>
      (await engine.call('store/repair', params)).items.map(({ kind, action, reason: why }) => `${kind} ${action}: ${why}`);

    it('by nothing where nothing is wrong', async () => {
      await engine.call('container/create', { image: 'busybox:test', name: 'stopped', command: ['true'] });
      await engine.call('container/start', { container: 'stopped' });
      await engine.call('container/wait', { container: 'stopped' });
      await engine.call('container/create', { image: 'busybox:test', name: 'running', command: ['sleep', '100'] });
      await engine.call('container/start', { container: 'running' });
      expect(await repair({ verify: true })).toEqual([]);
      expect(await repair({ dryRun: true, verify: true })).toEqual([]);
    });

    it('of what nobody knows of, and says it beforehand', async () => {
      mkdirSync(join(host.root, 'snapshots/4711/fs'), { recursive: true });
      mkdirSync(join(host.root, 'volumes/lost'));
      mkdirSync(join(host.root, 'containers', 'c'.repeat(64)));
      const expected = ['Container %: its container is not in the store', 'Layer %: the store does not know it', 'Volume %: the store does not know it'];
      expect(await repair({ dryRun: true })).toEqual(expected.map((line) => line.replace('%', 'WouldRepair')));
      expect(layers()).toContain('4711');
      expect(await repair()).toEqual(expected.map((line) => line.replace('%', 'Repaired')));
      expect(await repair()).toEqual([]);
    });

    it('of layers whose folders are gone, which are unpacked again when they are needed', async () => {
      await commit('one:test', '1');
      const [below, above] = (await engine.call('image/layers', { image: 'one:test' })).items;
      const folder = lowest();
      rmSync(join(host.root, 'snapshots', folder), { recursive: true });
      const gone = 'its folder is gone; it is unpacked again when it is needed';
      const stands = 'it stands on a layer whose folder is gone; it is unpacked again when it is needed';
      expect(await repair({ dryRun: true })).toEqual([`Layer WouldRepair: ${gone}`, `Layer WouldRemove: ${stands}`]);
      expect(layers()).toHaveLength(1);
      const { items } = await engine.call('store/repair', {});
      expect(items.map(({ id, action, reason: why }) => [id, action, why])).toEqual([[below?.chainId, 'Repaired', gone], [above?.chainId, 'Removed', stands]]);
      expect(layers()).toEqual([]);
      expect(await repair()).toEqual([]);
      const { container } = await engine.call('container/run', { image: 'one:test', command: ['grep', '-q', '1', '/data/own'] });
      expect(container.exitCode).toBe(0);
      expect(layers()).toHaveLength(3);
      expect(await repair({ verify: true })).toEqual([]);
    });

    it('of layers whose folders are gone, but for those that a container stands on', async () => {
      await commit('one:test', '1');
      await engine.call('container/create', { image: 'busybox:test', name: 'stands', command: ['true'] });
      const folder = lowest();
      const path = join(host.root, 'snapshots', folder);
      renameSync(path, join(host.folder, 'aside'));
      const told = ['Layer Failed: its folder is gone, and these containers stand on it: stands; remove them, and repair the store again'];
      expect(await repair({ dryRun: true })).toEqual(told);
      expect(await repair()).toEqual(told);
      await engine.call('container/remove', { container: 'stands' });
      expect((await repair()).map((line) => line.slice(0, 15))).toEqual(['Layer Repaired:', 'Layer Removed: ']);
      // With its bytes gone too it says what brings them back, and so does who needs it.
      const stored = (await engine.call('image/layers', { image: 'busybox:test' })).items[0]?.digest ?? '';
      const blob = join(host.root, 'blobs', stored.replace(':', '/'));
      await engine.call('container/run', { image: 'busybox:test', command: ['true'], autoRemove: true });
      rmSync(join(host.root, 'snapshots', lowest()), { recursive: true });
      renameSync(blob, join(host.folder, 'blob'));
      expect(await repair()).toEqual([`Layer Repaired: its folder is gone; pull or import again: ${base}, docker.io/library/one:test`]);
      expect(await code(engine.call('container/create', { image: 'busybox:test', command: ['true'] }))).toBe('BlobNotFound');
      renameSync(join(host.folder, 'blob'), blob);
      await engine.call('container/run', { image: 'busybox:test', command: ['true'], autoRemove: true });
    });

    it('of damaged blobs, naming the image that needs them; an import brings them back', async () => {
      await commit('one:test', '1');
      const archive = join(host.folder, 'one.tar');
      await engine.call('image/export', { images: ['one:test'], path: archive, force: true });
      const layer = (await engine.call('image/layers', { image: 'one:test' })).items[1]?.digest ?? '';
      const path = join(host.root, 'blobs', layer.replace(':', '/'));
      writeFileSync(path, 'damaged');
      writeFileSync(join(host.root, 'blobs/sha256', '1'.repeat(64)), 'of another digest');
      expect(await repair()).toEqual([]);
      const found = ['nothing needs it', 'pull or import again: docker.io/library/one:test'];
      expect((await repair({ verify: true, dryRun: true })).toSorted()).toEqual(found.map((why) => `Blob WouldRemove: its content does not have its digest; ${why}`));
      expect((await repair({ verify: true })).toSorted()).toEqual(found.map((why) => `Blob Removed: its content does not have its digest; ${why}`));
      expect((await engine.call('image/test', { image: 'one:test' })).intact).toBe(false);
      expect(await code(engine.call('image/export', { images: ['one:test'], path: archive, force: true }))).toBe('BlobNotFound');
      await engine.call('image/import', { path: archive });
      expect((await engine.call('image/test', { image: 'one:test' })).intact).toBe(true);
      expect(await repair({ verify: true })).toEqual([]);
    });
  });

  it('is swept by the next engine where one was killed between removing an image and its content', async () => {
    for (const moment of [0, 1, 2, 4, 8, 12, 20]) {
      await commit('one:test', '1');
      const doomed = await host.engine();
      await doomed.call('host/get', {});
      doomed.call('image/remove', { image: 'one:test' }).catch(() => undefined);
      await delay(moment);
      await host.kill(doomed);
      await using next = await host.engine();
      if (!(await names()).includes('one:test')) {
        await next.call('host/get', {});
        for (const end = performance.now() + 10_000; blobs().length > 3 && performance.now() < end;) await delay(20);
        expect([blobs().length, layers().length]).toEqual([3, 1]);
      }
    }
  }, 180_000);
});
