import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRegistrySettings } from '../../../src/registry/index.ts';
import { Slots } from '../../../src/registry/slots.ts';
import { failure, quick, ScriptedRegistry, send, TestClient } from './scripted-registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'silo-tls-'));
const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
const listen = (server: Server): Promise<number> => new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)); });
const servers: Server[] = [];
let port = 0;

beforeAll(async () => {
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test authority');
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'host.key', '-out', 'host.csr', '-subj', '/CN=localhost');
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1,DNS:registry.example');
  openssl('x509', '-req', '-in', 'host.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'host.pem', '-days', '2', '-extfile', 'names');
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'other.key', '-out', 'other.pem', '-days', '2', '-subj', '/CN=Other authority');
  const server = createServer({ key: readFileSync(join(folder, 'host.key')), cert: readFileSync(join(folder, 'host.pem')) }, (_, response) => send(response, 200));
  servers.push(server);
  port = await listen(server);
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});
const trusting = (file: string, host: string): ReturnType<typeof parseRegistrySettings> => parseRegistrySettings({ caFiles: { [host]: join(folder, file) } });

describe('TLS', () => {
  it('trusts the authorities of the host', async () => {
    await using client = new TestClient({ settings: trusting('ca.pem', `127.0.0.1:${port}`) });
    await client.ping(`127.0.0.1:${port}`);
  });

  it('trusts nobody else', async () => {
    await using client = new TestClient({ settings: trusting('other.pem', `127.0.0.1:${port}`) });
    expect(await failure(client.ping(`127.0.0.1:${port}`))).toMatchObject({ code: 'RegistryCertificateInvalid', retryable: false });
  });

  it('says which file is missing, or holds no certificate', async () => {
    await using missing = new TestClient({ settings: trusting('none.pem', `127.0.0.1:${port}`) });
    expect((await failure(missing.ping(`127.0.0.1:${port}`))).code).toBe('PathNotFound');
    await using wrong = new TestClient({ settings: trusting('ca.key', `127.0.0.1:${port}`) });
    expect((await failure(wrong.ping(`127.0.0.1:${port}`))).code).toBe('RegistrySettingsInvalid');
  });

  it('is not given up where the other side speaks none', async () => {
    await using plain = await ScriptedRegistry.start();
    await using client = new TestClient({ settings: trusting('ca.pem', plain.host) });
    expect(await failure(client.ping(plain.host))).toMatchObject({ code: 'RegistryUnreachable', message: expect.stringContaining('it does not speak TLS') as unknown });
    expect(plain.seen).toEqual([]);
  });
});

describe('a proxy of the environment', () => {
  it('carries TLS to a registry, with the authorities of that host, and never what is for this machine', async () => {
    const asked: string[] = [];
    const proxy = createPlainServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      const upstream = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    servers.push(proxy);
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${await listen(proxy)}`, http_proxy: 'http://127.0.0.1:1' };
    await using client = new TestClient({ environment, settings: trusting('ca.pem', 'registry.example') });
    await client.ping('registry.example');
    expect(asked).toEqual(['registry.example:443']);
    await using plain = await ScriptedRegistry.start((_, response) => send(response, 200));
    await client.ping(plain.host);
    expect(asked).toHaveLength(1);
  });

  it('gets plain requests for listed hosts in whole, without a tunnel', async () => {
    await using proxy = await ScriptedRegistry.start((_, response) => send(response, 200));
    await using client = new TestClient({ environment: { http_proxy: proxy.url }, settings: parseRegistrySettings({ plainHttpHosts: ['lab.example:5000'] }) });
    await client.ping('lab.example:5000');
    expect(proxy.seen.map(({ path }) => path)).toEqual(['http://lab.example:5000/v2/']);
  });

  it('keeps its password to itself when it is written wrongly', async () => {
    await using client = new TestClient({ environment: { https_proxy: 'http://u:hunter22@[' } });
    const error = await failure(client.ping('registry.example'));
    expect(error.code).toBe('RegistrySettingsInvalid');
    expect(`${error.stack}`).not.toContain('hunter22');
  });
});

describe('a registry', () => {
  it('that is not there is told of at once', async () => {
    await using client = new TestClient({ limits: { backoffMs: 60_000 } });
    expect(await failure(client.ping('127.0.0.1:1'))).toMatchObject({ code: 'RegistryUnreachable', native: { errno: 'ECONNREFUSED' }, retryable: true });
  });

  it('that never answers is given up', async () => {
    await using registry = await ScriptedRegistry.start(() => undefined);
    await using client = new TestClient({ limits: { documentTimeoutMs: 150, attempts: 2 } });
    expect(await failure(client.ping(registry.host))).toMatchObject({ code: 'RegistryTimedOut', class: 'deadlineExceeded' });
    expect(registry.seen).toHaveLength(2);
  });

  it('that drips a short answer for ever is given up', async () => {
    const timers: NodeJS.Timeout[] = [];
    await using registry = await ScriptedRegistry.start((_, response) => {
      response.writeHead(200);
      timers.push(setInterval(() => response.write('x'.repeat(2000)), 10));
    });
    await using client = new TestClient({ limits: { documentTimeoutMs: 300, attempts: 1 } });
    expect((await failure(client.ping(registry.host))).code).toBe('RegistryTimedOut');
    for (const timer of timers) clearInterval(timer);
  });

  it.each([
    ['redirects for ever', 'HTTP/1.1 302 Found\r\nlocation: /v2/\r\ncontent-length: 0\r\n\r\n', 'it redirects more than 10 times'],
    ['sends endless headers', `HTTP/1.1 200 OK\r\n${`x-a: ${'y'.repeat(1000)}\r\n`.repeat(100)}\r\n`, 'its headers are too large'],
    ['speaks something else', 'SSH-2.0-OpenSSH_9.9\r\n', 'it is not HTTP'],
    ['lies about its length', 'HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n', ''],
    ['redirects to plain HTTP', 'HTTP/1.1 302 Found\r\nlocation: http://plain.example/\r\ncontent-length: 0\r\n\r\n', 'Plain HTTP to plain.example is not allowed.'],
    ['redirects to a file', 'HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\n\r\n', 'may not be followed'],
  ])('that %s is refused', async (_what, answer, reason) => {
    const server = createTcpServer((socket) => { socket.on('error', () => undefined).on('data', () => socket.write(answer)); });
    servers.push(server);
    await using client = new TestClient({ limits: { documentTimeoutMs: 1000, attempts: 1 } });
    const error = await failure(client.ping(`127.0.0.1:${await listen(server)}`));
    expect(error.message).toContain(reason);
  });

  it('is spoken to by no more than the allowed number of short requests', async () => {
    let open = 0;
    let most = 0;
    await using registry = await ScriptedRegistry.start((_, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open -= 1;
        send(response, 200);
      }, 10);
    });
    await using client = new TestClient({ limits: { ...quick, documentsPerRegistry: 3 } });
    await Promise.all(Array.from({ length: 12 }, () => client.ping(registry.host)));
    expect(most).toBe(3);
  });
});

describe('places', () => {
  it('are given in the order in which they were asked for, a host apart from the other', async () => {
    const slots = new Slots(1);
    const order: string[] = [];
    const free = await slots.take('a');
    const waiting = ['first', 'second'].map(async (name) => {
      const done = await slots.take('a');
      order.push(name);
      done();
    });
    (await slots.take('b'))();
    expect(order).toEqual([]);
    free();
    free();
    await Promise.all(waiting);
    expect(order).toEqual(['first', 'second']);
  });

  it('are not kept for who went away', async () => {
    const slots = new Slots(1);
    const free = await slots.take('a');
    const controller = new AbortController();
    const gone = slots.take('a', controller.signal);
    const next = slots.take('a');
    controller.abort();
    expect((await failure(gone)).code).toBe('OperationCancelled');
    free();
    (await next)();
    (await slots.take('a'))();
  });
});
