import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EndpointRules } from '../../../src/registry/endpoint.ts';
import { defaultSettings, parseReferenceWith, parseRegistrySettings, readRegistrySettings } from '../../../src/registry/index.ts';
import { failure } from './scripted-registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'silo-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the settings file', () => {
  it('says default registry, mirrors, hosts without TLS, and authorities', async () => {
    const path = join(folder, 'registries.json');
    writeFileSync(path, JSON.stringify({ defaultRegistry: 'Registry.Example', mirrors: { 'docker.io': ['mirror.example:5000'] }, plainHttpHosts: ['lab.example'], caFiles: { 'registry.example': '/etc/ca.pem' } }));
    const settings = await readRegistrySettings(path);
    expect(settings.defaultRegistry).toBe('registry.example');
    expect(settings.mirrors.get('docker.io')).toEqual(['mirror.example:5000']);
    expect([...settings.plainHttpHosts]).toEqual(['lab.example']);
    expect(settings.caFiles.get('registry.example')).toBe('/etc/ca.pem');
  });

  it('may be missing', async () => {
    expect(await readRegistrySettings(join(folder, 'none.json'))).toBe(defaultSettings);
  });

  it.each([
    ['no object', [], 'the document is not an object'],
    ['an unknown field', { mirror: {} }, "'mirror' is not a setting"],
    ['a host with a path', { plainHttpHosts: ['a.example/b'] }, 'plainHttpHosts[0] is not a host'],
    ['a host with a user', { defaultRegistry: 'u@a.example' }, 'defaultRegistry is not a host'],
    ['mirrors that are no list', { mirrors: { 'a.example': 'b.example' } }, "mirrors['a.example'] is not a list"],
    ['a relative path', { caFiles: { 'a.example': 'ca.pem' } }, "caFiles['a.example'] is not an absolute path"],
    ['null', { mirrors: null }, 'mirrors is not an object'],
  ])('is refused with %s', (_what, value, reason) => {
    expect(() => parseRegistrySettings(value)).toThrow(reason);
  });

  it('is refused where it is not JSON', async () => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{');
    expect((await failure(readRegistrySettings(path))).code).toBe('RegistrySettingsInvalid');
  });

  it.each([
    ['alpine', 'lab.example/alpine:latest'],
    ['team/app:1', 'lab.example/team/app:1'],
    ['docker.io/alpine', 'docker.io/library/alpine:latest'],
    ['other.example/app', 'other.example/app:latest'],
  ])('leads %s to %s where the default registry is lab.example', (text, expected) => {
    const { registry, repository, tag } = parseReferenceWith(parseRegistrySettings({ defaultRegistry: 'lab.example' }), text);
    expect(`${registry}/${repository}:${tag}`).toBe(expected);
  });
});

describe('a registry is reached', () => {
  const rules = new EndpointRules(parseRegistrySettings({ plainHttpHosts: ['lab.example:5000'], mirrors: { 'docker.io': ['lab.example:5000'] }, caFiles: { '127.0.0.1:5443': '/ca.pem' } }));

  it.each([
    ['docker.io', 'https://registry-1.docker.io/'],
    ['registry.example', 'https://registry.example/'],
    ['registry.example:5000', 'https://registry.example:5000/'],
    ['lab.example:5000', 'http://lab.example:5000/'],
    ['lab.example', 'https://lab.example/'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5000/'],
    ['127.9.9.9:5000', 'http://127.9.9.9:5000/'],
    ['[::1]:5000', 'http://[::1]:5000/'],
    ['localhost:5000', 'http://localhost:5000/'],
    ['127.0.0.1:5443', 'https://127.0.0.1:5443/'],
    ['127.0.0.1.example:5000', 'https://127.0.0.1.example:5000/'],
  ])('%s at %s', (registry, expected) => {
    expect(rules.endpoint(registry).base.href).toBe(expected);
  });

  it('after its mirrors', () => {
    expect(rules.pullEndpoints('docker.io').map(({ registry }) => registry)).toEqual(['lab.example:5000', 'docker.io']);
  });

  it.each([
    ['a relative address', '../b?c', 'https://registry.example/v2/b?c'],
    ['another host', 'https://cdn.example/x#y', 'https://cdn.example/x'],
    ['a file', 'file:///etc/passwd', undefined],
    ['a user and password', 'https://u:p@cdn.example/', undefined],
    ['this machine', 'https://127.0.0.1/', undefined],
    ['this machine by another spelling', 'https://[::ffff:127.0.0.1]/', undefined],
    ['this machine by name', 'https://db.localhost/', undefined],
    ['this machine by zero', 'https://0/', undefined],
    ['no address', 'https://[', undefined],
  ])('and may lead to %s or not', (_what, location, expected) => {
    expect(rules.follow(new URL('https://registry.example/v2/a/'), location)?.href).toBe(expected);
  });

  it('and may not lead to plain HTTP where that is not listed', () => {
    expect(() => rules.follow(new URL('https://registry.example/'), 'http://cdn.example/')).toThrow('Plain HTTP to cdn.example is not allowed.');
    expect(rules.follow(new URL('https://registry.example/'), 'http://lab.example:5000/')?.host).toBe('lab.example:5000');
  });

  it.each([
    ['https://registry.example', 'https://auth.example/token', true],
    ['https://registry.example', 'http://registry.example/token', false],
    ['https://registry.example', 'https://localhost/token', false],
    ['http://lab.example:5000', 'http://lab.example:5001/token', true],
    ['http://lab.example:5000', 'http://auth.example/token', false],
    ['http://127.0.0.1:5000', 'http://localhost:5001/token', true],
    ['https://registry.example', '/token', false],
    ['https://registry.example', 'https://u:p@auth.example/token', false],
  ])('at %s, and its token service at %s is trusted: %s', (registry, realm, trusted) => {
    expect(rules.tokenRealm(new URL(registry), realm) !== undefined).toBe(trusted);
  });
});
