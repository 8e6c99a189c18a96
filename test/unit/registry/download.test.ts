import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync, createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRegistrySettings, type RetryNotice } from '../../../src/registry/index.ts';
import { FileContentStore } from '../../../src/store/index.ts';
import { collect, cutAfter, failure, ScriptedRegistry, send, sendBlob, sha256, someBytes, TestClient } from './scripted-registry.ts';

const blob = someBytes(300_000);
const descriptor = { digest: sha256(blob), sizeBytes: blob.length };
const folder = mkdtempSync(join(tmpdir(), 'silo-download-'));
let stores = 0;
const newStore = (): FileContentStore => new FileContentStore(join(folder, String(stores++)));
const held = async (store: FileContentStore): Promise<number> => {
  let count = await store.repair();
  for await (const _ of store.list()) count += 1;
  return count;
};

let registry: ScriptedRegistry;
beforeEach(async () => { registry = await ScriptedRegistry.start((request, response) => sendBlob(request, response, blob)); });
afterEach(() => registry[Symbol.asyncDispose]());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ranges = (): unknown[] => registry.seen.map(({ headers }) => headers.range);

describe('a blob', () => {
  it('comes whole, from the address of its digest', async () => {
    await using client = new TestClient();
    expect(await collect(client.fetchBlob(registry.repository, descriptor))).toEqual(blob);
    expect(registry.seen.map(({ path }) => path)).toEqual([`/v2/team/app/blobs/${descriptor.digest}`]);
  });

  it('comes from an offset', async () => {
    await using client = new TestClient();
    expect(await collect(client.fetchBlob(registry.repository, descriptor, { offset: 299_000 }))).toEqual(blob.subarray(299_000));
    expect(ranges()).toEqual(['bytes=299000-']);
  });

  it('goes on by range where connections are cut', async () => {
    registry.does((request, response, count) => {
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      if (count > 3) return sendBlob(request, response, blob);
      const rest = blob.subarray(from);
      cutAfter(response, from > 0 ? 206 : 200, rest, 50_000, from > 0 ? { 'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}` } : {});
    });
    const notices: RetryNotice[] = [];
    await using client = new TestClient({ onRetry: (notice) => notices.push(notice) });
    expect(await collect(client.fetchBlob(registry.repository, descriptor))).toEqual(blob);
    expect(ranges()).toEqual([undefined, 'bytes=50000-', 'bytes=100000-', 'bytes=150000-']);
    expect(notices.map(({ attempt, code }) => [attempt, code])).toEqual([[1, 'RegistryUnreachable'], [2, 'RegistryUnreachable'], [3, 'RegistryUnreachable']]);
  });

  it('goes on where the registry ignores ranges', async () => {
    registry.does((_, response, count) => (count === 1 ? cutAfter(response, 200, blob, 50_000) : send(response, 200, blob)));
    await using client = new TestClient();
    expect(await collect(client.fetchBlob(registry.repository, descriptor))).toEqual(blob);
  });

  it('comes after 429 and 5xx, and not before the registry wants', async () => {
    const steps = [() => ({ status: 429, headers: { 'retry-after': '1' } }), () => ({ status: 503, headers: {} }), () => ({ status: 500, headers: { 'retry-after': new Date(Date.now() - 5000).toUTCString() } })];
    registry.does((request, response, count) => {
      const step = steps[count - 1]?.();
      if (step === undefined) sendBlob(request, response, blob);
      else send(response, step.status, '', step.headers);
    });
    const notices: RetryNotice[] = [];
    await using client = new TestClient({ onRetry: (notice) => notices.push(notice) });
    expect(await collect(client.fetchBlob(registry.repository, descriptor))).toEqual(blob);
    expect(notices[0]?.waitMs).toBeGreaterThanOrEqual(1000);
    expect(notices.slice(1).every(({ waitMs }) => waitMs < 100)).toBe(true);
  });

  it('is not waited for where the registry wants hours', async () => {
    registry.does((_, response) => send(response, 429, '', { 'retry-after': '7200' }));
    await using client = new TestClient();
    expect(await failure(client.fetchBlob(registry.repository, descriptor))).toMatchObject({ code: 'RegistryRateLimited', message: expect.stringContaining('it asks to wait 7200 seconds') as unknown, retryable: true });
    expect(registry.seen).toHaveLength(1);
  });

  it.each([
    ['500 each time', 500, 'RegistryUnreachable', 5],
    ['429 each time', 429, 'RegistryRateLimited', 5],
    ['404', 404, 'RegistryBlobNotFound', 1],
    ['403', 403, 'RegistryAccessDenied', 1],
    ['416', 416, 'RegistryRequestRefused', 1],
    ['204', 304, 'RegistryAnswerInvalid', 1],
  ])('fails after %s', async (_what, status, code, attempts) => {
    registry.does((_request, response) => send(response, status));
    await using client = new TestClient();
    expect((await failure(client.fetchBlob(registry.repository, descriptor))).code).toBe(code);
    expect(registry.seen).toHaveLength(attempts);
  });

  it('that a registry drips and cuts for ever is given up', async () => {
    registry.does((request, response) => {
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      cutAfter(response, from > 0 ? 206 : 200, blob.subarray(from), 10, from > 0 ? { 'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}` } : {});
    });
    await using client = new TestClient();
    expect((await failure(client.fetchBlob(registry.repository, descriptor))).code).toBe('RegistryUnreachable');
    expect(registry.seen).toHaveLength(5);
  });

  it('ends with what is wrong with it', async () => {
    const damaged = Buffer.from(blob);
    damaged.writeUInt8(damaged.readUInt8(1000) ^ 1, 1000);
    await using client = new TestClient();
    const of = async (body: Uint8Array, headers: Record<string, string> = {}): Promise<string> => {
      registry.does((_, response) => send(response, 200, body, headers));
      return (await failure(client.fetchBlob(registry.repository, descriptor))).code;
    };
    expect(await of(damaged)).toBe('DigestMismatch');
    expect(await of(blob.subarray(1))).toBe('SizeMismatch');
    expect(await of(Buffer.concat([blob, blob]))).toBe('SizeMismatch');
    expect(await of(blob, { 'content-encoding': 'gzip' })).toBe('RegistryAnswerInvalid');
    registry.does((_, response) => { response.writeHead(200); response.write(blob); response.end('x'); });
    expect((await failure(client.fetchBlob(registry.repository, descriptor))).code).toBe('SizeMismatch');
    registry.does((_, response) => send(response, 206, blob.subarray(5), { 'content-range': 'bytes 5-299999/300000' }));
    expect((await failure(client.fetchBlob(registry.repository, descriptor))).code).toBe('RegistryAnswerInvalid');
  });

  it('that stalls, or comes a byte at a time, is a dead connection', async () => {
    const timers: NodeJS.Timeout[] = [];
    registry.does((request, response, count) => {
      if (count === 1) {
        response.writeHead(200, { 'content-length': String(blob.length) });
        response.write(blob.subarray(0, 1000));
      } else if (count === 2) {
        response.writeHead(206, { 'content-range': `bytes 1000-${blob.length - 1}/${blob.length}` });
        let at = 1000;
        timers.push(setInterval(() => response.write(blob.subarray(at, ++at)), 40));
      } else sendBlob(request, response, blob);
    });
    const codes: string[] = [];
    await using client = new TestClient({ limits: { inactivityMs: 300 }, onRetry: ({ code }) => codes.push(code) });
    expect(await collect(client.fetchBlob(registry.repository, descriptor))).toEqual(blob);
    expect(codes).toEqual(['RegistryTimedOut', 'RegistryTimedOut']);
    for (const timer of timers) clearInterval(timer);
  });

  it('may be read slowly', async () => {
    await using client = new TestClient({ limits: { inactivityMs: 200 } });
    const pieces: Uint8Array[] = [];
    for await (const piece of client.fetchBlob(registry.repository, descriptor)) {
      if (pieces.length < 2) await new Promise((resolve) => { setTimeout(resolve, 300); });
      pieces.push(Buffer.from(piece));
    }
    expect(Buffer.concat(pieces)).toEqual(blob);
  });

  it('can be called off at any time', async () => {
    await using client = new TestClient();
    const controller = new AbortController();
    const read = async (): Promise<void> => {
      for await (const _ of client.fetchBlob(registry.repository, descriptor, { signal: controller.signal })) controller.abort();
    };
    expect((await failure(read())).code).toBe('OperationCancelled');
    expect((await failure(client.fetchBlob(registry.repository, descriptor, { signal: AbortSignal.abort() }))).code).toBe('OperationCancelled');
    registry.does(() => undefined);
    expect((await failure(client.fetchBlob(registry.repository, descriptor, { signal: AbortSignal.timeout(50) }))).code).toBe('OperationCancelled');
  });

  it('is fetched by no more than the allowed number at once, and who leaves early makes room', async () => {
    let open = 0;
    let most = 0;
    registry.does((request, response) => {
      most = Math.max(most, ++open);
      response.on('close', () => { open -= 1; });
      setTimeout(() => sendBlob(request, response, blob), 20);
    });
    await using client = new TestClient({ limits: { transfersPerRegistry: 2 } });
    const leave = async (): Promise<void> => { for await (const _ of client.fetchBlob(registry.repository, descriptor)) break; };
    await Promise.all([leave(), leave(), ...Array.from({ length: 6 }, () => collect(client.fetchBlob(registry.repository, descriptor)))]);
    expect(most).toBe(2);
  });
});

describe('a mirror', () => {
  const mirrored = (mirror: ScriptedRegistry): TestClient => new TestClient({ settings: parseRegistrySettings({ mirrors: { [registry.host]: [mirror.host] } }) });

  it('is asked instead of its registry', async () => {
    await using mirror = await ScriptedRegistry.start((request, response) => sendBlob(request, response, blob));
    await using client = mirrored(mirror);
    await collect(client.fetchBlob(registry.repository, descriptor));
    expect([mirror.seen.length, registry.seen.length]).toEqual([1, 0]);
  });

  it.each([404, 403, 401, 500])('that answers %i is followed by its registry', async (status) => {
    await using mirror = await ScriptedRegistry.start((_, response) => send(response, status));
    await using client = mirrored(mirror);
    expect(await collect(client.fetchBlob(registry.repository, descriptor))).toEqual(blob);
  });

  it('that fails in the middle is followed by its registry, for the rest', async () => {
    await using mirror = await ScriptedRegistry.start((_, response, count) => (count === 1 ? cutAfter(response, 200, blob, 100_000) : send(response, 404)));
    await using client = mirrored(mirror);
    expect(await collect(client.fetchBlob(registry.repository, descriptor))).toEqual(blob);
    expect(ranges()).toEqual(['bytes=100000-']);
  });
});

describe('a foreign layer', () => {
  it('comes from its own address, without credentials', async () => {
    await using vendor = await ScriptedRegistry.start((request, response) => sendBlob(request, response, blob));
    await using client = new TestClient();
    expect(await collect(client.fetchBlob(registry.repository, { ...descriptor, urls: ['ftp://x/', `${vendor.url}/layer`] }))).toEqual(blob);
    expect([vendor.seen.length, registry.seen.length]).toEqual([1, 0]);
  });

  it('comes from the registry where its address fails or may not be asked', async () => {
    await using vendor = await ScriptedRegistry.start((_, response) => send(response, 404));
    await using client = new TestClient();
    expect(await collect(client.fetchBlob(registry.repository, { ...descriptor, urls: [`${vendor.url}/layer`, 'http://plain.example/layer'] }))).toEqual(blob);
  });

  it('is told of by its own address where nobody has it', async () => {
    await using vendor = await ScriptedRegistry.start((_, response) => send(response, 410));
    registry.does((_, response) => send(response, 404));
    await using client = new TestClient();
    expect((await failure(client.fetchBlob(registry.repository, { ...descriptor, urls: [`${vendor.url}/layer`] }))).message).toContain(vendor.host);
  });
});

describe('a download into a store', () => {
  it('puts the blob there and tells how far it is', async () => {
    const store = newStore();
    const progress: number[] = [];
    await using client = new TestClient();
    expect(await client.downloadBlob(registry.repository, descriptor, store, { onProgress: (bytes) => progress.push(bytes) })).toEqual(descriptor);
    expect(await collect(store.read(descriptor.digest))).toEqual(blob);
    expect(progress.at(-1)).toBe(blob.length);
  });

  it('leaves nothing where it fails, and works the next time', async () => {
    const store = newStore();
    await using client = new TestClient();
    for (const body of [blob.subarray(1), Buffer.concat([blob.subarray(1), Buffer.of(7)])]) {
      registry.does((_, response) => send(response, 200, body));
      expect((await failure(client.downloadBlob(registry.repository, descriptor, store))).class).toBe('dataLoss');
      expect(await held(store)).toBe(0);
    }
    registry.does(() => undefined);
    expect((await failure(client.downloadBlob(registry.repository, descriptor, store, { signal: AbortSignal.timeout(50) }))).code).toBe('OperationCancelled');
    expect(await held(store)).toBe(0);
    registry.does((request, response) => sendBlob(request, response, blob));
    expect(await client.downloadBlob(registry.repository, descriptor, store)).toEqual(descriptor);
  });

  it('unpacks in the same pass, also for a reader that stops early', async () => {
    const packed = gzipSync(blob);
    const layer = { digest: sha256(packed), sizeBytes: packed.length };
    registry.does((request, response) => sendBlob(request, response, packed));
    await using client = new TestClient();
    let unpacked: Uint8Array = Buffer.alloc(0);
    const store = newStore();
    await client.downloadBlob(registry.repository, layer, store, { consume: async (pieces) => { unpacked = await collect(Readable.from(pieces).pipe(createGunzip())); } });
    expect(unpacked).toEqual(blob);
    expect(registry.seen).toHaveLength(1);
    expect(gunzipSync(await collect(store.read(layer.digest)))).toEqual(blob);
    const other = newStore();
    await client.downloadBlob(registry.repository, layer, other, { consume: async (pieces) => { for await (const _ of pieces) break; } });
    expect(await collect(other.read(layer.digest))).toEqual(packed);
  });

  it('tells of the damage and not of what the reader made of it', async () => {
    const damaged = Buffer.from(blob);
    damaged.writeUInt8(damaged.readUInt8(0) ^ 1, 0);
    registry.does((_, response) => send(response, 200, damaged));
    const store = newStore();
    await using client = new TestClient();
    const consume = async (pieces: AsyncIterable<Uint8Array>): Promise<void> => { for await (const _ of pieces) throw new Error('cannot unpack'); };
    expect((await failure(client.downloadBlob(registry.repository, descriptor, store, { consume }))).code).toBe('DigestMismatch');
    registry.does((_, response) => send(response, 200, blob));
    await expect(client.downloadBlob(registry.repository, descriptor, store, { consume })).rejects.toThrow('cannot unpack');
  });

  it('reads what the store has from there', async () => {
    const store = newStore();
    await using client = new TestClient();
    await client.downloadBlob(registry.repository, descriptor, store);
    registry.does((_, response) => send(response, 404));
    let read = 0;
    await client.downloadBlob(registry.repository, descriptor, store, { consume: async (pieces) => { read = (await collect(pieces)).length; } });
    expect([read, registry.seen.length]).toEqual([blob.length, 0]);
  });
});
