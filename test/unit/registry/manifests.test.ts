import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseImageReference } from '../../../src/base/index.ts';
import { parseRegistrySettings } from '../../../src/registry/index.ts';
import { failure, indexType, manifestType, ScriptedRegistry, send, sha256, someManifest, TestClient } from './scripted-registry.ts';

let registry: ScriptedRegistry;
beforeEach(async () => { registry = await ScriptedRegistry.start(); });
afterEach(() => registry[Symbol.asyncDispose]());
const reference = (rest = ':1'): ReturnType<typeof parseImageReference> => parseImageReference(`${registry.host}/team/app${rest}`);
const answers = (body: Uint8Array | string | object, headers: Record<string, string>, status = 200): void => registry.does((_, response) => send(response, status, body, headers));
const manifest = someManifest();

describe('a manifest', () => {
  it('is had by tag, verified, with its bytes as they are', async () => {
    answers(manifest, { 'content-type': `${manifestType}; charset=utf-8`, 'docker-content-digest': sha256(manifest) });
    await using client = new TestClient();
    expect(await client.resolve(reference())).toEqual({ digest: sha256(manifest), mediaType: manifestType, sizeBytes: manifest.length, bytes: manifest, registry: registry.host });
    expect(registry.seen[0]).toMatchObject({ method: 'GET', path: '/v2/team/app/manifests/1' });
    for (const type of [manifestType, indexType, 'application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.docker.distribution.manifest.list.v2+json']) expect(registry.seen[0]?.headers.accept).toContain(type);
  });

  it('is had by digest where the reference has one', async () => {
    answers(manifest, { 'content-type': manifestType });
    await using client = new TestClient();
    expect((await client.resolve(reference(`:1@${sha256(manifest)}`))).digest).toBe(sha256(manifest));
    expect(registry.seen[0]?.path).toBe(`/v2/team/app/manifests/${sha256(manifest)}`);
  });

  it('may come without a type in the headers where it names its own', async () => {
    answers(manifest, { 'content-type': 'text/plain' });
    await using client = new TestClient();
    expect((await client.resolve(reference())).mediaType).toBe(manifestType);
  });

  const docker = 'application/vnd.docker.distribution.manifest.v2+json';
  it.each([
    ['of another digest than asked for', ':1@sha256:'.concat('0'.repeat(64)), manifest, { 'content-type': manifestType }, 'DigestMismatch'],
    ['of another digest than the headers say', ':1', manifest, { 'content-type': manifestType, 'docker-content-digest': `sha256:${'0'.repeat(64)}` }, 'DigestMismatch'],
    ['with a digest that is none', ':1', manifest, { 'content-type': manifestType, 'docker-content-digest': 'md5:1' }, 'RegistryAnswerInvalid'],
    ['that calls itself something else', ':1', manifest, { 'content-type': docker }, 'RegistryAnswerInvalid'],
    ['of an unknown kind', ':1', manifest, { 'content-type': 'text/html' }, 'RegistryAnswerInvalid'],
    ['that is an index and a manifest at once', ':1', someManifest({ manifests: [] }), { 'content-type': manifestType }, 'RegistryAnswerInvalid'],
    ['that is an index by its headers', ':1', someManifest({ mediaType: undefined }), { 'content-type': indexType }, 'RegistryAnswerInvalid'],
    ['that nobody names', ':1', someManifest({ mediaType: undefined }), {}, 'RegistryAnswerInvalid'],
    ['of the first schema', ':1', { schemaVersion: 1 }, { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' }, 'ManifestSchemaUnsupported'],
    ['of the first schema in disguise', ':1', { schemaVersion: 1 }, { 'content-type': docker }, 'ManifestSchemaUnsupported'],
    ['that is no object', ':1', [], { 'content-type': manifestType }, 'RegistryAnswerInvalid'],
    ['that is no JSON', ':1', '{', { 'content-type': manifestType }, 'RegistryAnswerInvalid'],
    ['that is nested without end', ':1', '['.repeat(3_000_000), { 'content-type': manifestType }, 'RegistryAnswerInvalid'],
    ['that is too large', ':1', Buffer.alloc(4 * 1024 * 1024 + 1, 0x20), { 'content-type': manifestType }, 'RegistryAnswerInvalid'],
  ])('%s is refused', async (_what, rest, body, headers, code) => {
    answers(body, headers);
    await using client = new TestClient();
    expect((await failure(client.resolve(reference(rest)))).code).toBe(code);
    expect(registry.seen).toHaveLength(1);
  });

  it('that is missing is told of with its name', async () => {
    answers({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }, {}, 404);
    await using client = new TestClient();
    expect(await failure(client.resolve(reference()))).toMatchObject({ code: 'TagNotFound', class: 'notFound', message: `The registry ${registry.host} has no image 'team/app:1'.` });
  });

  it('is asked for again after 500 and 429', async () => {
    registry.does((_, response, count) => (count < 3 ? send(response, count === 1 ? 500 : 429) : send(response, 200, manifest, { 'content-type': manifestType })));
    await using client = new TestClient();
    expect((await client.resolve(reference())).digest).toBe(sha256(manifest));
  });

  it('comes from a mirror, and from the registry where the mirror lies or fails', async () => {
    answers(manifest, { 'content-type': manifestType });
    await using mirror = await ScriptedRegistry.start((_, response) => send(response, 200, manifest, { 'content-type': manifestType }));
    await using client = new TestClient({ settings: parseRegistrySettings({ mirrors: { [registry.host]: ['127.0.0.1:1', mirror.host] } }) });
    expect((await client.resolve(reference())).registry).toBe(mirror.host);
    mirror.does((_, response) => send(response, 200, someManifest({ annotations: {} }), { 'content-type': manifestType }));
    expect((await client.resolve(reference(`@${sha256(manifest)}`))).registry).toBe(registry.host);
  });
});

describe('a look at a tag', () => {
  it('moves no bytes', async () => {
    answers(manifest, { 'content-type': manifestType, 'docker-content-digest': sha256(manifest) });
    await using client = new TestClient();
    expect(await client.head(reference())).toEqual({ digest: sha256(manifest), mediaType: manifestType, sizeBytes: manifest.length, registry: registry.host });
    expect(registry.seen.map(({ method }) => method)).toEqual(['HEAD']);
  });

  it.each([['says too little', 200], ['has no answer', 405]])('asks for the manifest where HEAD %s', async (_what, status) => {
    registry.does((request, response) => send(response, request.method === 'HEAD' ? status : 200, manifest, { 'content-type': manifestType }));
    await using client = new TestClient();
    expect((await client.head(reference())).digest).toBe(sha256(manifest));
  });
});

describe('a push of a manifest', () => {
  it('puts the bytes as they are under tag or digest', async () => {
    let body = Buffer.alloc(0);
    registry.does((request, response) => { request.on('data', (piece: Buffer) => { body = Buffer.concat([body, piece]); }).on('end', () => send(response, 201, '', { 'docker-content-digest': sha256(body) })); });
    await using client = new TestClient();
    expect(await client.pushManifest(registry.repository, '1', { bytes: manifest, mediaType: manifestType })).toBe(sha256(manifest));
    expect(body).toEqual(manifest);
    expect(registry.seen[0]).toMatchObject({ method: 'PUT', path: '/v2/team/app/manifests/1', headers: { 'content-type': manifestType } });
  });

  it('fails where the registry names another digest, or misses a blob', async () => {
    await using client = new TestClient();
    const push = (): Promise<unknown> => client.pushManifest(registry.repository, '1', { bytes: manifest, mediaType: manifestType });
    registry.does((request, response) => { request.resume().on('end', () => send(response, 201, '', { 'docker-content-digest': `sha256:${'0'.repeat(64)}` })); });
    expect((await failure(push())).code).toBe('DigestMismatch');
    registry.does((request, response) => { request.resume().on('end', () => send(response, 400, { errors: [{ code: 'MANIFEST_BLOB_UNKNOWN', message: 'blob unknown to registry' }] })); });
    expect(await failure(push())).toMatchObject({ code: 'RegistryRequestRefused', message: expect.stringContaining('blob unknown to registry') as unknown });
  });

  it.each(['../../etc', 'a b', '', 'x'.repeat(129)])('takes no tag %j', async (tag) => {
    await using client = new TestClient();
    expect((await failure(client.pushManifest(registry.repository, tag, { bytes: manifest, mediaType: manifestType }))).code).toBe('ImageReferenceInvalid');
    expect(registry.seen).toEqual([]);
  });
});
