import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { unmount } from '../../native/libc.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { DockerHost, whyNoDocker } from '../fixtures/docker-host.ts';
import { whyNoPeer } from '../fixtures/peers.ts';
import { mountSmallDisk } from '../fixtures/small-disk.ts';
import { listArchive } from '../fixtures/list-archive.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers();
const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const skopeo = (...args: readonly string[]): string => execFileSync('skopeo', ['--insecure-policy', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe.skipIf(reason !== undefined)(`the export of images${reason === undefined ? '' : `: ${reason}`}`, () => {
  let host: TestHost;
  let engine: EngineClient;
  let folder: string;
  let image: { readonly digest: string; readonly id: string };
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
    folder = mkdtempSync(join(tmpdir(), 'silo-export-'));
    await engine.call('container/run', { image: 'busybox:test', name: 'changed', command: ['sh', '-c', 'echo more > /data/more; rm /www/index.html'] });
    ({ image } = await engine.call('container/commit', { container: 'changed', reference: 'registry.test/team/two-layers:v1', changes: ['CMD ["cat", "/data/more"]'] }));
    await engine.call('container/remove', { container: 'changed' });
  });
  afterAll(async () => {
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const leftovers = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('.'));
  const write = async (name: string, format: 'OciArchive' | 'OciFolder' | 'DockerArchive', images = ['registry.test/team/two-layers:v1'], force = false): Promise<string> => {
    const path = join(folder, name);
    const result = await engine.call('image/export', { images, path, format, force });
    expect(result.path).toBe(path);
    return path;
  };
  const refused = async (params: Parameters<typeof engine.call<'image/export'>>[1]): Promise<unknown> => {
    const error = await engine.call('image/export', params).then(() => 'done', (caught: unknown) => caught);
    return errorCode(error) ?? error;
  };

  it('writes the same bytes for the same images, and says how many', async () => {
    const [first, second] = [await write('one.tar', 'OciArchive'), await write('two.tar', 'OciArchive')];
    expect(sha256(readFileSync(second))).toBe(sha256(readFileSync(first)));
    const { sizeBytes, digests } = await engine.call('image/export', { images: [image.id], path: join(folder, 'three.tar') });
    expect(digests).toEqual([image.digest]);
    expect(sizeBytes).toBe(readFileSync(join(folder, 'three.tar')).length);
    expect(leftovers()).toEqual([]);
  });

  it('writes documents first, and blobs in the order of their digests', async () => {
    const names = await listArchive(readFileSync(await write('order.tar', 'DockerArchive')));
    expect(names.slice(0, 5)).toEqual(['oci-layout', 'index.json', 'manifest.json', 'blobs/', 'blobs/sha256/']);
    expect(names.slice(5)).toEqual(names.slice(5).toSorted());
    expect(names).toHaveLength(5 + 4);
  });

  it('is read back with the same digests, in every form', async () => {
    for (const format of ['OciArchive', 'OciFolder', 'DockerArchive'] as const) {
      const path = await write(`back-${format}`, format);
      await engine.call('image/tag', { image: image.id, reference: 'kept:test' });
      await engine.call('image/remove', { image: 'registry.test/team/two-layers:v1' });
      const { images } = await engine.call('image/import', { path });
      expect(images.map(({ reference, digest, id }) => ({ reference, digest, id }))).toEqual([{ reference: 'registry.test/team/two-layers:v1', digest: image.digest, id: image.id }]);
      await engine.call('image/remove', { image: 'kept:test' });
    }
  });

  it('takes several images and names, their shared layers once', async () => {
    await engine.call('image/tag', { image: image.id, reference: 'second/name:v1' });
    const path = await write('several', 'OciFolder', ['registry.test/team/two-layers:v1', 'second/name:v1', 'busybox:test', 'busybox:test']);
    const index = JSON.parse(readFileSync(join(path, 'index.json'), 'utf8')) as { manifests: { annotations: Record<string, string> }[] };
    expect(index.manifests.map(({ annotations }) => annotations['org.opencontainers.image.ref.name'])).toEqual(['registry.test/team/two-layers:v1', 'docker.io/second/name:v1', 'test']);
    expect(readdirSync(join(path, 'blobs/sha256'))).toHaveLength(2 * 2 + 2);
    for (const name of readdirSync(join(path, 'blobs/sha256'))) expect(sha256(readFileSync(join(path, 'blobs/sha256', name)))).toBe(`sha256:${name}`);
    await engine.call('image/remove', { image: 'second/name:v1' });
    expect((await engine.call('image/import', { path })).images.map(({ name }) => name).toSorted()).toEqual(['busybox:test', 'registry.test/team/two-layers:v1', 'second/name:v1']);
    await engine.call('image/remove', { image: 'second/name:v1' });
  });

  it('replaces only what it is told to, and never something else', async () => {
    const images = ['busybox:test'];
    writeFileSync(join(folder, 'taken'), 'mine');
    mkdirSync(join(folder, 'folder/inner'), { recursive: true });
    const before = sha256(readFileSync(await write('replaced', 'OciArchive')));
    expect(await refused({ images, path: join(folder, 'taken') })).toBe('PathExists');
    expect(await refused({ images, path: join(folder, 'folder'), format: 'OciFolder' })).toBe('PathExists');
    expect(await refused({ images, path: join(folder, 'folder'), format: 'OciFolder', force: true })).toBe('ParameterInvalid');
    expect(await refused({ images, path: join(folder, 'folder'), force: true })).toBe('ParameterInvalid');
    expect(await refused({ images, path: join(folder, 'taken'), format: 'OciFolder', force: true })).toBe('ParameterInvalid');
    expect(readFileSync(join(folder, 'taken'), 'utf8')).toBe('mine');
    expect(readdirSync(join(folder, 'folder'))).toEqual(['inner']);
    await write('replaced', 'OciArchive', images, true);
    expect(sha256(readFileSync(join(folder, 'replaced')))).not.toBe(before);
    await write('layout', 'OciFolder');
    await write('layout', 'OciFolder', images, true);
    expect(readdirSync(join(folder, 'layout/blobs/sha256'))).toHaveLength(3);
    symlinkSync('taken', join(folder, 'link'));
    await write('link', 'OciArchive', images, true);
    expect(readFileSync(join(folder, 'taken'), 'utf8')).toBe('mine');
    expect(leftovers()).toEqual([]);
  });

  it('says what is wrong with what it is asked', async () => {
    const path = join(folder, 'wrong.tar');
    expect(await refused({ images: ['missing:test'], path })).toBe('ImageNotFound');
    expect(await refused({ images: ['Wrong Name'], path })).toBe('ImageReferenceInvalid');
    expect(await refused({ images: ['busybox:test'], path: 'relative.tar' })).toBe('ParameterInvalid');
    expect(await refused({ images: ['busybox:test'], path: '/a\0b' })).toBe('ParameterInvalid');
    expect(await refused({ images: ['busybox:test'], path: join(folder, 'missing/x.tar') })).toBe('PathNotFound');
    expect(await refused({ images: ['busybox:test'], path: join(folder, 'one.tar/x.tar') })).toBe('PathNotFound');
    expect(await refused({ images: ['busybox:test'], path: '/proc/x.tar' })).toMatch(/^Path(?:NotFound|AccessDenied)$/);
    expect(existsSync(path)).toBe(false);
  });

  it('leaves nothing on a disk that is full', async () => {
    const disk = mountSmallDisk(join(folder, 'disk'), 512 * 1024);
    try {
      for (const format of ['OciArchive', 'OciFolder'] as const) {
        expect(await refused({ images: ['busybox:test'], path: join(disk, 'full'), format })).toBe('DiskFull');
        expect(readdirSync(disk)).toEqual([]);
      }
    } finally {
      unmount(disk, true);
    }
  });

  it('leaves nothing when it is cancelled', async () => {
    for (const after of [0, 1, 5, 10]) {
      const cancel = new AbortController();
      const exporting = engine.call('image/export', { images: ['busybox:test'], path: join(folder, `cancelled-${after}`) }, { signal: cancel.signal });
      setTimeout(() => { cancel.abort(); }, after);
      const outcome = await exporting.then(() => 'done', errorCode);
      expect(existsSync(join(folder, `cancelled-${after}`))).toBe(outcome === 'done');
      expect(outcome).toMatch(/^(?:done|OperationCancelled)$/);
    }
    expect(leftovers()).toEqual([]);
  });

  it('never passes a damaged blob on', async () => {
    using damaged = damage(host.root);
    expect(damaged.path).not.toBe('');
    expect(await refused({ images: ['registry.test/team/two-layers:v1'], path: join(folder, 'damaged.tar') })).toBe('DigestMismatch');
    truncateSync(damaged.path, 100);
    expect(await refused({ images: ['registry.test/team/two-layers:v1'], path: join(folder, 'damaged.tar') })).toMatch(/^(?:SizeMismatch|DigestMismatch)$/);
    expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  it('by an engine that is killed leaves a whole archive or none, and the next one cleans up', async () => {
    const path = join(folder, 'killed.tar');
    const whole = sha256(readFileSync(join(folder, 'one.tar')));
    for (const moment of [0, 3, 6, 10, 15, 25, 40]) {
      const doomed = await host.engine();
      await doomed.call('host/get', {});
      doomed.call('image/export', { images: [image.id], path, force: true }).catch(() => undefined);
      await delay(moment);
      await host.kill(doomed);
      if (existsSync(path)) expect(sha256(readFileSync(path))).toBe(whole);
      await engine.call('image/export', { images: [image.id], path, force: true });
      expect(sha256(readFileSync(path))).toBe(whole);
      expect(leftovers()).toEqual([]);
      rmSync(path);
    }
    await using next = await host.engine();
    void next;
    expect(await host.settledLeaks()).toEqual([]);
  }, 60_000);

  it('by an engine that is killed is never seen, and what it left goes with the next export to anywhere', async () => {
    writeFileSync(join(folder, 'noise'), randomBytes(48 * 1024 * 1024));
    execFileSync('tar', ['-C', folder, '-cf', join(folder, 'noise.tar'), 'noise']);
    await engine.call('image/import', { path: join(folder, 'noise.tar'), reference: 'noise:1', config: { command: ['x'] } });
    rmSync(join(folder, 'noise'));
    for (const format of ['OciArchive', 'OciFolder'] as const) {
      const place = mkdtempSync(join(folder, 'elsewhere-'));
      const doomed = await host.engine();
      await doomed.call('host/get', {});
      doomed.call('image/export', { images: ['noise:1'], path: join(place, 'doomed'), format }).catch(() => undefined);
      while (!readdirSync(place).includes('.doomed.silo-partial')) await delay(1);
      await host.kill(doomed);
      expect(readdirSync(place)).toEqual(['.doomed.silo-partial']);
      // One that lives is left in peace.
      const path = join(place, 'living');
      const living = engine.call('image/export', { images: ['noise:1'], path, format });
      while (!readdirSync(place).includes('.living.silo-partial')) await delay(1);
      expect(readdirSync(place)).not.toContain('.doomed.silo-partial');
      await using other = await host.engine();
      await other.call('image/export', { images: [image.id], path: join(folder, `other-${format}`), format });
      await living;
      expect(readdirSync(place)).toEqual(['living']);
    }
    await engine.call('image/remove', { image: 'noise:1' });
  }, 60_000);

  it('over a folder, killed between the two, gives the old one its name back', async () => {
    const path = await write('stepped-aside', 'OciFolder');
    renameSync(path, join(folder, '.stepped-aside.silo-replaced'));
    mkdirSync(join(folder, '.stepped-aside.silo-partial'));
    expect(await refused({ images: [image.id], path, format: 'OciFolder' })).toBe('PathExists');
    expect(existsSync(join(path, 'oci-layout'))).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  describe.skipIf(skipReason('skopeo', whyNoPeer('skopeo')))('beside skopeo', () => {
    it('is read with the same digest, and skopeo\'s archives are read with theirs', async () => {
      for (const [format, transport] of [['OciArchive', 'oci-archive'], ['OciFolder', 'oci']] as const) {
        const path = await write(`skopeo-${format}`, format);
        expect(sha256(Buffer.from(skopeo('inspect', '--raw', `${transport}:${path}:v1`)))).toBe(image.digest);
        const copy = join(folder, `skopeo-copy-${format}`);
        skopeo('copy', '--preserve-digests', `${transport}:${path}:v1`, `${transport}:${copy}:copied`);
        const { images } = await engine.call('image/import', { path: copy, reference: 'from-skopeo:test' });
        expect(images[0]).toMatchObject({ digest: image.digest, id: image.id });
        await engine.call('image/remove', { image: 'from-skopeo:test' });
      }
    });

    it('is read as an archive of Docker, with the same configuration', async () => {
      const path = await write('skopeo-docker.tar', 'DockerArchive');
      const inspected = JSON.parse(skopeo('inspect', '--raw', '--config', `docker-archive:${path}:registry.test/team/two-layers:v1`)) as object;
      expect(sha256(Buffer.from(JSON.stringify(inspected)))).toBe(image.id);
      skopeo('copy', `oci-archive:${await write('skopeo-source.tar', 'OciArchive')}:v1`, `docker-archive:${join(folder, 'skopeo-made.tar')}:made/by:skopeo`);
      const { images } = await engine.call('image/import', { path: join(folder, 'skopeo-made.tar') });
      expect(images[0]).toMatchObject({ name: 'made/by:skopeo', id: image.id });
      await engine.call('image/remove', { image: 'made/by:skopeo' });
    });
  });

  describe.skipIf(skipReason('umoci', whyNoPeer('umoci')))('beside umoci', () => {
    it('is unpacked and repacked', async () => {
      const path = await write('umoci', 'OciFolder');
      const bundle = join(folder, 'bundle');
      execFileSync('umoci', ['unpack', '--image', `${path}:v1`, bundle], { stdio: 'pipe' });
      expect(readFileSync(join(bundle, 'rootfs/data/more'), 'utf8')).toBe('more\n');
      expect(existsSync(join(bundle, 'rootfs/www/index.html'))).toBe(false);
      expect(readFileSync(join(bundle, 'rootfs/data/seed'), 'utf8')).toBe('from the image\n');
      writeFileSync(join(bundle, 'rootfs/data/umoci'), 'umoci\n');
      execFileSync('umoci', ['repack', '--image', `${path}:repacked`, bundle], { stdio: 'pipe' });
      const single = join(folder, 'repacked.tar');
      skopeo('copy', `oci:${path}:repacked`, `oci-archive:${single}:repacked`);
      await engine.call('image/import', { path: single, reference: 'from-umoci:test' });
      const lines: string[] = [];
      await engine.call('container/run', { image: 'from-umoci:test', command: ['cat', '/data/more', '/data/umoci'], autoRemove: true }, { onItem: (item) => lines.push((item as { text: string }).text) });
      expect(lines).toEqual(['more', 'umoci']);
      await engine.call('image/remove', { image: 'from-umoci:test' });
    });
  });

  describe.skipIf(skipReason('podman', whyNoPeer('podman')))('beside podman', () => {
    const podman = (...args: readonly string[]): string => execFileSync('podman', ['--root', join(folder, 'podman'), '--runroot', join(folder, 'podman-run'), '--storage-driver', 'vfs', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

    it.each(['OciArchive', 'DockerArchive'] as const)('is loaded from the form %s, and what podman saves is read', async (format) => {
      const path = await write(`podman-${format}.tar`, format);
      expect(podman('load', '-i', path)).toContain('registry.test/team/two-layers:v1');
      expect(podman('image', 'inspect', '--format', '{{.Id}}', 'registry.test/team/two-layers:v1').trim()).toBe(image.id.slice('sha256:'.length));
      for (const saved of ['oci-archive', 'docker-archive']) {
        const from = join(folder, `podman-saved-${format}-${saved}`);
        podman('save', '--format', saved, '-o', from, 'registry.test/team/two-layers:v1');
        const { images } = await engine.call('image/import', { path: from, reference: 'from-podman:test' });
        expect(images[0]?.id).toBe(image.id);
        await engine.call('image/remove', { image: 'from-podman:test' });
      }
      podman('rmi', '-f', 'registry.test/team/two-layers:v1');
    }, 120_000);
  });

  describe.skipIf(skipReason('docker', whyNoDocker()))('beside docker', () => {
    it('is loaded, shows the same id, and what docker saves is read', async () => {
      using docker = await DockerHost.start();
      const path = await write('docker.tar', 'DockerArchive', ['registry.test/team/two-layers:v1', 'busybox:test']);
      expect(docker.run('load', '-i', path)).toContain('registry.test/team/two-layers:v1');
      expect(docker.run('image', 'inspect', '--format', '{{.Id}}', 'registry.test/team/two-layers:v1').trim()).toBe(image.id);
      expect(docker.run('images', '--format', '{{.Repository}}:{{.Tag}}')).toContain('busybox:test');
      const saved = join(folder, 'docker-saved.tar');
      docker.run('save', '-o', saved, 'registry.test/team/two-layers:v1');
      const { images } = await engine.call('image/import', { path: saved });
      expect(images[0]).toMatchObject({ reference: 'registry.test/team/two-layers:v1', id: image.id });
    }, 120_000);
  });
});

/** Changes a byte in the middle of the largest blob, and takes it back. */
const damage = (root: string): Disposable & { readonly path: string } => {
  const blobs = join(root, 'blobs/sha256');
  const path = readdirSync(blobs).map((name) => join(blobs, name)).toSorted((a, b) => readFileSync(b).length - readFileSync(a).length)[0] ?? '';
  const bytes = readFileSync(path);
  const changed = Buffer.from(bytes);
  changed[bytes.length >> 1] = (changed[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, changed);
  return { path, [Symbol.dispose]: () => { writeFileSync(path, bytes); } };
};
