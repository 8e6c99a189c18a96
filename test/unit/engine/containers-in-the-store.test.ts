import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContentStore, HostFacts, MetadataReader, Runtime, Snapshotter, TaskExit, TaskStatus } from '../../../src/core/index.ts';
import { createContainer, getIsolation, listContainers, removeImage, setHostIsolation, type CreateRequest, type Ports } from '../../../src/engine/index.ts';
import { findContainer } from '../../../src/engine/container-lookup.ts';
import { ImageConfigs } from '../../../src/engine/image-configs.ts';
import { FileLocks, SqliteMetadata } from '../../../src/store/index.ts';
import { containerRecord, digestOf, idOf, imageRecord } from '../store/records.ts';

const reference = 'docker.io/library/a:latest';
const config = { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] }, config: { Cmd: ['/bin/sh'], Volumes: { '/data': {} } } };

let folder: string;
let metadata: SqliteMetadata;
let ports: Ports;
let configs: ImageConfigs;
let tasks: Map<string, { readonly status: TaskStatus; readonly exit: TaskExit | undefined }>;
let ids: number;

/** As much of an engine as these use cases touch: a real store and locks, and tasks that a test invents. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'silo-engine-'));
  metadata = await SqliteMetadata.open(join(folder, 'meta.db'));
  tasks = new Map();
  ids = 0;
  const nothing = (): Promise<void> => Promise.resolve();
  const runtime: Partial<Runtime> = {
    name: 'runc',
    exit: (id) => Promise.resolve(tasks.get(id)?.exit),
    status: (id) => Promise.resolve(tasks.get(id)?.status ?? { state: 'missing', pid: undefined, monitored: false }),
    delete: nothing,
  };
  const content: Partial<ContentStore> = { readAll: () => Promise.resolve(Buffer.from(JSON.stringify(config))), list: async function* () { yield* []; }, delete: () => Promise.resolve(true) };
  const host: Partial<HostFacts> = { os: 'linux', architecture: 'amd64', elevated: true, bootId: 'boot', hostName: 'host', mountNamespaceProblem: undefined };
  const quiet = (): void => undefined;
  const partial: { readonly [Port in keyof Ports]?: Partial<Ports[Port]> } = {
    metadata, locks: new FileLocks(join(folder, 'locks')), host, content, log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    files: { paths: (id) => ({ bundlePath: '', logPath: '', rootPath: `/run/${id}`, hostsPath: '', hostNamePath: '', resolvConfPath: '' }), releaseRoot: nothing }, network: { release: nothing },
    isolations: { Process: { technology: { runtime: runtime as Runtime, snapshotter: { name: 'overlay', unmount: nothing, remove: nothing } as Partial<Snapshotter> as Snapshotter }, reason: 'there is a kernel' }, HyperV: { technology: undefined, reason: 'there is no VM' } },
    defaultNetwork: 'none', clock: { now: () => new Date('2026-11-22T04:00:00Z') }, newId: () => idOf(`made up ${ids++}`),
  };
  ports = partial as Ports;
  configs = new ImageConfigs(ports.content);
  await metadata.write((writer) => { writer.putImage(imageRecord(reference)); });
});
afterEach(() => {
  metadata.close();
  rmSync(folder, { recursive: true, force: true });
});

type Request = Parameters<typeof createContainer>[2];
const create = (changes: Partial<Request> = {}): ReturnType<typeof createContainer> => createContainer(ports, configs, { image: 'a', resources: {}, ...changes } satisfies CreateRequest);
const read = <T>(body: (reader: MetadataReader) => T): T => metadata.read(body);

describe('creating a container', () => {
  it('makes its record, snapshot, volumes and event in one step', async () => {
    const { record, existed } = await create({ name: 'web' });
    expect(existed).toBe(false);
    expect(read((reader) => reader.containerByName('web'))).toMatchObject({ id: record.id, state: 'created', manifestDigest: digestOf('manifest'), snapshotKey: record.snapshotKey, runtime: 'runc' });
    expect(read((reader) => reader.volumesOf(record.id))).toEqual([record.spec.mounts[0]?.source]);
    expect(read((reader) => reader.lastEvent('container/create', record.id)?.attributes)).toEqual([{ name: 'name', value: 'web' }, { name: 'image', value: reference }]);
  });

  it('leaves nothing where the name is in use', async () => {
    const { record } = await create({ name: 'web' });
    const before = read((reader) => [reader.containerCounts(), reader.snapshotKeys('overlay'), reader.volumeIds()]);
    await expect(create({ name: 'web' })).rejects.toMatchObject({ code: 'ContainerNameInUse', args: { name: 'web', owner: record.id.slice(0, 12) } });
    expect(read((reader) => [reader.containerCounts(), reader.snapshotKeys('overlay'), reader.volumeIds()])).toEqual(before);
  });

  it('gives one name to one of many that ask for it at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => create({ name: 'web' })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    expect(outcomes.filter((outcome) => outcome.status === 'rejected' && (outcome.reason as { code: string }).code === 'ContainerNameInUse').length).toBe(7);
    expect(read((reader) => reader.containerCounts().all)).toBe(1);
  });

  it('gives the one that is there where it is the same, and tells in what it differs where it is not', async () => {
    const { record } = await create({ name: 'web', ifNotExists: true });
    expect(await create({ name: 'web', ifNotExists: true })).toMatchObject({ existed: true, record: { id: record.id } });
    await expect(create({ name: 'web', ifNotExists: true, command: ['/other'], privileged: true, isolation: 'Process' })).rejects.toMatchObject({ code: 'ContainerNameInUse', args: { owner: `${record.id.slice(0, 12)}, which differs in args, privileged, isolation` } });
    await metadata.write((writer) => { writer.putImage(imageRecord(reference, { manifestDigest: digestOf('newer') })); });
    await expect(create({ name: 'web', ifNotExists: true })).rejects.toMatchObject({ args: { owner: expect.stringMatching(/differs in image$/) } });
  });

  it.each<[Partial<Request>, object]>([
    [{ image: 'b' }, { code: 'ImageNotFound', args: { reference: 'b' } }],
    [{ image: 'A!' }, { code: 'ImageReferenceInvalid' }],
    [{ name: '-' }, { code: 'ContainerNameInvalid' }],
    [{ isolation: 'HyperV' }, { code: 'IsolationUnsupported', args: { reason: 'there is no VM' } }],
  ])('of %j is refused', async (request, expected) => { await expect(create(request)).rejects.toMatchObject(expected); });

  it('of an image for another host is refused, with both named', async () => {
    await metadata.write((writer) => { writer.putImage(imageRecord('docker.io/library/w:latest', { platform: { os: 'windows', architecture: 'amd64', osVersion: '10.0.1' } })); });
    await expect(create({ image: 'w' })).rejects.toMatchObject({ code: 'ImagePlatformMismatch', args: { imagePlatform: expect.stringContaining('windows/amd64'), hostPlatform: 'linux/amd64: windows images do not run on linux', isolations: '' } });
  });

  it('of an image whose layers were lost, and cannot be unpacked again, makes nothing', async () => {
    await metadata.write((writer) => { writer.putImage(imageRecord(reference, { chainId: digestOf('lost') })); });
    await expect(create()).rejects.toMatchObject({ code: 'ManifestInvalid' });
    expect(read((reader) => reader.containerCounts().all)).toBe(0);
  });

  it('with a volume by name keeps that for whoever comes later: it belongs to no container', async () => {
    const mounts = [{ kind: 'volume', source: 'database', target: '/var/lib/db', readOnly: false }] as const;
    const [one, two] = [await create({ mounts }), await create({ mounts })];
    expect(read((reader) => reader.volumeIds())).toContain('database');
    for (const { record } of [one, two]) expect(read((reader) => reader.volumesOf(record.id))).not.toContain('database');
  });
});

describe('finding a container', () => {
  const [one, two] = ['abcd1', 'abcd2'].map((start) => start.padEnd(64, '0')) as [string, string];
  beforeEach(() => metadata.write((writer) => {
    writer.insertContainer(containerRecord('web', { id: one }));
    // Its name is the beginning of the other's id.
    writer.insertContainer(containerRecord('abcd', { id: two }));
  }));
  const find = (text: string): string => read((reader) => findContainer(reader, text).name);

  it('takes a name, an id, or the beginning of one', () => {
    expect([find('web'), find(one), find('abcd1'), find(two), find('abcd20')]).toEqual(['web', 'web', 'web', 'abcd', 'abcd']);
  });

  it('takes a name before the beginning of an id', () => { expect(find('abcd')).toBe('abcd'); });

  it.each(['nobody', 'WEB', 'abc', '', 'abcd3', `${one}0`, 'ABCD1'])('finds nothing for %j', (text) => { expect(() => find(text)).toThrow(expect.objectContaining({ code: 'ContainerNotFound', args: { id: text } })); });

  it('says that a beginning is that of several', async () => {
    await metadata.write((writer) => { writer.updateContainer(two, { name: 'other' }); });
    expect(() => find('abcd')).toThrow(expect.objectContaining({ code: 'IdAmbiguous', args: { id: 'abcd' } }));
  });
});

describe('listing containers', () => {
  const put = (states: readonly ('created' | 'running' | 'exited' | 'paused')[]): Promise<void> =>
    metadata.write((writer) => { for (const [index, state] of states.entries()) writer.insertContainer(containerRecord(`c${index}`, { state, bootId: 'boot', ...(state === 'exited' ? { finishedAt: new Date(1) } : {}) })); });
  const names = async (request: Parameters<typeof listContainers>[1] = {}): Promise<readonly string[]> => (await listContainers(ports, request)).items.map(({ record }) => record.name);
  const runs = (name: string): void => { tasks.set(idOf(name), { status: { state: 'running', pid: 5, monitored: true }, exit: undefined }); };

  it('goes page by page to the end', async () => {
    await put(Array.from({ length: 7 }, () => 'created'));
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await listContainers(ports, { limit: 3, cursor });
      seen.push(...page.items.map(({ record }) => record.name));
      cursor = page.next;
      pages += 1;
    } while (cursor !== undefined);
    expect([seen, pages]).toEqual([['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6'], 3]);
  });

  it.each(['', 'x', '-1', '1.5', '1e3', '9'.repeat(16), ' 1'])('refuses the cursor %j, which it never gave', async (cursor) => {
    await expect(listContainers(ports, { cursor })).rejects.toMatchObject({ code: 'CursorInvalid' });
  });

  it('gives those that are named, in that order, or says which is not there', async () => {
    await put(['created', 'created', 'exited']);
    expect(await names({ containers: ['c2', idOf('c0').slice(0, 12)] })).toEqual(['c2', 'c0']);
    await expect(names({ containers: ['c2', 'c9'] })).rejects.toMatchObject({ code: 'ContainerNotFound', args: { id: 'c9' } });
  });

  it('looks at tasks: what has ended since is told as ended, and found as such', async () => {
    await put(['running', 'running', 'exited']);
    runs('c0');
    tasks.set(idOf('c1'), { status: { state: 'stopped', pid: undefined, monitored: false }, exit: { exitCode: 3, exitedAt: new Date(7), oomKilled: true, reason: 'Exited' } });
    expect(await names({ states: ['running'] })).toEqual(['c0']);
    expect(await names({ states: ['exited'] })).toEqual(['c1', 'c2']);
    expect(read((reader) => reader.containerByName('c1'))).toMatchObject({ state: 'exited', exitCode: 3, oomKilled: true, exitReason: 'Exited', finishedAt: new Date(7) });
  });

  it('never invents an exit code: a task that is gone without one has none', async () => {
    await put(['running']);
    expect((await listContainers(ports, {})).items[0]?.record).toMatchObject({ state: 'exited', exitCode: null, exitReason: 'MonitorLost' });
  });

  it('tells that a reboot ended what ran', async () => {
    await put(['running']);
    await metadata.write((writer) => { writer.updateContainer(idOf('c0'), { bootId: 'an earlier boot' }); });
    expect((await listContainers(ports, {})).items[0]?.record).toMatchObject({ state: 'exited', exitCode: null, exitReason: 'HostRestarted' });
  });

  it('tells whether a running one is still watched, and whether it is paused', async () => {
    await put(['running', 'running']);
    tasks.set(idOf('c0'), { status: { state: 'running', pid: 5, monitored: false }, exit: undefined });
    tasks.set(idOf('c1'), { status: { state: 'paused', pid: 5, monitored: true }, exit: undefined });
    expect((await listContainers(ports, {})).items.map(({ record, monitored }) => [record.state, monitored])).toEqual([['running', false], ['paused', true]]);
  });

  it('undoes half a start that nobody is making any more, and leaves one alone that somebody is', async () => {
    await put(['created', 'created']);
    await metadata.write((writer) => { for (const name of ['c0', 'c1']) writer.updateContainer(idOf(name), { state: 'starting', bootId: 'boot' }); });
    const lock = await ports.locks.acquire(`container-${idOf('c1')}`);
    expect((await listContainers(ports, {})).items.map(({ record }) => record.state)).toEqual(['created', 'starting']);
    await lock.release();
    expect(read((reader) => reader.containerByName('c0')?.startError)).toBeDefined();
  });
});

describe('removing an image', () => {
  it('is refused while a container needs its last name, told which, and forced all the same', async () => {
    await create({ name: 'web' });
    await expect(removeImage(ports, 'a', false)).rejects.toMatchObject({ code: 'ImageInUse', args: { reference, users: 'web' } });
    await metadata.write((writer) => { writer.putImage(imageRecord('docker.io/library/b:latest')); });
    expect((await removeImage(ports, 'a', false)).removed).toEqual([reference]);
    expect((await removeImage(ports, 'b', true)).removed).toEqual(['docker.io/library/b:latest']);
    expect(read((reader) => reader.images())).toEqual([]);
  });

  it('by id takes every name of it', async () => {
    await metadata.write((writer) => { writer.putImage(imageRecord('docker.io/library/b:latest')); });
    expect((await removeImage(ports, digestOf('config').slice('sha256:'.length, 20), false)).removed).toEqual([reference, 'docker.io/library/b:latest']);
  });
});

describe("the host's isolation", () => {
  it('is Auto until it is set, and is what new containers take', async () => {
    expect(getIsolation(ports)).toMatchObject({ isolation: 'Auto', effective: 'Process', container: undefined });
    expect(await setHostIsolation(ports, 'Process')).toMatchObject({ isolation: 'Process', effective: 'Process', available: [{ isolation: 'Process', available: true, reason: 'there is a kernel' }, { isolation: 'HyperV', available: false, reason: 'there is no VM' }] });
    expect((await create()).record.isolation).toBe('Process');
    await expect(setHostIsolation(ports, 'HyperV')).rejects.toMatchObject({ code: 'IsolationUnsupported' });
    expect(getIsolation(ports).isolation).toBe('Process');
  });
});
