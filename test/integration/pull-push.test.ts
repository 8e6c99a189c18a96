import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { LiveRegistry, SpoilingProxy, whyNoRegistry } from '../fixtures/live-registry.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers() ?? whyNoRegistry();

describe.skipIf(reason !== undefined)(`images of a registry${reason === undefined ? '' : `: ${reason}`}`, () => {
  let host: TestHost;
  let engine: EngineClient;
  let registry: LiveRegistry;
  let proxy: SpoilingProxy;
  beforeAll(async () => {
    registry = await LiveRegistry.start();
    proxy = await SpoilingProxy.start(registry);
    host = new TestHost();
    engine = await host.withImage();
    await engine.call('image/push', { image: 'busybox:test', destination: `${registry.host}/team/busybox:1` });
    // A layer that no packer makes small, so that a transfer can be cut in its middle.
    mkdirSync(join(host.folder, 'random'));
    writeFileSync(join(host.folder, 'random/noise'), randomBytes(3 * 1024 * 1024));
    execFileSync('tar', ['-C', join(host.folder, 'random'), '-cf', join(host.folder, 'noise.tar'), '.']);
    await engine.call('image/import', { path: join(host.folder, 'noise.tar'), reference: 'noise:1', config: { command: ['x'] } });
    await engine.call('image/push', { image: 'noise:1', destination: `${registry.host}/team/noise:1` });
    await engine.call('image/remove', { image: 'noise:1' });
  });
  afterAll(async () => {
    // Each whatever became of the others: a registry that is left would outlive the tests.
    const ends = await Promise.allSettled([engine?.close().then(() => host.close()), proxy?.close(), registry?.close()]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  });
  const code = async (call: Promise<unknown>): Promise<string> => call.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));
  const put = async (path: string, type: string, body: Uint8Array | string): Promise<string> => {
    const answer = await fetch(`http://${registry.host}/v2/${path}`, { method: 'PUT', headers: { 'content-type': type }, body });
    expect(answer.status).toBe(201);
    return `sha256:${createHash('sha256').update(body).digest('hex')}`;
  };
  const putBlob = async (repository: string, body: Uint8Array): Promise<string> => {
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const started = await fetch(`http://${registry.host}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
    const answer = await fetch(`${started.headers.get('location')}&digest=${digest}`, { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body });
    expect(answer.status).toBe(201);
    return digest;
  };

  it('go there and come back with the same digest, and run', async () => {
    const [before] = (await engine.call('image/list', { reference: 'busybox:test' })).items;
    const { images: [image], changed } = await engine.call('image/pull', { reference: `${registry.host}/team/busybox:1` });
    expect(changed).toBe(true);
    expect(image?.digest).toBe(before?.digest);
    expect((await engine.call('image/pull', { reference: `${registry.host}/team/busybox:1` })).changed).toBe(false);
    const { container } = await engine.call('container/run', { image: `${registry.host}/team/busybox:1`, command: ['true'], autoRemove: true });
    expect(container.exitCode).toBe(0);
    await engine.call('image/remove', { image: `${registry.host}/team/busybox:1` });
  });

  it('are read by skopeo as they were pushed', async () => {
    const [image] = (await engine.call('image/list', { reference: 'busybox:test' })).items;
    const raw = execFileSync('skopeo', ['inspect', '--raw', '--tls-verify=false', `docker://${registry.host}/team/busybox:1`]);
    expect(`sha256:${createHash('sha256').update(raw).digest('hex')}`).toBe(image?.digest);
  });

  it('keep their tag when they are pulled by digest, and are found by either', async () => {
    const [image] = (await engine.call('image/list', { reference: 'busybox:test' })).items;
    const { images: [pulled] } = await engine.call('image/pull', { reference: `${registry.host}/team/busybox:1@${image?.digest}` });
    expect(pulled?.reference).toBe(`${registry.host}/team/busybox:1`);
    expect((await engine.call('image/list', { reference: `${registry.host}/team/busybox@${image?.digest}` })).items).toHaveLength(1);
    await engine.call('image/remove', { image: `${registry.host}/team/busybox:1` });
  });

  it('arrive whole over a line that is cut again and again', async () => {
    Object.assign(proxy.mischief, { cutAfterBytes: 400_000, cuts: 4 });
    const { images: [image] } = await engine.call('image/pull', { reference: `${proxy.host}/team/noise:1` });
    expect(proxy.mischief.cuts).toBe(0);
    expect(image?.sizeBytes).toBe(3 * 1024 * 1024);
    expect((await engine.call('image/test', { image: `${proxy.host}/team/noise:1` })).intact).toBe(true);
    await engine.call('image/remove', { image: `${proxy.host}/team/noise:1` });
    delete proxy.mischief.cutAfterBytes;
  }, 60_000);

  it('with a damaged byte are refused, leave the store as it was, and come when the line is good again', async () => {
    proxy.mischief.damageBlobs = true;
    expect(await code(engine.call('image/pull', { reference: `${proxy.host}/team/noise:1` }))).toMatch(/^(?:DigestMismatch|ManifestInvalid)$/);
    expect((await engine.call('image/list', {})).items.map((image) => image.name)).toEqual(['busybox:test']);
    expect(await host.settledLeaks()).toEqual([]);
    proxy.mischief.damageBlobs = false;
    await engine.call('image/pull', { reference: `${proxy.host}/team/noise:1` });
    await engine.call('image/remove', { image: `${proxy.host}/team/noise:1` });
  }, 60_000);

  it('for several platforms: the one of this host is taken, and another where it is asked for', async () => {
    const repository = 'team/multi';
    const layer = execFileSync('tar', ['-C', join(host.folder, 'random'), '-c', '--exclude', 'noise', '.']);
    const layerDigest = await putBlob(repository, layer);
    const manifestFor = async (platform: { os: string; architecture: string; 'os.version'?: string }): Promise<object> => {
      const config = Buffer.from(JSON.stringify({ ...platform, config: { Cmd: ['x'] }, rootfs: { type: 'layers', diff_ids: [layerDigest] } }));
      const type = 'application/vnd.oci.image.manifest.v1+json';
      const manifest = JSON.stringify({
        schemaVersion: 2, mediaType: type,
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: await putBlob(repository, config), size: config.length },
        layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layerDigest, size: layer.length }],
      });
      const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
      await put(`${repository}/manifests/${digest}`, type, manifest);
      return { mediaType: type, digest, size: Buffer.byteLength(manifest), platform };
    };
    const windows = await manifestFor({ os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.2227' });
    const own = await manifestFor({ os: 'linux', architecture: process.arch === 'arm64' ? 'arm64' : 'amd64' });
    const index = 'application/vnd.oci.image.index.v1+json';
    await put(`${repository}/manifests/both`, index, JSON.stringify({ schemaVersion: 2, mediaType: index, manifests: [windows, own] }));
    await put(`${repository}/manifests/windows`, index, JSON.stringify({ schemaVersion: 2, mediaType: index, manifests: [windows] }));

    const { images: [image] } = await engine.call('image/pull', { reference: `${registry.host}/${repository}:both` });
    expect(image).toMatchObject({ operatingSystem: 'linux', osVersion: null });
    const { images: [kept] } = await engine.call('image/pull', { reference: `${registry.host}/${repository}:windows`, platform: 'windows/amd64' });
    expect(kept).toMatchObject({ operatingSystem: 'windows', osVersion: '10.0.20348.2227' });
    expect(await code(engine.call('container/create', { image: `${registry.host}/${repository}:windows`, command: ['x'] }))).toBe('ImagePlatformMismatch');
    expect((await engine.call('image/test', { image: `${registry.host}/${repository}:windows` })).compatibility).toMatchObject({ processIsolation: false, imageBuild: '20348' });
    for (const tag of ['both', 'windows']) await engine.call('image/remove', { image: `${registry.host}/${repository}:${tag}` });
    expect(await code(engine.call('image/pull', { reference: `${registry.host}/${repository}:windows` }))).toBe('ImagePlatformMismatch');
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('are mirrored with every platform, and with what refers to them', async () => {
    const repository = 'team/mirrored';
    const layer = execFileSync('tar', ['-C', join(host.folder, 'random'), '-c', '--exclude', 'noise', '.']);
    const layerDigest = await putBlob(repository, layer);
    const type = 'application/vnd.oci.image.manifest.v1+json';
    const manifests = [];
    for (const architecture of ['amd64', 'arm64', 's390x']) {
      const config = Buffer.from(JSON.stringify({ os: 'linux', architecture, config: {}, rootfs: { type: 'layers', diff_ids: [layerDigest] } }));
      const manifest = JSON.stringify({ schemaVersion: 2, mediaType: type, config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: await putBlob(repository, config), size: config.length }, layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layerDigest, size: layer.length }] });
      const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
      await put(`${repository}/manifests/${digest}`, type, manifest);
      manifests.push({ mediaType: type, digest, size: Buffer.byteLength(manifest), platform: { os: 'linux', architecture } });
    }
    const indexType = 'application/vnd.oci.image.index.v1+json';
    const index = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests });
    await put(`${repository}/manifests/1`, indexType, index);
    const subject = { mediaType: indexType, digest: `sha256:${createHash('sha256').update(index).digest('hex')}`, size: Buffer.byteLength(index) };
    const empty = Buffer.from('{}');
    const signature = JSON.stringify({ schemaVersion: 2, mediaType: type, artifactType: 'application/vnd.example.signature', config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: await putBlob(repository, empty), size: 2 }, layers: [], subject });
    const signatureDigest = `sha256:${createHash('sha256').update(signature).digest('hex')}`;
    await put(`${repository}/manifests/${signatureDigest}`, type, signature);
    // Debian's registry keeps no list of referrers: the specification's fallback is an index under a tag.
    await put(`${repository}/manifests/${subject.digest.replace(':', '-')}`, indexType, JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [{ mediaType: type, digest: signatureDigest, size: Buffer.byteLength(signature), artifactType: 'application/vnd.example.signature' }] }));

    const name = `${registry.host}/${repository}:1`;
    expect((await engine.call('image/referrers', { reference: name })).items).toMatchObject([{ digest: signatureDigest, artifactType: 'application/vnd.example.signature' }]);
    const { images: [image] } = await engine.call('image/pull', { reference: name, platform: 'all', referrers: true });
    expect(image?.operatingSystem).toBe('linux');
    const pushed = await engine.call('image/push', { image: name, destination: `${registry.host}/team/copy:1`, allPlatforms: true });
    expect(pushed.digest).toBe(subject.digest);
    const copied = execFileSync('skopeo', ['inspect', '--raw', '--tls-verify=false', `docker://${registry.host}/team/copy:1`], { encoding: 'utf8' });
    expect(copied).toBe(index);
    expect((await engine.call('image/referrers', { reference: `${registry.host}/team/copy:1` })).items).toMatchObject([{ digest: signatureDigest }]);
    for (const architecture of ['arm64', 's390x']) execFileSync('skopeo', ['inspect', '--tls-verify=false', '--override-arch', architecture, `docker://${registry.host}/team/copy:1`]);
    await engine.call('image/remove', { image: name });
    expect(await host.settledLeaks()).toEqual([]);
  }, 60_000);

  it('are there or not when the engine is killed in the middle of a pull', async () => {
    const name = `${registry.host}/team/noise:1`;
    for (const moment of [1, 10, 25, 45, 70, 110]) {
      const doomed = await host.engine();
      await doomed.call('host/get', {});
      doomed.call('image/pull', { reference: name }).catch(() => undefined);
      await delay(moment);
      await host.kill(doomed);
      await using next = await host.engine();
      await next.call('image/pull', { reference: name });
      await next.call('image/remove', { image: name });
      expect(await host.settledLeaks()).toEqual([]);
    }
  }, 60_000);

  it('that are not there are told apart from registries that are not', async () => {
    expect(await code(engine.call('image/pull', { reference: `${registry.host}/team/nothing:1` }))).toBe('TagNotFound');
    expect(await code(engine.call('image/pull', { reference: '127.0.0.1:1/team/nothing:1' }))).toBe('RegistryUnreachable');
    expect(await code(engine.call('image/pull', { reference: `${registry.host}/team/busybox:1`, policy: 'Never' }))).toBe('ImageNotFound');
  }, 60_000);

  it('can be looked for', async () => {
    expect((await engine.call('image/find', { registry: registry.host })).items.map((item) => item.repository)).toEqual(expect.arrayContaining(['team/busybox', 'team/noise']));
    expect((await engine.call('image/find', { registry: registry.host, repository: 'team/busybox' })).items).toEqual([{ registry: registry.host, repository: 'team/busybox', tag: '1' }]);
  });

  it('are not sent twice: what the registry has is found there, or taken from another repository', async () => {
    const first = await engine.call('image/push', { image: 'busybox:test', destination: `${registry.host}/team/busybox:2` });
    expect(first).toMatchObject({ uploadedBytes: 0, skippedLayers: 1 });
  });
});
