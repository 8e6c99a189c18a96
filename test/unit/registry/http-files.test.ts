import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HttpFiles, type ClientLimits } from '../../../src/registry/index.ts';
import { collect, cutAfter, failure, quick, ScriptedRegistry, send, someBytes } from './scripted-registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'silo-http-files-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** With the settings' defaults, and closed at the end. */
class TestFiles extends HttpFiles {
  constructor(limits: Partial<ClientLimits> = {}, settings: object = {}) {
    const path = join(mkdtempSync(join(folder, 'settings-')), 'registries.json');
    writeFileSync(path, JSON.stringify(settings));
    super(path, { environment: {}, limits: { ...quick, ...limits } });
  }

  async [Symbol.asyncDispose](): Promise<void> { await this.close(); }
}

const get = async (files: HttpFiles, address: string, signal?: AbortSignal): Promise<Buffer> => {
  const file = await files.open(address, signal);
  try {
    return await collect(file.read());
  } finally {
    await file.close();
  }
};

describe('a file of the web', () => {
  it('comes with its time, and is asked for without credentials and without an encoding', async () => {
    const bytes = someBytes(300_000);
    await using server = await ScriptedRegistry.start((_, response) => send(response, 200, bytes, { 'last-modified': 'Fri, 14 Jul 2017 02:40:00 GMT' }));
    await using files = new TestFiles();
    const file = await files.open(`${server.url}/a/file?x=1#part`);
    expect(file.modifiedAt).toEqual(new Date('2017-07-14T02:40:00Z'));
    expect((await collect(file.read())).equals(bytes)).toBe(true);
    await file.close();
    expect(server.seen).toEqual([{ method: 'GET', path: '/a/file?x=1', headers: expect.objectContaining({ 'accept-encoding': 'identity' }) as unknown }]);
    expect(server.seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    [{ etag: '"one"' }, true],
    [{ etag: 'W/"one"' }, false],
    [{ 'etag': 'W/"one"', 'last-modified': 'Fri, 14 Jul 2017 02:40:00 GMT' }, true],
    [{ 'last-modified': new Date().toUTCString() }, false],
    [{ 'last-modified': 'yesterday' }, false],
    [{}, false],
  ])('with the headers %j is known before it comes: %s', async (headers, known) => {
    await using server = await ScriptedRegistry.start((_, response) => send(response, 200, 'text', headers));
    await using files = new TestFiles();
    const file = await files.open(server.url);
    await file.close();
    expect(file.identity !== undefined).toBe(known);
  });

  it('that nobody reads is not sent to the end', async () => {
    let sent = 0;
    await using server = await ScriptedRegistry.start((_, response) => {
      response.writeHead(200, { etag: '"large"' });
      const more = (): void => { while (!response.destroyed && sent < 1e9 && response.write(Buffer.alloc(65_536))) sent += 65_536; };
      response.on('drain', more);
      more();
    });
    await using files = new TestFiles();
    const file = await files.open(server.url);
    await file.close();
    expect(sent).toBeLessThan(1e8);
  });

  it('is followed to where it is led, and no further than that', async () => {
    await using server = await ScriptedRegistry.start((request, response) => {
      if (request.url === '/from') send(response, 302, '', { location: '/to' });
      else if (request.url === '/to') send(response, 200, 'there');
      else if (request.url === '/secret') send(response, 302, '', { location: 'https://user:word@example.invalid/' });
      else send(response, 307, '', { location: `${request.url ?? ''}x` });
    });
    await using files = new TestFiles({ redirects: 3 });
    expect((await get(files, `${server.url}/from`)).toString()).toBe('there');
    server.does((request, response) => send(response, 307, '', { location: `${request.url ?? ''}x` }));
    expect(await failure(get(files, `${server.url}/loop`))).toMatchObject({ code: 'DownloadFailed', message: expect.stringContaining('redirects more than 3 times') as unknown });
    expect(server.seen).toHaveLength(4);
    server.does((_, response) => send(response, 302, '', { location: 'https://user:word@example.invalid/' }));
    const refused = await failure(get(files, `${server.url}/secret`));
    expect(refused).toMatchObject({ code: 'DownloadFailed' });
    expect(refused.message).not.toContain('word');
  });

  it.each([[404, 'WebFileNotFound', 1], [410, 'WebFileNotFound', 1], [403, 'DownloadFailed', 1], [401, 'DownloadFailed', 1], [204, 'DownloadFailed', 1], [503, 'DownloadFailed', 5], [429, 'DownloadFailed', 5]])('that is answered with %i is the error %s, after %i attempts', async (status, code, attempts) => {
    await using server = await ScriptedRegistry.start((_, response) => send(response, status));
    await using files = new TestFiles();
    expect(await failure(get(files, `${server.url}/x?signature=hidden`))).toMatchObject({ code, message: expect.not.stringContaining('hidden') as unknown, native: { httpStatus: status } });
    expect(server.seen).toHaveLength(attempts);
  });

  it('goes on after a cut where its host can do that', async () => {
    const bytes = someBytes(200_000);
    await using server = await ScriptedRegistry.start((request, response, count) => {
      if (count === 1) return cutAfter(response, 200, bytes, 50_000, { etag: '"same"' });
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
      return count === 2 ? send(response, 206, bytes.subarray(from), { 'content-range': `bytes ${from}-199999/200000`, 'etag': '"same"' }) : send(response, 500);
    });
    await using files = new TestFiles();
    expect((await get(files, server.url)).equals(bytes)).toBe(true);
    expect(server.seen[1]?.headers['if-range']).toBe('"same"');
    // A host that sends all of it again.
    server.does((_, response, count) => (count === 1 ? cutAfter(response, 200, bytes, 50_000, { etag: '"same"' }) : send(response, 200, bytes, { etag: '"same"' })));
    expect((await get(files, server.url)).equals(bytes)).toBe(true);
  });

  it('that was cut and is another one now, or cannot be told from another, is an error', async () => {
    const bytes = someBytes(200_000);
    await using server = await ScriptedRegistry.start((_, response, count) => (count === 1 ? cutAfter(response, 200, bytes, 50_000, { etag: '"one"' }) : send(response, 200, bytes, { etag: '"two"' })));
    await using files = new TestFiles();
    expect(await failure(get(files, server.url))).toMatchObject({ code: 'DownloadFailed', message: expect.stringContaining('changed') as unknown });
    server.does((_, response) => cutAfter(response, 200, bytes, 50_000));
    expect(await failure(get(files, server.url))).toMatchObject({ code: 'DownloadFailed', retryable: true });
    expect(server.seen).toHaveLength(1);
  });

  it('has a largest size, told or not', async () => {
    await using server = await ScriptedRegistry.start((_, response) => send(response, 200, someBytes(1001)));
    await using files = new TestFiles({ fileBytes: 1000 });
    expect(await failure(get(files, server.url))).toMatchObject({ code: 'DownloadTooLarge', args: { limitBytes: 1000 } });
    server.does((_, response) => response.writeHead(200).end(someBytes(1001)));
    expect((await failure(get(files, server.url))).code).toBe('DownloadTooLarge');
    server.does((_, response) => send(response, 200, someBytes(1000)));
    expect(await get(files, server.url)).toHaveLength(1000);
  });

  it('is waited for no longer than the limit, and not at all where it is called off', async () => {
    await using server = await ScriptedRegistry.start(() => undefined);
    await using files = new TestFiles({ inactivityMs: 100, attempts: 1 });
    expect(await failure(get(files, server.url))).toMatchObject({ code: 'DownloadFailed', message: expect.stringContaining('seconds') as unknown });
    await using patient = new TestFiles();
    const stop = new AbortController();
    const waiting = failure(get(patient, server.url, stop.signal));
    setTimeout(() => stop.abort(), 50);
    expect((await waiting).code).toBe('OperationCancelled');
  });

  it('comes over plain HTTP from this machine and listed hosts only', async () => {
    await using files = new TestFiles();
    expect((await failure(get(files, 'http://example.invalid/x'))).code).toBe('RegistryPlainHttpRefused');
    await using listed = new TestFiles({ attempts: 1 }, { plainHttpHosts: ['example.invalid:80'] });
    expect((await failure(get(listed, 'http://example.invalid/x'))).code).toBe('DownloadFailed');
  });
});
