import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, indexType, manifestType, ScriptedRegistry, send, sha256, someManifest, TestClient } from './scripted-registry.ts';

let registry: ScriptedRegistry;
beforeEach(async () => { registry = await ScriptedRegistry.start(); });
afterEach(() => registry[Symbol.asyncDispose]());

const all = async <Value>(entries: AsyncIterable<Value>): Promise<Value[]> => {
  const found: Value[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
};
const query = (request: IncomingMessage): URLSearchParams => new URL(request.url ?? '', 'http://registry').searchParams;

describe('tags', () => {
  it('come from all pages', async () => {
    registry.does((request, response) => {
      const last = query(request).get('last');
      send(response, 200, { name: 'team/app', tags: last === null ? ['1', '2'] : ['3'] }, last === null ? { link: '</v2/team/app/tags/list?last=2&n=2>; rel="next"' } : {});
    });
    await using client = new TestClient();
    expect(await all(client.listTags(registry.repository, { pageSize: 2 }))).toEqual(['1', '2', '3']);
    expect(registry.seen.map(({ path }) => path)).toEqual(['/v2/team/app/tags/list?n=2', '/v2/team/app/tags/list?last=2&n=2']);
  });

  it('are asked for no further than they are read', async () => {
    registry.does((_, response) => send(response, 200, { tags: ['1', '2'] }, { link: '<?last=2>; rel=next' }));
    await using client = new TestClient();
    for await (const tag of client.listTags(registry.repository, { after: '0' })) if (tag === '2') break;
    expect(registry.seen.map(({ path }) => path)).toEqual(['/v2/team/app/tags/list?last=0']);
  });

  it('may be none', async () => {
    registry.does((_, response) => send(response, 200, { name: 'team/app', tags: null }));
    await using client = new TestClient();
    expect(await all(client.listTags(registry.repository))).toEqual([]);
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse, count: number) => void, string]>([
    ['go round in a circle', (_, response, count) => send(response, 200, { tags: [] }, { link: `<?page=${count % 3}>; rel=next` }), 'the list goes round in a circle'],
    ['never end', (_, response, count) => send(response, 200, { tags: [] }, { link: `<?page=${count}>; rel=next` }), 'the list has more than 20 pages'],
    ['are too many', (_, response) => send(response, 200, { tags: Array.from({ length: 101 }, String) }), 'the list has more than 100 entries'],
    ['go on at another host', (_, response) => send(response, 200, { tags: [] }, { link: '<http://127.0.0.2:9/x>; rel=next' }), 'may not be followed'],
    ['go on at a file', (_, response) => send(response, 200, { tags: [] }, { link: '<file:///x>; rel=next' }), 'may not be followed'],
    ['are no list', (_, response) => send(response, 200, { tags: 'all' }), "'tags' is not a list"],
    ['are no JSON', (_, response) => send(response, 200, '<html>'), 'the list is not a JSON object'],
  ])('that %s are refused', async (_what, script, reason) => {
    registry.does(script);
    await using client = new TestClient({ limits: { pages: 20, entries: 100 } });
    const error = await failure(client.listTags(registry.repository));
    expect(error.code).toBe('RegistryAnswerInvalid');
    expect(error.message).toContain(reason);
  });

  it('of a repository that is missing', async () => {
    registry.does((_, response) => send(response, 404, { errors: [{ code: 'NAME_UNKNOWN' }] }));
    await using client = new TestClient();
    expect((await failure(client.listTags(registry.repository))).code).toBe('RepositoryNotFound');
  });
});

describe('the catalogue', () => {
  it('comes from all pages, and may not be offered', async () => {
    registry.does((request, response) => {
      const first = !query(request).has('last');
      send(response, 200, { repositories: first ? ['a', 'b'] : ['c'] }, first ? { link: '</v2/_catalog?last=b>; rel="next"' } : {});
    });
    await using client = new TestClient();
    expect(await all(client.listRepositories(registry.host))).toEqual(['a', 'b', 'c']);
    registry.does((_, response) => send(response, 404));
    expect((await failure(client.listRepositories(registry.host))).code).toBe('RegistryOperationUnsupported');
  });
});

describe('what refers to a manifest', () => {
  const subject = sha256(Buffer.from('subject'));
  const tag = subject.replace(':', '-');
  const entry = (text: string, artifactType: string): object => ({ mediaType: manifestType, digest: sha256(Buffer.from(text)), size: 7, artifactType, annotations: { made: text, odd: 1 } });

  it('comes from the list of the registry, of the wanted type only', async () => {
    registry.does((_, response) => send(response, 200, { schemaVersion: 2, manifests: [entry('a', 'sbom'), entry('b', 'signature')] }, { 'content-type': indexType }));
    await using client = new TestClient();
    expect(await all(client.listReferrers(registry.repository, subject, { artifactType: 'signature' }))).toEqual([{ digest: sha256(Buffer.from('b')), mediaType: manifestType, sizeBytes: 7, artifactType: 'signature', annotations: { made: 'b' } }]);
    expect(registry.seen.map(({ path }) => path)).toEqual([`/v2/team/app/referrers/${subject}?artifactType=signature`]);
  });

  it('comes from the tag of the subject where the registry has no list', async () => {
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [entry('a', 'sbom')] }));
    registry.does((request, response) => (request.url?.endsWith(`/manifests/${tag}`) === true ? send(response, 200, index, { 'content-type': indexType }) : send(response, 404)));
    await using client = new TestClient();
    expect((await all(client.listReferrers(registry.repository, subject))).map(({ artifactType }) => artifactType)).toEqual(['sbom']);
    registry.does((_, response) => send(response, 404));
    expect(await all(client.listReferrers(registry.repository, subject))).toEqual([]);
  });

  it('is refused where an entry is no descriptor', async () => {
    registry.does((_, response) => send(response, 200, { manifests: [{ digest: 'x' }] }));
    await using client = new TestClient();
    expect((await failure(client.listReferrers(registry.repository, subject))).code).toBe('RegistryAnswerInvalid');
  });

  it.each([[true, ['PUT 1']], [false, ['PUT 1', `GET ${tag}`, `PUT ${tag}`]]])('is kept under the tag of the subject where the registry does not (it does: %s)', async (acknowledged, expected) => {
    const put = new Map<string, string>();
    registry.does((request, response) => {
      if (request.method === 'GET') return send(response, 404);
      let text = '';
      request.setEncoding('utf8').on('data', (piece: string) => { text += piece; }).on('end', () => {
        put.set(request.url?.split('/').at(-1) ?? '', text);
        send(response, 201, '', acknowledged ? { 'oci-subject': subject } : {});
      });
    });
    const manifest = someManifest({ subject: { mediaType: manifestType, digest: subject, size: 7 }, artifactType: 'sbom' });
    await using client = new TestClient();
    await client.pushManifest(registry.repository, '1', { bytes: manifest, mediaType: manifestType });
    expect(registry.seen.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual(expected);
    if (!acknowledged) expect(JSON.parse(put.get(tag) ?? '')).toMatchObject({ mediaType: indexType, manifests: [{ digest: sha256(manifest), size: manifest.length, artifactType: 'sbom' }] });
  });
});

describe('a deletion', () => {
  it('is of a manifest or a blob, and may not be offered', async () => {
    registry.does((_, response) => send(response, 202));
    await using client = new TestClient();
    const digest = sha256(Buffer.from('x'));
    await client.deleteManifest(registry.repository, digest);
    await client.deleteManifest(registry.repository, 'old');
    await client.deleteBlob(registry.repository, digest);
    expect(registry.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([`DELETE /v2/team/app/manifests/${digest}`, 'DELETE /v2/team/app/manifests/old', `DELETE /v2/team/app/blobs/${digest}`]);
    for (const [status, manifestCode, blobCode] of [[404, 'TagNotFound', 'RegistryBlobNotFound'], [405, 'RegistryOperationUnsupported', 'RegistryOperationUnsupported']] as const) {
      registry.does((_, response) => send(response, status));
      expect((await failure(client.deleteManifest(registry.repository, 'old'))).code).toBe(manifestCode);
      expect((await failure(client.deleteBlob(registry.repository, digest))).code).toBe(blobCode);
    }
  });
});
