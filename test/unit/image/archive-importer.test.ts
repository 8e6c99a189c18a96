import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { formatImageReference, parseImageReference, type Digest, type Platform } from '../../../src/base/index.ts';
import { ArchiveImporter, parseImageDefaults, type ArchiveImage, type ArchiveImportRequest } from '../../../src/image/index.ts';
import { FileContentStore } from '../../../src/store/index.ts';
import { expectError } from '../../fixtures/expect-error.ts';
import { descriptorOf, indexOf, layoutEntries, madeBlob, makeImage, makeUmociLayout, oci, skopeoCopy, whyNoImageTools } from '../../fixtures/image-archives.ts';
import { mountSmallDisk } from '../../fixtures/small-disk.ts';
import { buildTar, type BuiltEntry } from '../../fixtures/tar-builder.ts';
import { skipReason, temporaryFolders, whyNoMounts } from '../../fixtures/temporary-folder.ts';

const folders = temporaryFolders();
const hostPlatform: Platform = { os: 'linux', architecture: 'amd64' };

let folder: string;
let store: FileContentStore;
beforeEach(() => {
  folder = folders.make();
  store = new FileContentStore(join(folder, 'root'));
});

const importPath = (path: string, more: Partial<ArchiveImportRequest> = {}): Promise<readonly ArchiveImage[]> => new ArchiveImporter(store).import({ path, hostPlatform, ...more });
const archive = (...entries: (BuiltEntry | Buffer)[]): string => {
  const path = join(folder, `${randomBytes(4).toString('hex')}.tar`);
  writeFileSync(path, buildTar(...entries));
  return path;
};
const names = (images: readonly ArchiveImage[]): (string | undefined)[] => images.map(({ reference }) => (reference === undefined ? undefined : formatImageReference(reference)));
const one = (images: readonly ArchiveImage[]): ArchiveImage => {
  expect(images).toHaveLength(1);
  return images[0] as ArchiveImage;
};
/** Everything that the image needs is in the store, under its digest. */
const expectWhole = async (image: ArchiveImage): Promise<void> => {
  expect(image.blobs).toContain(image.manifestDigest);
  expect(image.blobs).toContain(image.configDigest);
  for (const digest of image.blobs) await store.readAll(digest, 100_000_000);
  for (const layer of image.layers) expect((await store.stat(layer.digest))?.sizeBytes).toBe(layer.sizeBytes);
};

describe.skipIf(skipReason('archives by other tools', whyNoImageTools()))('an archive by another tool', () => {
  let layout: string;
  const compressed = (path: string): string[] => {
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    writeFileSync(`${path}.zst`, zstdCompressSync(readFileSync(path)));
    return [path, `${path}.gz`, `${path}.zst`];
  };
  beforeEach(() => { layout = makeUmociLayout(folder); });

  it('is read from the folder of an image layout (umoci)', async () => {
    const image = one(await importPath(layout));
    await expectWhole(image);
    expect(image).toMatchObject({ reference: undefined, platform: { os: 'linux', architecture: 'amd64' } });
    expect(image.createdAt).toBeInstanceOf(Date);
    expect(image.layers).toHaveLength(2);
    expect(parseImageDefaults(await store.readAll(image.configDigest, 100_000))).toEqual({
      user: '5:6', environment: [{ name: 'A', value: 'b=c' }], entrypoint: ['/bin/app'], command: ['run'], workingDirectory: '/srv', volumes: ['/data'],
      stopSignal: 'SIGINT', labels: [{ name: 'l', value: 'v' }], exposedPorts: ['80/tcp'], healthCheck: undefined,
    });
  });

  it('is read from the tar of an image layout (skopeo), plain and compressed', async () => {
    const path = join(folder, 'oci.tar');
    skopeoCopy(`oci:${layout}:latest`, `oci-archive:${path}:example.org/app:1`);
    const fromFolder = one(await importPath(layout));
    for (const form of compressed(path)) {
      const image = one(await importPath(form));
      expect({ ...image, reference: undefined }).toEqual(fromFolder);
      expect(names([image])).toEqual(['example.org/app:1']);
    }
  });

  it('is read from an archive of docker save (skopeo), plain and compressed', async () => {
    const path = join(folder, 'docker.tar');
    skopeoCopy(`oci:${layout}:latest`, `docker-archive:${path}:example.org/app:1`);
    const images = [];
    for (const form of compressed(path)) images.push(one(await importPath(form)));
    expect(names(images)).toEqual(Array.from({ length: 3 }, () => 'example.org/app:1'));
    expect(new Set(images.map(({ manifestDigest }) => manifestDigest)).size).toBe(1);
    const [image] = images;
    if (image === undefined) throw new Error('unreachable');
    await expectWhole(image);
    for (const layer of image.layers) expect(layer).toMatchObject({ digest: layer.diffId, mediaType: oci.layer });
    expect(image.layers.map(({ diffId }) => diffId)).toEqual(one(await importPath(layout)).layers.map(({ diffId }) => diffId));
  });

  it('is read where tar was run on a layout by hand, with ./ before every name', async () => {
    const path = join(folder, 'hand.tar');
    execFileSync('tar', ['-C', layout, '-cf', path, '.']);
    expect(one(await importPath(path))).toEqual(one(await importPath(layout)));
  });

  it('gives what skopeo reads from it, and skopeo reads what it gave', async () => {
    const path = join(folder, 'docker.tar');
    skopeoCopy(`oci:${layout}:latest`, `docker-archive:${path}:example.org/app:1`);
    const image = one(await importPath(path));
    const copy = join(folder, 'copy');
    mkdirSync(join(copy, 'blobs/sha256'), { recursive: true });
    for (const digest of image.blobs) writeFileSync(join(copy, 'blobs', digest.replace(':', '/')), await store.readAll(digest, 10_000_000));
    writeFileSync(join(copy, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(join(copy, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: oci.manifest, digest: image.manifestDigest, size: (await store.stat(image.manifestDigest))?.sizeBytes }] }));
    const inspected = JSON.parse(execFileSync('skopeo', ['inspect', `oci:${copy}`], { encoding: 'utf8' })) as { Digest: string; Layers: string[] };
    expect(inspected.Digest).toBe(image.manifestDigest);
    expect(inspected.Layers).toEqual(image.layers.map(({ digest }) => digest));
  });
});

describe('an archive of docker save', () => {
  const layer = buildTar({ name: 'a', content: 'a' });
  const diffId = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  const id = 'a'.repeat(64);
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [diffId, diffId] } });

  it('may hold layers twice, the second as a link', async () => {
    const path = archive(
      { name: `${id}/`, flag: '5' }, { name: `${id}/VERSION`, content: '1.0' }, { name: `${id}/layer.tar`, content: layer },
      { name: `${'b'.repeat(64)}/layer.tar`, flag: '2', link: `../${id}/layer.tar` },
      { name: `${'c'.repeat(64)}.json`, content: config },
      { name: 'manifest.json', content: JSON.stringify([{ Config: `${'c'.repeat(64)}.json`, RepoTags: ['app:1', 'other.example/app:2'], Layers: [`${id}/layer.tar`, `${'b'.repeat(64)}/layer.tar`] }]) },
      { name: 'repositories', content: '{}' });
    const images = await importPath(path);
    expect(names(images)).toEqual(['docker.io/library/app:1', 'other.example/app:2']);
    expect(images[0]?.layers.map(({ digest }) => digest)).toEqual([diffId, diffId]);
    await expectWhole(images[0] as ArchiveImage);
  });

  it('may hold compressed layers and names of other makers', async () => {
    const packed = gzipSync(layer);
    const path = archive({ name: 'manifest.json', content: JSON.stringify([{ Config: 'sha256:cfg', RepoTags: null, Layers: ['l.tar.gz', 'l.tar.gz'] }]) }, { name: 'sha256:cfg', content: config }, { name: 'l.tar.gz', content: packed });
    const image = one(await importPath(path));
    expect(image.layers.map(({ mediaType }) => mediaType)).toEqual([`${oci.layer}+gzip`, `${oci.layer}+gzip`]);
    expect(image.layers[0]?.diffId).toBe(diffId);
  });

  it('of newer Docker is read as an image layout, with the names of its manifest.json', async () => {
    const made = makeImage();
    const path = archive(...layoutEntries(indexOf(descriptorOf(made.manifest)), made.blobs),
      { name: 'manifest.json', content: JSON.stringify([{ Config: `blobs/sha256/${made.blobs[1]?.digest.slice(7)}`, RepoTags: ['app:1', 'app:2'], Layers: [] }]) });
    const images = await importPath(path);
    expect(names(images)).toEqual(['docker.io/library/app:1', 'docker.io/library/app:2']);
    expect(images[0]?.manifestDigest).toBe(made.manifest.digest);
  });

  it.each([
    ['ArchiveInvalid', [{ Config: 'missing.json', Layers: [] }]],
    ['ArchiveInvalid', [{ Config: '../../../etc/passwd', Layers: [] }]],
    ['ArchiveInvalid', [{ Config: 'c.json', Layers: ['x.tar', 'x.tar'] }]],
    ['ManifestInvalid', [{ Config: 'c.json', Layers: ['l.tar'] }]],
    ['ManifestInvalid', [{ Layers: [] }]],
    ['ManifestInvalid', [{ Config: 'c.json', Layers: 'l.tar' }]],
    ['ManifestInvalid', [{ Config: 'c.json', Layers: Array.from({ length: 128 }, () => 'l.tar') }]],
    ['ManifestInvalid', []],
    ['ManifestInvalid', {}],
    ['ManifestInvalid', [7]],
  ] as const)('is refused with %s: %j', async (code, manifest) => {
    await expectError(code, importPath(archive({ name: 'manifest.json', content: JSON.stringify(manifest) }, { name: 'c.json', content: config }, { name: 'l.tar', content: layer }, { name: 'l2', flag: '2', link: '../../etc/passwd' })));
  });

  it('is refused where links go round', async () => {
    await expectError('ArchiveInvalid', importPath(archive({ name: 'manifest.json', content: JSON.stringify([{ Config: 'a', Layers: [] }]) }, { name: 'a', flag: '2', link: 'b' }, { name: 'b', flag: '2', link: 'a' })));
  });
});

describe('an image layout', () => {
  const image = makeImage();
  const sound = (): BuiltEntry[] => layoutEntries(indexOf(descriptorOf(image.manifest)), image.blobs);

  it('is read in whatever order its files come', async () => {
    expect(one(await importPath(archive(...sound().toReversed()))).manifestDigest).toBe(image.manifest.digest);
  });

  it('is read with files that nobody knows, and names that lead out are not looked at', async () => {
    const evil = [{ name: '../../evil', content: 'x' }, { name: '/abs', content: 'x' }, { name: 'dev', flag: '3', major: 1, minor: 3 }, { name: 'README', content: 'x' }];
    expect(one(await importPath(archive(...sound(), ...evil)))).toBeDefined();
  });

  it('gives its images the names of containerd and of the annotation, and no bare tag', async () => {
    const other = makeImage({ config: { author: 'x' } });
    const index = indexOf(
      descriptorOf(image.manifest, { annotations: { 'org.opencontainers.image.ref.name': '1', 'io.containerd.image.name': 'docker.io/library/app:1' } }),
      descriptorOf(other.manifest, { annotations: { 'org.opencontainers.image.ref.name': 'example.org/other:2' } }),
      descriptorOf(other.manifest, { annotations: { 'org.opencontainers.image.ref.name': 'latest' } }));
    const path = archive(...layoutEntries(index, [...image.blobs, ...other.blobs]));
    expect(names(await importPath(path))).toEqual(['docker.io/library/app:1', 'example.org/other:2', undefined]);
    expect(one(await importPath(path, { reference: parseImageReference('app:1') })).manifestDigest).toBe(image.manifest.digest);
    await expectError('ParameterInvalid', importPath(path, { reference: parseImageReference('new:1') }));
    await expectError('ParameterInvalid', importPath(path, { config: {} }));
    expect(names(await importPath(archive(...sound()), { reference: parseImageReference('new:1') }))).toEqual(['docker.io/library/new:1']);
  });

  describe('for several platforms', () => {
    const made = (platform: object) => makeImage({ platform, layers: [Buffer.alloc(1024, JSON.stringify(platform))] });
    const [amd, arm, armV6] = [made({ architecture: 'amd64' }), made({ architecture: 'arm64' }), made({ architecture: 'arm', variant: 'v6' })];
    const entry = ({ manifest }: typeof amd, platform: object) => descriptorOf(manifest, { platform });
    const inner = indexOf(
      entry(arm, { os: 'linux', architecture: 'arm64', variant: 'v8' }),
      entry(amd, { os: 'linux', architecture: 'amd64' }),
      entry(armV6, { os: 'linux', architecture: 'arm', variant: 'v6' }),
      descriptorOf(madeBlob(oci.manifest, '{}'), { platform: { os: 'unknown', architecture: 'unknown' } }));

    const nest = (depth: number) => {
      const indexes = [inner];
      for (let level = 1; level < depth; level += 1) indexes.unshift(indexOf(descriptorOf(indexes[0] ?? inner)));
      return archive(...layoutEntries(indexes[0] ?? inner, [...indexes.slice(1), ...amd.blobs, ...arm.blobs, ...armV6.blobs]));
    };

    it('gives the host its own, and another where it is asked for', async () => {
      expect(one(await importPath(nest(1))).manifestDigest).toBe(amd.manifest.digest);
      expect(one(await importPath(nest(2), { platform: { os: 'linux', architecture: 'arm64' } })).manifestDigest).toBe(arm.manifest.digest);
      expect(one(await importPath(nest(3), { platform: { os: 'linux', architecture: 'arm', variant: 'v7' } })).manifestDigest).toBe(armV6.manifest.digest);
    });

    it('says what it has where the asked one is missing', async () => {
      const error = await expectError('ImagePlatformMismatch', importPath(nest(2), { platform: { os: 'linux', architecture: 's390x' } }));
      expect(error.args).toMatchObject({ imagePlatform: 'linux/arm64/v8, linux/amd64, linux/arm/v6', hostPlatform: 'linux/s390x' });
      await expectError('ImagePlatformMismatch', importPath(archive(...layoutEntries(indexOf(descriptorOf(arm.manifest)), arm.blobs))));
    });

    it('is read through four indexes and no more', async () => {
      expect(one(await importPath(nest(4)))).toBeDefined();
      await expectError('ManifestInvalid', importPath(nest(5)));
    });
  });

  const changed = (change: Parameters<typeof makeImage>[0]): BuiltEntry[] => {
    const other = makeImage(change);
    return layoutEntries(indexOf(descriptorOf(other.manifest)), other.blobs);
  };
  const layers = (count: number) => Array.from({ length: count }, (_, index) => Buffer.from(`layer ${index}`));

  it('may have 127 layers, and none', async () => {
    expect(one(await importPath(archive(...changed({ layers: layers(127) })))).layers).toHaveLength(127);
    expect(one(await importPath(archive(...changed({ layers: [] })))).layers).toEqual([]);
  });

  it.each<[string, Parameters<typeof expectError>[0], () => BuiltEntry[]]>([
    ['128 layers', 'ManifestInvalid', () => changed({ layers: layers(128) })],
    ['fewer diff ids than layers', 'ManifestInvalid', () => changed({ diffIds: [] })],
    ['a diff id that is no digest', 'ManifestInvalid', () => changed({ diffIds: ['sha256:xyz'] })],
    ['a configuration without platform', 'ManifestInvalid', () => changed({ platform: { os: undefined } })],
    ['a manifest that is an index too', 'ManifestInvalid', () => changed({ manifest: { manifests: [] } })],
    ['a manifest with another media type inside', 'ManifestInvalid', () => changed({ manifest: { mediaType: 'application/vnd.docker.distribution.manifest.v2+json' } })],
    ['a layer of an unknown type', 'ManifestInvalid', () => changed({ manifest: { layers: [{ mediaType: 'text/plain', digest: `sha256:${'0'.repeat(64)}`, size: 1 }] } })],
    ['an artifact instead of a configuration', 'ManifestInvalid', () => changed({ manifest: { config: { mediaType: 'application/x-thing', digest: `sha256:${'0'.repeat(64)}`, size: 1 } } })],
    ['a layer that is missing', 'ArchiveInvalid', () => sound().filter(({ name }) => !name.includes(image.blobs[2]?.digest.slice(7) ?? ''))],
    ['a layer under the digest of another', 'DigestMismatch', () => sound().map((entry) => (entry.name.includes(image.blobs[2]?.digest.slice(7) ?? '') ? { ...entry, content: 'other' } : entry))],
    ['a manifest under the digest of another', 'DigestMismatch', () => sound().map((entry) => (entry.name.includes(image.manifest.digest.slice(7)) ? { ...entry, content: '{}' } : entry))],
    ['a size in the index that is not the manifest\'s', 'SizeMismatch', () => layoutEntries(indexOf(descriptorOf(image.manifest, { size: 5 })), image.blobs)],
    ['a size in the manifest that is not the layer\'s', 'SizeMismatch', () => changed({ manifest: { layers: [descriptorOf(madeBlob(oci.layer, Buffer.alloc(1024)), { size: 9 })] } })],
    ['a manifest of more than 4 MiB', 'ManifestInvalid', () => changed({ manifest: { annotations: { big: 'x'.repeat(5_000_000) } } })],
    ['an index.json of more than 4 MiB', 'ManifestInvalid', () => [...sound().slice(0, -1), { name: 'index.json', content: ' '.repeat(5_000_000) }]],
    ['an index.json that is no JSON', 'ManifestInvalid', () => [...sound().slice(0, -1), { name: 'index.json', content: '{"schemaVersion":2' }]],
    ['an empty index', 'ManifestInvalid', () => layoutEntries(indexOf(), image.blobs)],
    ['no oci-layout', 'ArchiveInvalid', () => sound().filter(({ name }) => name !== 'oci-layout')],
    ['a layout of a version to come', 'ArchiveInvalid', () => sound().map((entry) => (entry.name === 'oci-layout' ? { ...entry, content: '{"imageLayoutVersion":"2.0.0"}' } : entry))],
    ['neither index.json nor manifest.json', 'ArchiveInvalid', () => sound().slice(0, -1)],
  ])('with %s is refused with %s', async (_, code, entries) => {
    const error = await expectError(code, importPath(archive(...entries())));
    if (code === 'DigestMismatch') expect(String(error.args['expected'])).toMatch(/^sha256:/);
  });

  it('in a folder is checked in the same way, and only files are read', async () => {
    const layout = join(folder, 'layout');
    mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
    for (const { name, content } of sound()) writeFileSync(join(layout, name), content ?? '');
    expect(one(await importPath(layout)).manifestDigest).toBe(image.manifest.digest);
    const layerFile = join(layout, 'blobs/sha256', image.blobs[2]?.digest.slice(7) ?? '');
    store = new FileContentStore(join(folder, 'second'));
    writeFileSync(layerFile, Buffer.alloc(1024, 'x'));
    await expectError('DigestMismatch', importPath(layout));
    rmSync(layerFile);
    await expectError('ArchiveInvalid', importPath(layout));
    execFileSync('mkfifo', [layerFile]);
    await expectError('ArchiveInvalid', importPath(layout));
    rmSync(join(layout, 'index.json'));
    await expectError('ArchiveInvalid', importPath(layout));
  });
});

describe('the archive of a root file system', () => {
  const rootFiles: BuiltEntry[] = [{ name: './', flag: '5' }, { name: './bin/', flag: '5' }, { name: './bin/sh', content: 'x'.repeat(3000) }];
  const config = { command: ['sh'], environment: [{ name: 'A', value: 'b' }], user: 'web', workingDirectory: '/w', labels: [{ name: 'b', value: '2' }, { name: 'a', value: '1' }], volumes: ['/v'], stopSignal: 'SIGINT' };

  it('becomes an image of one layer, stored as it is, in every compression', async () => {
    const plain = buildTar(...rootFiles);
    const diffId = `sha256:${createHash('sha256').update(plain).digest('hex')}`;
    for (const [bytes, suffix] of [[plain, ''], [gzipSync(plain), '+gzip'], [zstdCompressSync(plain), '+zstd']] as const) {
      const path = join(folder, `rootfs.tar${suffix}`);
      writeFileSync(path, bytes);
      const image = one(await importPath(path, { config }));
      await expectWhole(image);
      const stored = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      expect(image.layers).toEqual([{ digest: stored, diffId, mediaType: oci.layer + suffix, sizeBytes: bytes.length }]);
      expect(image).toMatchObject({ reference: undefined, platform: hostPlatform, createdAt: undefined });
      expect(parseImageDefaults(await store.readAll(image.configDigest, 10_000))).toMatchObject({ ...config, labels: config.labels.toReversed(), entrypoint: [] });
    }
  });

  it('gives the same digests for the same archive and configuration, in whatever order labels are given', async () => {
    const path = archive(...rootFiles);
    const first = one(await importPath(path, { config }));
    store = new FileContentStore(join(folder, 'other'));
    expect(one(await importPath(path, { config: { ...config, labels: config.labels.toReversed() } }))).toEqual(first);
    expect(one(await importPath(path)).configDigest).not.toBe(first.configDigest);
  });

  it('takes the name and the platform that are asked for', async () => {
    const image = one(await importPath(archive(...rootFiles), { reference: parseImageReference('mine:1'), platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }));
    expect(names([image])).toEqual(['docker.io/library/mine:1']);
    expect(image.platform).toEqual({ os: 'linux', architecture: 'arm', variant: 'v7' });
  });

  it('is told from an archive of images by its first names', async () => {
    expect(one(await importPath(archive({ name: 'etc/', flag: '5' }, { name: 'opt/app/index.json', content: '{}' }, { name: 'opt/app/manifest.json', content: '[]' }))).layers).toHaveLength(1);
  });

  it.each(['gzip', 'zstd'])('that is cut off is refused (%s)', async (kind) => {
    const plain = buildTar(...rootFiles, { name: 'big', content: randomBytes(3_000_000) });
    const path = join(folder, 'cut');
    const packed = kind === 'gzip' ? gzipSync(plain) : zstdCompressSync(plain);
    writeFileSync(path, packed.subarray(0, packed.length - 50_000));
    const error = await expectError('ArchiveInvalid', importPath(path));
    expect(error.args['path']).toBe(path);
  });

  it('that is larger than allowed is refused', async () => {
    const path = join(folder, 'large.tar.gz');
    writeFileSync(path, gzipSync(buildTar({ name: 'etc/', flag: '5' }, { name: 'zeros', content: Buffer.alloc(3_000_000) }, { name: 'more', content: Buffer.alloc(3_000_000) })));
    await expectError('ArchiveTooLarge', importPath(path, { limitBytes: 5_000_000 }));
    expect(one(await importPath(path, { limitBytes: 7_000_000 }))).toBeDefined();
  });
});

describe('an import', () => {
  it.each<[string, Parameters<typeof expectError>[0], Buffer]>([
    ['nothing', 'ArchiveInvalid', Buffer.alloc(0)],
    ['zeros', 'ArchiveInvalid', Buffer.alloc(10_240)],
    ['text', 'ArchiveInvalid', Buffer.from('no archive at all\n'.repeat(100))],
    ['gzip of text', 'ArchiveInvalid', gzipSync('no archive at all\n'.repeat(100))],
    ['xz', 'ArchiveInvalid', Buffer.from('fd377a585a0000', 'hex')],
    ['half a header', 'ArchiveInvalid', buildTar({ name: 'etc/', flag: '5' }).subarray(0, 300)],
    ['half a file', 'ArchiveInvalid', buildTar({ name: 'oci-layout', content: 'x'.repeat(3000) }).subarray(0, 2000)],
    ['a long header of a gigabyte', 'ArchiveInvalid', Buffer.concat([buildTar({ name: 'x', flag: 'L', size: 1_000_000_000 }), Buffer.alloc(100_000)])],
  ])('of %s is refused', async (_, code, bytes) => {
    const path = join(folder, 'file');
    writeFileSync(path, bytes);
    await expectError(code, importPath(path));
    const left = [];
    for await (const blob of store.list()) left.push(blob);
    expect(left).toEqual([]);
  });

  it('of what is not there, or no file, is refused', async () => {
    await expectError('PathNotFound', importPath(join(folder, 'missing')));
    await expectError('ArchiveInvalid', importPath('/dev/null'));
  });

  it('tells its progress, and every blob as soon as it is stored', async () => {
    const made = makeImage({ layers: [randomBytes(2_500_000)] });
    const path = archive(...layoutEntries(indexOf(descriptorOf(made.manifest)), made.blobs));
    const told: [number, number][] = [];
    const blobs: Digest[] = [];
    const image = one(await importPath(path, { onProgress: (...bytes) => told.push(bytes), onBlob: (digest) => { blobs.push(digest); return Promise.resolve(); } }));
    expect(told.at(-1)).toEqual([readFileSync(path).length, readFileSync(path).length]);
    for (const digest of image.blobs) expect(blobs).toContain(digest);
  });

  it('ends when it is cancelled, and leaves no write behind', async () => {
    const cancel = new AbortController();
    const made = makeImage({ layers: [randomBytes(8_000_000)] });
    const path = archive(...layoutEntries(indexOf(descriptorOf(made.manifest)), made.blobs));
    await expectError('OperationCancelled', importPath(path, { signal: cancel.signal, onProgress: () => { cancel.abort(); } }));
    await expectError('OperationCancelled', importPath(path, { signal: cancel.signal }));
    expect(await store.repair()).toBe(0);
  });

  it('of blobs that are there already writes nothing again', async () => {
    const made = makeImage();
    const path = archive(...layoutEntries(indexOf(descriptorOf(made.manifest)), made.blobs));
    const first = await importPath(path);
    expect(await importPath(path)).toEqual(first);
  });

  it.skipIf(skipReason('a full disk', whyNoMounts()))('says that the disk is full in the middle of a layer, and gives the space back', async () => {
    const disk = mountSmallDisk(join(folder, 'disk'), 3_000_000);
    folders.mounts.push(disk);
    store = new FileContentStore(disk);
    for (const path of [
      archive({ name: 'etc/', flag: '5' }, { name: 'big', content: randomBytes(5_000_000) }),
      (() => {
        const made = makeImage({ layers: [randomBytes(5_000_000)] });
        return archive(...layoutEntries(indexOf(descriptorOf(made.manifest)), made.blobs));
      })(),
    ]) {
      await expectError('DiskFull', importPath(path));
      expect(await store.repair()).toBe(0);
    }
    expect(one(await importPath(archive({ name: 'etc/', flag: '5' })))).toBeDefined();
  });
});
