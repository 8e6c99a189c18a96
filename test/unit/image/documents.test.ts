import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SiloError, type Digest, type Platform } from '../../../src/base/index.ts';
import { choosePlatform } from '../../../src/image/choose-platform.ts';
import { parseDockerManifest } from '../../../src/image/docker-archive.ts';
import { parseImageConfig } from '../../../src/image/image-config.ts';
import { chainIds, parseImageDefaults } from '../../../src/image/index.ts';
import { parseIndex, parseManifest } from '../../../src/image/manifest.ts';
import { plainName } from '../../../src/image/tar-entries.ts';

const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const digest: Digest = `sha256:${'0'.repeat(64)}`;

const expectManifestInvalid = (work: () => unknown): void => {
  expect(work).toThrow(expect.objectContaining({ name: 'SiloError', code: 'ManifestInvalid' }));
};

describe('documents of images', () => {
  const keys = fc.constantFrom('schemaVersion', 'mediaType', 'manifests', 'layers', 'config', 'digest', 'size', 'platform', 'os', 'architecture', 'rootfs', 'diff_ids', 'Env', 'Labels', 'annotations', '__proto__', 'constructor', 'toString', 'length');
  const leaf = fc.oneof(fc.constantFrom<unknown>(2, null, digest, 'application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.index.v1+json', -1, 1e300, 'linux', ''), fc.string({ unit: 'binary' }), fc.boolean());
  const { document } = fc.letrec<{ document: unknown }>((tie) => ({
    document: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('document'), { maxLength: 4 }), fc.dictionary(keys, tie('document'), { maxKeys: 6 })),
  }));

  it.each([['manifest', parseManifest], ['index', parseIndex], ['configuration', parseImageConfig], ['defaults', parseImageDefaults], ['manifest.json', parseDockerManifest]] as const)('are read or refused as invalid, whatever JSON says (%s)', (_, parse) => {
    fc.assert(fc.property(document, (value) => {
      try {
        parse(bytes(JSON.stringify(value) ?? 'null'));
      } catch (error) {
        expect(error).toBeInstanceOf(SiloError);
        expect((error as SiloError).code).toBe('ManifestInvalid');
      }
    }), { numRuns: 1500 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (value) => {
      expectManifestInvalid(() => parse(Buffer.concat([Buffer.from([0xff]), value])));
    }));
  });

  it('do not overflow the stack however deep they are', () => {
    for (const parse of [parseManifest, parseImageConfig, parseDockerManifest]) {
      expectManifestInvalid(() => parse(bytes('['.repeat(2_000_000))));
      expectManifestInvalid(() => parse(bytes('{"a":'.repeat(500_000))));
    }
  });

  it('take nothing from the prototype of objects', () => {
    expect(parseImageDefaults(bytes('{"__proto__":{"config":{"User":"root"}},"config":{"__proto__":{"User":"evil"}}}')).user).toBe('');
    expect(parseImageDefaults(bytes('{"config":{"Labels":{"__proto__":"x","toString":"y"}}}')).labels).toEqual([{ name: '__proto__', value: 'x' }, { name: 'toString', value: 'y' }]);
  });

  it('give well-formed text only', () => {
    expect(parseImageDefaults(bytes(String.raw`{"config":{"User":"\ud800x","Env":["A=\udfff"]}}`))).toMatchObject({ user: '\ufffdx', environment: [{ name: 'A', value: '\ufffd' }] });
  });

  it('are read as Go writes them, with null for what is empty', () => {
    const defaults = parseImageDefaults(bytes({ config: { Env: null, Cmd: null, Entrypoint: null, Volumes: null, Labels: null, User: '', WorkingDir: '', StopSignal: '', Healthcheck: { Test: ['CMD', 'x'] } } }));
    expect(defaults).toEqual({ user: '', environment: [], command: [], entrypoint: [], volumes: [], labels: [], workingDirectory: '', stopSignal: undefined, exposedPorts: [], healthCheck: { form: 'exec', test: ['x'] } });
    expect(parseImageDefaults(bytes({ config: null }))).toMatchObject({ user: '' });
    expect(parseImageDefaults(bytes({ config: { Env: ['A', 'B=', '=C', 'D=e=f'] } })).environment).toEqual([{ name: 'A', value: '' }, { name: 'B', value: '' }, { name: 'D', value: 'e=f' }]);
  });

  it('may lack the time they were made, or have a senseless one', () => {
    const config = { os: 'Linux', architecture: 'x86_64', rootfs: { type: 'layers', diff_ids: [] } };
    expect(parseImageConfig(bytes(config))).toMatchObject({ createdAt: undefined, platform: { os: 'linux', architecture: 'amd64' } });
    expect(parseImageConfig(bytes({ ...config, created: 'yesterday' })).createdAt).toBeUndefined();
    expect(parseImageConfig(bytes({ ...config, created: '2020-01-02T03:04:05.678901234Z' })).createdAt?.toISOString()).toBe('2020-01-02T03:04:05.678Z');
  });

  it('name at most 127 layers', () => {
    const config = (count: number) => bytes({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: Array.from({ length: count }, () => digest) } });
    expect(parseImageConfig(config(127)).diffIds).toHaveLength(127);
    expectManifestInvalid(() => parseImageConfig(config(128)));
  });
});

describe('chain ids', () => {
  it('are those of the OCI image specification', () => {
    const ids = ['1', '2', '3'].map((digit): Digest => `sha256:${digit.repeat(64)}`);
    const hash = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
    const second = hash(`${ids[0]} ${ids[1]}`);
    expect(chainIds(ids)).toEqual([ids[0], second, hash(`${second} ${ids[2]}`)]);
    expect(chainIds([])).toEqual([]);
  });
});

describe('the choice of a platform', () => {
  const platform = (text: string): Platform => {
    const [os = '', architecture = '', variant, osVersion] = text.split('/');
    return { os, architecture, ...(variant ? { variant } : {}), ...(osVersion ? { osVersion } : {}) };
  };
  const choose = (wanted: string, ...offered: string[]): string | undefined => choosePlatform(offered.map((text) => ({ text, platform: platform(text) })), platform(wanted))?.text;

  it.each([
    ['linux/amd64', ['linux/arm64', 'linux/amd64', 'windows/amd64'], 'linux/amd64'],
    ['linux/amd64', ['linux/amd64/v3', 'linux/amd64'], 'linux/amd64'],
    ['linux/amd64', ['linux/amd64/v3'], undefined],
    ['linux/amd64/v3', ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v4'], 'linux/amd64/v2'],
    ['linux/arm64', ['linux/arm64/v8'], 'linux/arm64/v8'],
    ['linux/arm64/v8', ['linux/arm64'], 'linux/arm64'],
    ['linux/arm', ['linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7'], 'linux/arm/v7'],
    ['linux/arm/v6', ['linux/arm/v5', 'linux/arm/v7'], 'linux/arm/v5'],
    ['linux/s390x', ['linux/amd64'], undefined],
    ['windows/amd64//10.0.20348.2000', ['windows/amd64//10.0.17763.5000', 'windows/amd64//10.0.20348.1000', 'windows/amd64//10.0.26100.1'], 'windows/amd64//10.0.20348.1000'],
    ['windows/amd64//10.0.20348.2000', ['windows/amd64//10.0.14393.1', 'windows/amd64//10.0.17763.1'], 'windows/amd64//10.0.17763.1'],
    ['windows/amd64//10.0.20348.2000', ['windows/amd64//10.0.26100.1'], undefined],
    ['windows/amd64//10.0.20348.2000', ['windows/amd64', 'windows/amd64//10.0.17763.1'], 'windows/amd64//10.0.17763.1'],
  ])('%s of %j is %s', (wanted, offered, expected) => {
    expect(choose(wanted, ...offered)).toBe(expected);
  });
});

describe('names in an archive of images', () => {
  it('never lead out of it', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '.', '/', '..', '\\'), maxLength: 30 }), (name) => {
      const plain = plainName(name);
      expect(plain?.startsWith('/') ?? false).toBe(false);
      expect(plain?.split('/').includes('..') ?? false).toBe(false);
    }), { numRuns: 2000 });
    expect(['./a', '/a/', 'a/./b', '../a', '.'].map(plainName)).toEqual(['a', 'a', 'a/b', undefined, '']);
  });
});
