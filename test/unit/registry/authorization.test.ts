import { inspect } from 'node:util';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { passwordFor, Secret, type CredentialProvider } from '../../../src/registry/index.ts';
import { collect, failure, ScriptedRegistry, send, sendBlob, sha256, someBytes, TestClient, type Script } from './scripted-registry.ts';

const blob = someBytes(5000);
const descriptor = { digest: sha256(blob), sizeBytes: blob.length };
const password = 'hunter22';
const basic = `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;

let registry: ScriptedRegistry;
let tokens: ScriptedRegistry;
beforeEach(async () => {
  registry = await ScriptedRegistry.start();
  tokens = await ScriptedRegistry.start();
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await tokens[Symbol.asyncDispose]();
});

const login = (): CredentialProvider => passwordFor(registry.host, 'user', password);
const bearer = (realm = `${tokens.url}/token`): string => `Bearer realm="${realm}",service="reg",scope="repository:team/app:pull"`;
/** Wants this header, and names the challenge without it. */
const guarded = (allowed: (header: string | undefined) => boolean, challenge: string): Script => (request, response) => {
  if (!allowed(request.headers.authorization)) return send(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }, { 'www-authenticate': challenge });
  sendBlob(request, response, blob);
};

describe('a registry that wants Basic', () => {
  it('gets it after it asked, and from then on at once', async () => {
    registry.does(guarded((header) => header === basic, 'Basic realm="r"'));
    await using client = new TestClient({ credentials: login() });
    await collect(client.fetchBlob(registry.repository, descriptor));
    await collect(client.fetchBlob(registry.repository, descriptor));
    expect(registry.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, basic, basic]);
  });

  it('is not told again what it refused', async () => {
    registry.does(guarded(() => false, 'Basic realm="r"'));
    await using client = new TestClient({ credentials: login() });
    expect((await failure(client.fetchBlob(registry.repository, descriptor))).code).toBe('RegistryAccessDenied');
    expect((await failure(client.fetchBlob(registry.repository, descriptor))).message).toContain('it refused the credentials');
    expect(registry.seen).toHaveLength(3);
  });

  it('gets a login asked for where none is known', async () => {
    registry.does(guarded(() => false, 'Basic realm="r"'));
    await using client = new TestClient();
    const error = await failure(client.fetchBlob(registry.repository, descriptor));
    expect(error).toMatchObject({ code: 'RegistryLoginRequired', class: 'unauthenticated', native: { httpStatus: 401 } });
  });

  it('takes a login that was made meanwhile', async () => {
    registry.does(guarded((header) => header === basic, 'Basic realm="r"'));
    let secret = 'wrong22';
    await using client = new TestClient({ credentials: { credentialFor: () => Promise.resolve({ kind: 'password', username: 'user', secret: new Secret(secret) }) } });
    await failure(client.fetchBlob(registry.repository, descriptor));
    secret = password;
    expect(await collect(client.fetchBlob(registry.repository, descriptor))).toEqual(blob);
  });
});

describe('a registry that wants a token', () => {
  beforeEach(() => registry.does(guarded((header) => header === 'Bearer t0ken', bearer())));

  it('gets one that was asked for with service, scope and password; one token serves many', async () => {
    tokens.does((_, response) => send(response, 200, { token: 't0ken', expires_in: 300 }));
    await using client = new TestClient({ credentials: login() });
    await Promise.all(Array.from({ length: 5 }, () => collect(client.fetchBlob(registry.repository, descriptor))));
    expect(tokens.seen).toHaveLength(1);
    expect(tokens.seen[0]).toMatchObject({ method: 'GET', path: '/token?service=reg&scope=repository%3Ateam%2Fapp%3Apull', headers: { authorization: basic } });
    expect(registry.seen.filter(({ headers }) => headers.authorization?.startsWith('Basic'))).toEqual([]);
  });

  it('gets a token without a login where the service gives one', async () => {
    tokens.does((_, response) => send(response, 200, { access_token: 't0ken' }));
    await using client = new TestClient();
    expect(await collect(client.fetchBlob(registry.repository, descriptor))).toEqual(blob);
    expect(tokens.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('gets one for an identity token, which goes in the body and nowhere else', async () => {
    let form = '';
    tokens.does((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => { form += text; }).on('end', () => send(response, 200, { access_token: 't0ken' }));
    });
    await using client = new TestClient({ credentials: { credentialFor: () => Promise.resolve({ kind: 'identityToken', secret: new Secret('refresh-me') }) } });
    await collect(client.fetchBlob(registry.repository, descriptor));
    expect(Object.fromEntries(new URLSearchParams(form))).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'refresh-me', service: 'reg', scope: 'repository:team/app:pull' });
    expect(tokens.seen[0]).toMatchObject({ method: 'POST', path: '/token' });
    expect(JSON.stringify(registry.seen)).not.toContain('refresh-me');
  });

  it('gets a new one when the old one has ended on the way', async () => {
    let issued = 0;
    tokens.does((_, response) => send(response, 200, { token: `t${++issued}`, expires_in: 300 }));
    let valid = 'Bearer t1';
    registry.does(guarded((header) => header === valid, bearer()));
    await using client = new TestClient({ credentials: login() });
    await collect(client.fetchBlob(registry.repository, descriptor));
    valid = 'Bearer t2';
    expect(await collect(client.fetchBlob(registry.repository, descriptor))).toEqual(blob);
    expect(issued).toBe(2);
  });

  it('is asked once more and not for ever', async () => {
    tokens.does((_, response) => send(response, 200, { token: 'other' }));
    await using client = new TestClient();
    expect((await failure(client.fetchBlob(registry.repository, descriptor))).code).toBe('RegistryLoginRequired');
    expect(registry.seen).toHaveLength(2);
  });

  it.each([
    ['refuses the credentials', 401, {}, 'RegistryLoginRequired', 'its token service refused the credentials'],
    ['gives no token', 200, { expires_in: 9 }, 'RegistryAnswerInvalid', 'its token service gave no token'],
    ['gives a token with a line break', 200, { token: 'a\r\nx: y' }, 'RegistryAnswerInvalid', 'its token service gave no token'],
    ['gives no JSON', 200, 'hunter22', 'RegistryAnswerInvalid', 'its token service gave no token'],
    ['gives deep JSON', 200, '['.repeat(100_000), 'RegistryAnswerInvalid', 'its token service gave no token'],
    ['says that there were too many', 429, {}, 'RegistryRateLimited', 'takes no more requests'],
  ])('and whose service %s fails with a code', async (_what, status, body, code, reason) => {
    tokens.does((_request, response) => send(response, status, body));
    await using client = new TestClient({ credentials: login() });
    const error = await failure(client.fetchBlob(registry.repository, descriptor));
    expect(error.code).toBe(code);
    expect(error.message).toContain(reason);
  });
});

describe('credentials', () => {
  it.each([302, 303, 307, 308])('stay with their host when it redirects with %i', async (status) => {
    await using elsewhere = await ScriptedRegistry.start((request, response) => sendBlob(request, response, blob));
    registry.does((request, response) => {
      if (request.headers.authorization !== basic) return send(response, 401, '', { 'www-authenticate': 'Basic realm="r"' });
      send(response, status, '', { location: `${elsewhere.url}/cdn?signature=x` });
    });
    await using client = new TestClient({ credentials: login() });
    expect(await collect(client.fetchBlob(registry.repository, descriptor))).toEqual(blob);
    expect(elsewhere.seen).toHaveLength(1);
    expect(elsewhere.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('stay away from a host that leads back to the registry', async () => {
    await using elsewhere = await ScriptedRegistry.start((_, response) => send(response, 302, '', { location: `${registry.url}/back` }));
    registry.does((request, response) => {
      if (request.url === '/back') return sendBlob(request, response, blob);
      if (request.headers.authorization !== basic) return send(response, 401, '', { 'www-authenticate': 'Basic realm="r"' });
      send(response, 302, '', { location: `${elsewhere.url}/` });
    });
    await using client = new TestClient({ credentials: login() });
    await collect(client.fetchBlob(registry.repository, descriptor));
    expect(registry.seen.find(({ path }) => path === '/back')?.headers.authorization).toBeUndefined();
  });

  it.each(['Basic realm="give"', 'Bearer realm="TOKENS"'])('are not given to whom the registry redirects, though it asks: %s', async (challenge) => {
    await using elsewhere = await ScriptedRegistry.start((_, response) => send(response, 401, '', { 'www-authenticate': challenge.replace('TOKENS', `${tokens.url}/token`) }));
    registry.does((_, response) => send(response, 307, '', { location: `${elsewhere.url}/` }));
    await using client = new TestClient({ credentials: { credentialFor: () => Promise.resolve({ kind: 'password', username: 'user', secret: new Secret(password) }) } });
    const error = await failure(client.fetchBlob(registry.repository, descriptor));
    expect(error.code).toBe('RegistryAnswerInvalid');
    expect(error.message).toContain('asks for credentials');
    expect(elsewhere.seen).toHaveLength(1);
    expect(tokens.seen).toEqual([]);
  });

  it.each(['http://auth.example/token', 'ftp://127.0.0.1/token', 'token', ''])('are not taken to a token service at %s', async (realm) => {
    registry.does(guarded(() => false, bearer(realm)));
    await using client = new TestClient({ credentials: login() });
    const error = await failure(client.fetchBlob(registry.repository, descriptor));
    expect(error).toMatchObject({ code: 'RegistryAnswerInvalid' });
    expect(error.message).toContain('may not be used');
  });

  it('do not follow a token service that moves with them', async () => {
    await using elsewhere = await ScriptedRegistry.start((_, response) => send(response, 200, { token: 't0ken' }));
    tokens.does((_, response) => send(response, 307, '', { location: `${elsewhere.url}/token` }));
    registry.does(guarded((header) => header === 'Bearer t0ken', bearer()));
    await using client = new TestClient({ credentials: { credentialFor: () => Promise.resolve({ kind: 'identityToken', secret: new Secret('refresh-me') }) } });
    expect((await failure(client.fetchBlob(registry.repository, descriptor))).message).toContain('redirects what is sent to it');
    expect(elsewhere.seen).toEqual([]);
  });

  it('are in no error, notice or cause, though the registry says them back', async () => {
    const notices: unknown[] = [];
    registry.does((request, response) => {
      if (request.headers.authorization !== basic) return send(response, 401, '', { 'www-authenticate': 'Basic realm="r"' });
      send(response, registry.seen.length < 4 ? 503 : 403, { errors: [{ code: 'DENIED', message: `not with ${password} or ${request.headers.authorization}\n\u001b[2J` }] });
    });
    await using client = new TestClient({ credentials: login(), onRetry: (notice) => notices.push(notice) });
    const error = await failure(client.fetchBlob(registry.repository, descriptor));
    expect(error.code).toBe('RegistryAccessDenied');
    expect(error.message).toContain('not with *** or Basic ***');
    for (const text of [inspect(error, { depth: 9 }), JSON.stringify(notices), inspect(client, { depth: 99, showHidden: true })]) {
      expect(text).not.toContain(password);
      expect(text).not.toContain(basic.slice(6));
      expect(text).not.toContain('\u001b');
    }
  });
});
