import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passwordFor, type UploadSource } from '../../../src/registry/index.ts';
import { failure, ScriptedRegistry, send, sha256, someBytes, TestClient } from './scripted-registry.ts';

const blob = someBytes(300_000);

const source = (content: Buffer = blob, pieceBytes = 16_384): UploadSource => ({
  digest: sha256(content), sizeBytes: content.length,
  async *open(offset) {
    for (let at = offset; at < content.length; at += pieceBytes) yield await Promise.resolve(content.subarray(at, at + pieceBytes));
  },
});

/** Keeps uploads as the standard says; `trouble` may take over a request and says so. */
class UploadRegistry {
  kept = Buffer.alloc(0);
  readonly blobs = new Map<string, Buffer>();
  uploads = 0;
  trouble: (request: IncomingMessage, response: ServerResponse, count: number) => boolean = () => false;
  headers: Record<string, string> = {};

  readonly script = (request: IncomingMessage, response: ServerResponse, count: number): void => {
    if (this.trouble(request, response, count)) return;
    const url = new URL(request.url ?? '', 'http://registry');
    const place = { location: `/v2/team/app/blobs/uploads/${this.uploads}?_state=s${count}`, ...this.headers };
    const range = (): Record<string, string> => ({ ...place, range: `0-${Math.max(0, this.kept.length - 1)}` });
    if (request.method === 'HEAD') {
      const found = this.blobs.get(url.pathname.split('/').at(-1) ?? '');
      return void response.writeHead(found === undefined ? 404 : 200, found === undefined ? {} : { 'content-length': String(found.length) }).end();
    }
    if (request.method === 'POST') {
      if (url.searchParams.get('from') === 'team/base') return send(response, 201);
      this.uploads += 1;
      this.kept = Buffer.alloc(0);
      return send(response, 202, '', { ...place, location: `/v2/team/app/blobs/uploads/${this.uploads}?_state=s${count}` });
    }
    if (request.method === 'GET') return send(response, 204, '', range());
    if (request.method === 'DELETE') return send(response, 204);
    request.on('data', (piece: Buffer) => { this.kept = Buffer.concat([this.kept, piece]); });
    request.on('end', () => {
      if (request.method === 'PATCH') return send(response, 202, '', range());
      const digest = url.searchParams.get('digest') ?? '';
      if (digest !== sha256(this.kept)) return send(response, 400, { errors: [{ code: 'DIGEST_INVALID', message: 'provided digest did not match uploaded content' }] });
      this.blobs.set(digest, this.kept);
      send(response, 201, '', { 'docker-content-digest': digest });
    });
  };
}

let server: UploadRegistry;
let registry: ScriptedRegistry;
beforeEach(async () => {
  server = new UploadRegistry();
  registry = await ScriptedRegistry.start(server.script);
});
afterEach(() => registry[Symbol.asyncDispose]());
const methods = (): string[] => registry.seen.map(({ method }) => method);

/** Takes so many bytes of one upload and cuts the connection. */
const cutWhenSent = (sentBytes: number, method: string): void => {
  let done = false;
  server.trouble = (request) => {
    if (done || request.method !== method) return false;
    request.on('data', (piece: Buffer) => {
      if (done) return;
      server.kept = Buffer.concat([server.kept, piece]);
      if (server.kept.length < sentBytes) return;
      done = true;
      request.destroy();
    });
    return true;
  };
};

describe('a push of a blob', () => {
  it('is one request after the registry opened the upload', async () => {
    await using client = new TestClient();
    const progress: number[] = [];
    expect(await client.pushBlob(registry.repository, source(), { onProgress: (bytes) => progress.push(bytes) })).toBe('uploaded');
    expect(methods()).toEqual(['HEAD', 'POST', 'PUT']);
    expect(registry.seen[2]).toMatchObject({ path: `/v2/team/app/blobs/uploads/1?_state=s2&digest=${encodeURIComponent(sha256(blob))}`, headers: { 'content-length': '300000' } });
    expect(server.blobs.get(sha256(blob))).toEqual(blob);
    expect(progress.at(-1)).toBe(blob.length);
  });

  it('sends nothing that the registry has, or has elsewhere', async () => {
    await using client = new TestClient();
    expect(await client.pushBlob(registry.repository, source(), { mountFrom: ['team/other', 'team/base'] })).toBe('mounted');
    server.blobs.set(sha256(blob), blob);
    expect(await client.pushBlob(registry.repository, source())).toBe('exists');
    expect(methods()).toEqual(['HEAD', 'POST', 'POST', 'HEAD']);
    expect(registry.seen[2]?.path).toContain(`?mount=${encodeURIComponent(sha256(blob))}&from=team%2Fbase`);
  });

  it('goes into the upload that the registry opened instead of a mount', async () => {
    await using client = new TestClient();
    expect(await client.pushBlob(registry.repository, source(), { mountFrom: ['team/other'] })).toBe('uploaded');
    expect(methods()).toEqual(['HEAD', 'POST', 'PUT']);
  });

  it('comes in chunks of the size that is wanted, or that the registry wants at least', async () => {
    await using client = new TestClient();
    await client.pushBlob(registry.repository, source(), { chunkBytes: 100_000 });
    expect(registry.seen.slice(2).map(({ method, headers }) => [method, headers['content-range'] ?? headers['content-length']])).toEqual([['PATCH', '0-99999'], ['PATCH', '100000-199999'], ['PATCH', '200000-299999'], ['PUT', '0']]);
    server.headers = { 'oci-chunk-min-length': '250000' };
    server.blobs.clear();
    registry.does(server.script);
    await client.pushBlob(registry.repository, source(), { chunkBytes: 100_000 });
    expect(registry.seen.slice(2).map(({ headers }) => headers['content-range'])).toEqual(['0-249999', '250000-299999', undefined]);
    expect(server.blobs.get(sha256(blob))).toEqual(blob);
  });

  it.each([['PUT', {}], ['PATCH', { chunkBytes: 200_000 }]])('goes on after a cut in the middle of a %s with what is missing', async (method, options) => {
    cutWhenSent(120_000, method);
    await using client = new TestClient();
    expect(await client.pushBlob(registry.repository, source(), options)).toBe('uploaded');
    const rest = registry.seen.filter(({ method: one }) => one === 'PATCH').at(-1)?.headers['content-range'] ?? '';
    expect(Number(rest.split('-')[0])).toBeGreaterThanOrEqual(120_000);
    expect(server.uploads).toBe(1);
    expect(server.blobs.get(sha256(blob))).toEqual(blob);
  });

  it('begins anew where the registry forgot the upload', async () => {
    let forgotten = false;
    server.trouble = (request, response) => {
      if (request.method === 'PUT' && !forgotten) {
        forgotten = true;
        request.destroy();
        return true;
      }
      if (request.method !== 'GET') return false;
      send(response, 404, { errors: [{ code: 'BLOB_UPLOAD_UNKNOWN', message: 'blob upload unknown to registry' }] });
      return true;
    };
    await using client = new TestClient();
    expect(await client.pushBlob(registry.repository, source())).toBe('uploaded');
    expect(server.uploads).toBe(2);
  });

  it('begins anew where the registry kept something else than was sent', async () => {
    cutWhenSent(120_000, 'PUT');
    const cut = server.trouble;
    server.trouble = (request, response, count) => {
      if (request.method === 'GET') server.kept = Buffer.concat([Buffer.of(9), server.kept.subarray(1)]);
      return cut(request, response, count);
    };
    await using client = new TestClient();
    expect(await client.pushBlob(registry.repository, source())).toBe('uploaded');
    expect(server.uploads).toBe(2);
    expect(server.blobs.get(sha256(blob))).toEqual(blob);
  });

  it('is tried again after 429 and 503, and ends after five times', async () => {
    server.trouble = (request, response, count) => {
      if (request.method !== 'PUT' || count > 8) return false;
      request.resume().on('end', () => send(response, count < 6 ? 429 : 503));
      return true;
    };
    await using client = new TestClient();
    expect(await client.pushBlob(registry.repository, source())).toBe('uploaded');
    registry.does((request, response) => (request.method === 'HEAD' ? send(response, 404) : send(response, 503)));
    expect((await failure(client.pushBlob(registry.repository, source(someBytes(9))))).code).toBe('RegistryUnreachable');
    expect(methods()).toEqual(['HEAD', 'POST', 'POST', 'POST', 'POST', 'POST']);
  });

  it('ends the upload where the content is not what it should be, or nobody wants it any more', async () => {
    await using client = new TestClient();
    const short = { ...source(), sizeBytes: blob.length + 1 };
    expect((await failure(client.pushBlob(registry.repository, short))).code).toBe('SizeMismatch');
    expect(methods().at(-1)).toBe('DELETE');
    const other = { ...source(), digest: sha256(Buffer.from('other')) };
    expect(await failure(client.pushBlob(registry.repository, other))).toMatchObject({ code: 'RegistryRequestRefused', message: expect.stringContaining('provided digest did not match') as unknown });
    server.trouble = (request) => request.method === 'PUT';
    expect((await failure(client.pushBlob(registry.repository, source(), { signal: AbortSignal.timeout(100) }))).code).toBe('OperationCancelled');
    expect(methods().at(-1)).toBe('DELETE');
  });

  it('fails where the registry takes no bytes, or never answers', async () => {
    await using client = new TestClient({ limits: { inactivityMs: 200, commitTimeoutMs: 200, attempts: 2 } });
    const large = someBytes(12_000_000);
    server.trouble = (request) => request.method === 'PUT' && request.pause() === request;
    expect((await failure(client.pushBlob(registry.repository, source(large, 65_536)))).code).toBe('RegistryTimedOut');
    server.trouble = (request) => request.method === 'PUT' && request.resume() === request;
    expect((await failure(client.pushBlob(registry.repository, source(someBytes(10))))).code).toBe('RegistryTimedOut');
  });

  it.each([
    ['nowhere', {}, 'it does not say where the upload goes on'],
    ['a file', { location: 'file:///tmp/x' }, 'it does not say where the upload goes on'],
  ])('fails where the upload would go on at %s', async (_what, headers, reason) => {
    registry.does((request, response) => send(response, request.method === 'HEAD' ? 404 : 202, '', headers));
    await using client = new TestClient();
    expect((await failure(client.pushBlob(registry.repository, source()))).message).toContain(reason);
  });

  it('gives no credentials to another host that takes the bytes', async () => {
    const basic = `Basic ${Buffer.from('user:hunter22').toString('base64')}`;
    const hash = createHash('sha256');
    await using storage = await ScriptedRegistry.start((request, response) => { request.on('data', (piece: Buffer) => hash.update(piece)).on('end', () => send(response, 201)); });
    registry.does((request, response) => {
      if (request.headers.authorization !== basic) return send(response, 401, '', { 'www-authenticate': 'Basic realm="r"' });
      send(response, request.method === 'HEAD' ? 404 : 202, '', { location: `${storage.url}/put?signature=s` });
    });
    await using client = new TestClient({ credentials: passwordFor(registry.host, 'user', 'hunter22') });
    expect(await client.pushBlob(registry.repository, source())).toBe('uploaded');
    expect(`sha256:${hash.digest('hex')}`).toBe(sha256(blob));
    expect(storage.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});
