import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSiloError, parseImageReference, type Digest } from '../../src/base/index.ts';
import { DockerConfigCredentials, passwordFor, RegistryClient, type RegistryClientOptions, type Repository } from '../../src/registry/index.ts';
import { FileContentStore } from '../../src/store/index.ts';
import { collect } from '../unit/registry/scripted-registry.ts';
import { CuttingLine, htpasswdAuth, makeImage, RegistryServer, sha256, skopeo, TokenServer, whyNoRegistry, writeLayout, type TestImage } from './registry-server.ts';

const reason = whyNoRegistry();
if (reason !== undefined) console.log(`registry tests are left out: ${reason}`);

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const user = 'someone';
const password = 'correct horse';

class Client extends RegistryClient {
  constructor(options: RegistryClientOptions = {}) { super({ environment: {}, ...options, limits: { backoffMs: 20, ...options.limits } }); }
  async [Symbol.asyncDispose](): Promise<void> { await this.close(); }
}

const all = async <Value>(entries: AsyncIterable<Value>): Promise<Value[]> => {
  const found: Value[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
};
const codeOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => (isSiloError(error) ? error.code : String(error)));

async function* pieces(bytes: Buffer, offset: number): AsyncGenerator<Uint8Array> {
  for (let at = offset; at < bytes.length; at += 65_536) yield await Promise.resolve(bytes.subarray(at, at + 65_536));
}
const sourceOf = (bytes: Buffer): { digest: Digest; sizeBytes: number; open(offset: number): AsyncIterable<Uint8Array> } => ({ digest: sha256(bytes), sizeBytes: bytes.length, open: (offset) => pieces(bytes, offset) });
const push = async (client: RegistryClient, target: Repository, tag: string, image: TestImage, options: { chunkBytes?: number } = {}): Promise<void> => {
  await Promise.all([image.config, ...image.layers].map((blob) => client.pushBlob(target, sourceOf(blob), options)));
  await client.pushManifest(target, tag, { bytes: image.manifest, mediaType: ociManifest });
};

describe.skipIf(reason !== undefined)("Debian's docker-registry", () => {
  const folder = mkdtempSync(join(tmpdir(), 'silo-registry-test-'));
  let registry: RegistryServer;
  let image: TestImage;
  const at = (repository: string, host = registry.host): Repository => ({ registry: host, repository });
  beforeAll(async () => {
    registry = await RegistryServer.start();
    image = makeImage(folder, [200_000, 3_000_000, 1000]);
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([['in one request a layer', {}], ['in chunks', { chunkBytes: 700_000 }]])('takes %s what skopeo then inspects and copies, digests equal', async (how, options) => {
    await using client = new Client();
    const target = at(`pushed/${Object.keys(options).length}`);
    await push(client, target, '1', image, options);
    const name = `docker://${registry.host}/${target.repository}:1`;
    expect(JSON.parse(skopeo('inspect', '--tls-verify=false', name))).toMatchObject({ Digest: image.manifestDigest, Layers: image.layers.map(sha256) });
    const copy = join(folder, `copy ${how}`);
    skopeo('copy', '--src-tls-verify=false', name, `dir:${copy}`);
    expect(readFileSync(join(copy, 'manifest.json'))).toEqual(image.manifest);
    for (const layer of image.layers) expect(readFileSync(join(copy, sha256(layer).slice(7)))).toEqual(layer);
  });

  it.each([['oci', ociManifest], ['v2s2', 'application/vnd.docker.distribution.manifest.v2+json']])('gives what skopeo pushed as %s', async (format, mediaType) => {
    const layout = writeLayout(join(folder, `layout-${format}`), image);
    skopeo('copy', '--format', format, '--dest-tls-verify=false', `oci:${layout}:latest`, `docker://${registry.host}/skopeo/${format}:1`);
    await using client = new Client();
    const reference = parseImageReference(`${registry.host}/skopeo/${format}:1`);
    const manifest = await client.resolve(reference);
    expect(manifest.mediaType).toBe(mediaType);
    expect(manifest.digest).toBe((JSON.parse(skopeo('inspect', '--tls-verify=false', `docker://${registry.host}/skopeo/${format}:1`)) as { Digest: string }).Digest);
    const { bytes: _, ...head } = manifest;
    expect(await client.head(reference)).toEqual(head);
    const store = new FileContentStore(join(folder, `store-${format}`));
    await Promise.all(image.layers.map((layer) => client.downloadBlob(reference, { digest: sha256(layer), sizeBytes: layer.length }, store)));
    for (const layer of image.layers) expect(Buffer.from(await store.readAll(sha256(layer), 10_000_000))).toEqual(layer);
  });

  it('gives and takes the rest where the line is cut again and again', async () => {
    const [, large] = image.layers;
    if (large === undefined) throw new Error('no layer');
    await using client = new Client();
    await using up = new CuttingLine(registry.host);
    await up.start([900_000, 500_000].map((afterBytes) => ({ direction: 'up', afterBytes })));
    expect(await client.pushBlob(at('cut', up.host), sourceOf(large))).toBe('uploaded');
    expect(up.cut).toBe(2);
    await using down = new CuttingLine(registry.host);
    await down.start([900_000, 700_000, 300_000].map((afterBytes) => ({ direction: 'down', afterBytes })));
    expect(await collect(client.fetchBlob(at('cut', down.host), { digest: sha256(large), sizeBytes: large.length }))).toEqual(large);
    expect(down.cut).toBe(3);
  });

  it('mounts a blob of another repository', async () => {
    await using client = new Client();
    await push(client, at('base'), '1', image);
    const [layer = Buffer.alloc(0)] = image.layers;
    expect(await client.pushBlob(at('derived'), sourceOf(layer), { mountFrom: ['base'] })).toBe('mounted');
    expect(await client.pushBlob(at('derived'), sourceOf(layer))).toBe('exists');
    expect(await client.statBlob(at('derived'), sha256(layer))).toBe(layer.length);
    expect(await client.statBlob(at('derived'), sha256(image.config))).toBeUndefined();
  });

  it('lists tags, repositories by pages, and deletes', async () => {
    await using client = new Client();
    for (const tag of ['a', 'b', 'c', 'd', 'e']) await push(client, at('listed'), tag, image);
    // It sorts tags no more than it pages them.
    expect((await all(client.listTags(at('listed'), { pageSize: 2 }))).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await all(client.listRepositories(registry.host, { pageSize: 1 }))).toContain('listed');
    await client.deleteManifest(at('listed'), image.manifestDigest);
    expect(await codeOf(client.resolve(parseImageReference(`${registry.host}/listed:a`)))).toBe('TagNotFound');
    expect(await codeOf(client.deleteManifest(at('listed'), image.manifestDigest))).toBe('TagNotFound');
    expect(await codeOf(all(client.listTags(at('nowhere'))))).toBe('RepositoryNotFound');
  });

  it('keeps referrers under a tag, since it has no list of them', async () => {
    await using client = new Client();
    await push(client, at('signed'), '1', image);
    const empty = Buffer.from('{}');
    await client.pushBlob(at('signed'), sourceOf(empty));
    const signature = (made: string): Buffer => Buffer.from(JSON.stringify({
      schemaVersion: 2, mediaType: ociManifest, artifactType: 'application/x-signature', config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256(empty), size: 2 },
      layers: [], subject: { mediaType: ociManifest, digest: image.manifestDigest, size: image.manifest.length }, annotations: { made },
    }));
    for (const made of ['first', 'second']) await client.pushManifest(at('signed'), sha256(signature(made)), { bytes: signature(made), mediaType: ociManifest });
    const found = await all(client.listReferrers(at('signed'), image.manifestDigest));
    expect(found.map(({ digest, artifactType, annotations }) => [digest, artifactType, annotations['made']])).toEqual(['first', 'second'].map((made) => [sha256(signature(made)), 'application/x-signature', made]));
    expect(await all(client.listReferrers(at('signed'), image.manifestDigest, { artifactType: 'application/x-other' }))).toEqual([]);
  });

  it('refuses content of another digest, and keeps nothing of it', async () => {
    await using client = new Client();
    const digest = sha256(Buffer.from('something else'));
    expect(await codeOf(client.pushBlob(at('lies'), { ...sourceOf(image.config), digest }))).toBe('RegistryRequestRefused');
    expect(await client.statBlob(at('lies'), digest)).toBeUndefined();
  });
});

describe.skipIf(reason !== undefined)("Debian's docker-registry with htpasswd", () => {
  it('takes a login, by parameters and by config.json, and says when it wants one', async () => {
    await using registry = await RegistryServer.start(htpasswdAuth(user, password));
    const image = makeImage(registry.folder, [1000]);
    const target = { registry: registry.host, repository: 'closed' };
    await using stranger = new Client();
    expect(await codeOf(push(stranger, target, '1', image))).toBe('RegistryLoginRequired');
    await using liar = new Client({ credentials: passwordFor(registry.host, user, 'wrong horse') });
    expect(await codeOf(liar.ping(registry.host))).toBe('RegistryAccessDenied');
    await using person = new Client({ credentials: passwordFor(registry.host, user, password) });
    await push(person, target, '1', image);
    const config = join(registry.folder, 'config.json');
    writeFileSync(config, JSON.stringify({ auths: { [registry.host]: { auth: Buffer.from(`${user}:${password}`).toString('base64') } } }));
    await using filed = new Client({ credentials: new DockerConfigCredentials(config) });
    expect((await filed.resolve(parseImageReference(`${registry.host}/closed:1`))).digest).toBe(image.manifestDigest);
    expect(skopeo('inspect', '--tls-verify=false', '--authfile', config, '--format', '{{.Digest}}', `docker://${registry.host}/closed:1`).trim()).toBe(image.manifestDigest);
  });
});

describe.skipIf(reason !== undefined)("Debian's docker-registry with a token service", () => {
  it('gives strangers what is public, a person everything, and one token a scope', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'silo-tokens-'));
    await using tokens = new TokenServer(folder, user, password);
    const auth = await tokens.start();
    await using registry = await RegistryServer.start(() => auth);
    const image = makeImage(folder, [1000, 2000, 3000]);
    await using person = new Client({ credentials: passwordFor(registry.host, user, password) });
    await push(person, { registry: registry.host, repository: 'public/app' }, '1', image);
    expect(tokens.granted).toHaveLength(1);
    await push(person, { registry: registry.host, repository: 'closed/app' }, '1', image);
    expect(await person.pushBlob({ registry: registry.host, repository: 'closed/other' }, sourceOf(image.config), { mountFrom: ['closed/app'] })).toBe('mounted');
    expect(await all(person.listRepositories(registry.host))).toEqual(['closed/app', 'closed/other', 'public/app']);
    await person.deleteManifest({ registry: registry.host, repository: 'closed/app' }, image.manifestDigest);
    await using stranger = new Client();
    expect((await stranger.resolve(parseImageReference(`${registry.host}/public/app:1`))).digest).toBe(image.manifestDigest);
    expect(await codeOf(push(stranger, { registry: registry.host, repository: 'public/app' }, '2', image))).toBe('RegistryLoginRequired');
    expect(await codeOf(stranger.resolve(parseImageReference(`${registry.host}/closed/app:1`)))).toBe('RegistryLoginRequired');
    await using liar = new Client({ credentials: passwordFor(registry.host, user, 'wrong horse') });
    expect(await codeOf(liar.resolve(parseImageReference(`${registry.host}/public/app:1`)))).toBe('RegistryLoginRequired');
    rmSync(folder, { recursive: true, force: true });
  });
});
