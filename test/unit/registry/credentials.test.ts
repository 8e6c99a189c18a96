import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { CredentialHelper, DockerConfigCredentials, firstOf, passwordFor, Secret } from '../../../src/registry/index.ts';
import { redact } from '../../../src/registry/secret.ts';
import { failure } from './scripted-registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'silo-credentials-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bin = join(folder, 'bin');
mkdirSync(bin);
const environment = { PATH: `${bin}:${process.env['PATH']}` };
const helper = (name: string, script: string): void => writeFileSync(join(bin, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

let files = 0;
const config = (content: unknown): DockerConfigCredentials => {
  const path = join(folder, `config-${files++}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return new DockerConfigCredentials(path, { environment, timeoutMs: 5000 });
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const shown = async (provider: DockerConfigCredentials, registry: string): Promise<string | undefined> => {
  const found = await provider.credentialFor(registry);
  return found === undefined ? undefined : `${found.kind} ${found.kind === 'password' ? `${found.username}:` : ''}${found.secret.reveal()}`;
};

helper('echo', `read server; test "$1" = get && printf '{"ServerURL":"%s","Username":"of","Secret":"%s"}' "$server" "$server"`);
helper('token', `printf '{"Username":"<token>","Secret":"refresh"}'`);
helper('empty', 'echo "credentials not found in native keychain"; exit 1');
helper('broken', 'echo "hunter22 is the password"; exit 3');
helper('chatty', `printf '{"Username":"u","Secret":"hunter22'`);
helper('slow', 'exec sleep 60');
helper('endless', 'while :; do echo hunter22hunter22hunter22hunter22; done');
helper('keeper', `case "$1" in store) cat > "${folder}/kept";; erase) rm "${folder}/kept" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; };; esac`);

describe("Docker's config.json", () => {
  it('gives user and password, tokens, and nothing for others', async () => {
    const provider = config({ auths: {
      'registry.example': { auth: base64('user:pass:word') },
      'https://old.example/v1/': { auth: base64('old:secret') },
      'https://index.docker.io/v1/': { username: 'hub', password: 'hubsecret' },
      'identity.example': { auth: base64('<token>:'), identitytoken: 'refresh' },
      'access.example': { registrytoken: 'bearer' },
      'helped.example': {},
    } });
    expect(await shown(provider, 'registry.example')).toBe('password user:pass:word');
    expect(await shown(provider, 'old.example')).toBe('password old:secret');
    expect(await shown(provider, 'docker.io')).toBe('password hub:hubsecret');
    expect(await shown(provider, 'identity.example')).toBe('identityToken refresh');
    expect(await shown(provider, 'access.example')).toBe('accessToken bearer');
    expect(await shown(provider, 'helped.example')).toBeUndefined();
    expect(await shown(provider, 'other.example')).toBeUndefined();
    expect(await shown(provider, '__proto__')).toBeUndefined();
  });

  it("asks a registry's own helper before the store of all, and that before its own entries", async () => {
    const provider = config({ credsStore: 'empty', credHelpers: { 'registry.example': 'echo', 'docker.io': 'echo', 'acr.example': 'token' }, auths: { 'plain.example': { auth: base64('u:p123') } } });
    expect(await shown(provider, 'registry.example')).toBe('password of:registry.example');
    expect(await shown(provider, 'docker.io')).toBe('password of:https://index.docker.io/v1/');
    expect(await shown(provider, 'acr.example')).toBe('identityToken refresh');
    expect(await shown(provider, 'plain.example')).toBe('password u:p123');
  });

  it('may be missing', async () => {
    expect(await new DockerConfigCredentials(join(folder, 'none', 'config.json')).credentialFor('a.example')).toBeUndefined();
  });

  it.each([['{"auths":{"a.example":{"auth":"hunter22', 'it is not a JSON object'], [{ auths: { 'a.example': { auth: base64('hunter22') } } }, "'auth' of a.example is not user:password"]])('that is broken is told of without its content', async (content, reason) => {
    const error = await failure(config(content).credentialFor('a.example'));
    expect(error.code).toBe('CredentialFileInvalid');
    expect(error.message).toContain(reason);
    expect(inspect(error, { depth: 9 })).not.toContain('hunter22');
  });
});

describe('a credential helper', () => {
  const of = (name: string, timeoutMs = 5000): CredentialHelper => new CredentialHelper(name, { environment, timeoutMs });

  it.each([
    ['broken', 'it ended with exit code 3'],
    ['chatty', 'its answer is not a user name and a secret'],
    ['endless', 'it answered more than 65536 bytes'],
    ['missing', 'docker-credential-missing is not on the PATH'],
  ])('that is %s is told of, and what it printed is not', async (name, reason) => {
    const error = await failure(of(name).get('a.example'));
    expect(error.code).toBe('CredentialHelperFailed');
    expect(error.message).toContain(reason);
    expect(inspect(error, { depth: 9 })).not.toContain('hunter22');
  });

  it('is ended when it takes too long, and when nobody wants its answer any more', async () => {
    expect((await failure(of('slow', 100).get('a.example'))).message).toContain('did not answer within 0.1 seconds');
    expect((await failure(of('slow').get('a.example', AbortSignal.timeout(50)))).code).toBe('OperationCancelled');
  });

  it('has a name and no path', () => {
    for (const name of ['../evil', '/bin/sh', '', '-x', 'a b']) expect(() => new CredentialHelper(name)).toThrow('its name is not one of a helper');
  });

  it('keeps and forgets', async () => {
    await of('keeper').store('a.example', 'u', new Secret('p123'));
    expect(await of('keeper').erase('a.example')).toBe(true);
    expect(await of('keeper').erase('a.example')).toBe(false);
  });
});

describe('a secret', () => {
  it('shows itself to nobody', () => {
    const secret = new Secret('hunter22');
    const holder = { kind: 'password', secret, list: [secret] };
    for (const text of [String(secret), JSON.stringify(holder), inspect(holder, { depth: 9, showHidden: true })]) expect(text).not.toContain('hunter22');
    expect(secret.reveal()).toBe('hunter22');
  });

  it('is taken out of what others say, also in other forms', () => {
    const text = `no hunter22?, ${base64('hunter22?')} ${encodeURIComponent('hunter22?')}`;
    expect(redact(text, [new Secret('hunter22?')])).toBe('no ***, *** ***');
  });

  it('given for one registry is for no other', async () => {
    const provider = firstOf(passwordFor('a.example', 'u', 'p123'), passwordFor('b.example', 'v', 'q123'));
    expect(await provider.credentialFor('a.example')).toMatchObject({ username: 'u' });
    expect(await provider.credentialFor('b.example')).toMatchObject({ username: 'v' });
    expect(await provider.credentialFor('c.example')).toBeUndefined();
  });
});
