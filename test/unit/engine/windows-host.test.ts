import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Platform } from '../../../src/base/index.ts';
import type { ContainerFiles, ContentStore, HostFacts, Runtime, Snapshotter, TaskExit, TaskSpec, WindowsFacts } from '../../../src/core/index.ts';
import { createContainer, getIsolation, listContainers, setContainerIsolation, startContainer, stopContainer, type IsolationOffer, type Ports } from '../../../src/engine/index.ts';
import { ImageConfigs } from '../../../src/engine/image-configs.ts';
import { FolderCredentials, MappedShares } from '../../../src/share/index.ts';
import { FileLocks, SqliteMetadata } from '../../../src/store/index.ts';
import { digestOf, idOf, imageRecord } from '../store/records.ts';

const facts: WindowsFacts = {
  edition: 'server', build: 20348, revision: 2340, productName: 'Windows Server 2022 Datacenter', containersFeature: 'enabled', hyperVFeature: 'enabled', missingLibraries: [],
  services: { vmcompute: 'running', hns: 'running' }, hypervisorRunning: true, virtualMachine: false, virtualizationExtensions: undefined, linuxKernelPath: undefined, rebootPending: false,
};
const platforms: Readonly<Record<string, Platform>> = {
  'same:1': { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.2113' }, 'older:1': { os: 'windows', architecture: 'amd64', osVersion: '10.0.17763.5122' }, 'newer:1': { os: 'windows', architecture: 'amd64', osVersion: '10.0.26100.1' },
  'linux:1': { os: 'linux', architecture: 'amd64' },
};
const configOf = (name: string): object => ({
  os: platforms[name]?.os, architecture: 'amd64', 'os.version': platforms[name]?.osVersion, rootfs: { type: 'layers', diff_ids: [] },
  config: { Cmd: name === 'linux:1' ? ['/bin/sh'] : ['cmd.exe'], Env: name === 'linux:1' ? [] : ['Path=C:\\Windows'] },
});
const manifestOf = (name: string): object => ({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(`config of ${name}`), size: 100 }, layers: [] });

let folder: string;
let metadata: SqliteMetadata;
let ports: Ports;
let created: TaskSpec[];
let signals: number[];
let ended: Set<string>;

/** An engine on a Windows server: a real store and locks; the runtimes note what they are told, and end a task at its first signal. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'silo-windows-'));
  metadata = await SqliteMetadata.open(join(folder, 'meta.db'));
  created = [];
  signals = [];
  ended = new Set();
  const nothing = (): Promise<void> => Promise.resolve();
  const exit: TaskExit = { exitCode: 0, exitedAt: new Date(5), oomKilled: false, reason: 'Exited' };
  const runtime = (name: string): Runtime => ({
    name, delete: nothing, start: nothing, list: () => Promise.resolve([]),
    create: (spec) => { created.push(spec); return Promise.resolve({ pid: 5, monitorPid: 6 }); },
    status: (id) => Promise.resolve({ state: ended.has(id) ? 'stopped' : 'running', pid: 5, monitored: true }),
    kill: (id, signal) => { signals.push(signal); ended.add(id); return Promise.resolve(); },
    exit: (id) => Promise.resolve(ended.has(id) ? exit : undefined),
    wait: () => Promise.resolve(exit),
  } as Partial<Runtime> as Runtime);
  const layers = (name: string): Snapshotter => ({ name, prepare: nothing, mount: () => Promise.resolve({ layers: [{ id: 'b', path: 'C:\\l' }], scratchPath: '\\\\?\\Volume{1}\\' }), unmount: nothing, remove: nothing } as Partial<Snapshotter> as Snapshotter);
  const wclayer = layers('wclayer');
  const offer = (name: string, snapshotter: Snapshotter): IsolationOffer => ({ technology: { runtime: runtime(name), snapshotter }, reason: `${name} is there` });
  const content: Partial<ContentStore> = {
    readAll: (digest) => {
      const name = Object.keys(platforms).find((candidate) => digest === digestOf(`config of ${candidate}`) || digest === digestOf(candidate)) ?? '';
      return Promise.resolve(Buffer.from(JSON.stringify(digest === digestOf(name) ? manifestOf(name) : configOf(name))));
    },
  };
  const paths = { bundlePath: 'C:\\b', logPath: 'C:\\log', rootPath: 'C:\\root', hostsPath: 'C:\\hosts', hostNamePath: 'C:\\hostname', resolvConfPath: 'C:\\resolv' };
  const files: Partial<ContainerFiles> = { paths: () => paths, prepare: () => Promise.resolve(paths), releaseRoot: nothing };
  const host: Partial<HostFacts> = { os: 'windows', architecture: 'amd64', windows: facts, elevated: true, bootId: 'boot', hostName: 'host', mountNamespaceProblem: undefined };
  const quiet = (): void => undefined;
  const partial: { readonly [Port in keyof Ports]?: Partial<Ports[Port]> } = {
    metadata, locks: new FileLocks(join(folder, 'locks')), host, content, files, log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    network: { prepare: () => Promise.resolve(undefined), release: nothing }, volumes: { checkSource: nothing }, supervisor: { ensure: nothing, ensureSoon: quiet },
    isolations: { Process: offer('hcs-process', wclayer), HyperV: { ...offer('hcs-hyperv', wclayer), linux: offer('hcs-linux', layers('lcow')) } },
    clock: { now: () => new Date('2026-11-22T04:00:00Z') }, newId: ((count) => () => idOf(`made up ${count++}`))(0),
  };
  ports = partial as Ports;
  await metadata.write((writer) => {
    for (const [name, platform] of Object.entries(platforms)) writer.putImage(imageRecord(`docker.io/library/${name}`, { platform, manifestDigest: digestOf(name), configDigest: digestOf(`config of ${name}`) }));
  });
});
afterEach(() => {
  metadata.close();
  rmSync(folder, { recursive: true, force: true });
});

type Request = Parameters<typeof createContainer>[2];
const create = (image: string, changes: Partial<Request> = {}): ReturnType<typeof createContainer> => createContainer(ports, new ImageConfigs(ports.content), { image, resources: {}, network: 'none', ...changes });

describe('a Windows server', () => {
  it("runs an image of its own build on its kernel, and in a VM where that is asked for", async () => {
    expect(await create('same:1')).toMatchObject({ warning: undefined, record: { runtime: 'hcs-process', isolation: 'Auto' } });
    expect(await create('same:1', { isolation: 'HyperV' })).toMatchObject({ warning: undefined, record: { runtime: 'hcs-hyperv', isolation: 'HyperV' } });
  });

  it('runs an older image in a VM, with a warning that names both builds', async () => {
    const { record, warning } = await create('older:1');
    expect(record).toMatchObject({ runtime: 'hcs-hyperv', isolation: 'Auto' });
    expect(warning).toMatch(/20348.*17763/);
    expect(getIsolation(ports, record.id)).toMatchObject({ isolation: 'Auto', effective: 'HyperV', warning, reason: expect.stringContaining('Hyper-V isolation only') as string });
  });

  it('refuses an older image with process isolation: both builds, what would run it, and a tag that would run', async () => {
    const error = await create('older:1', { isolation: 'Process' }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ImagePlatformMismatch', args: { reference: 'docker.io/library/older:1', isolations: 'HyperV', suggestedTag: 'ltsc2022' } });
    expect((error as Error).message).toMatch(/windows\/amd64 \(10\.0\.17763\.5122\); this host runs windows\/amd64 \(10\.0\.20348\.2340\).*HyperV isolation would run it; the tag ltsc2022 would run too/);
  });

  it('refuses a newer image under any isolation', async () => {
    for (const isolation of ['Auto', 'Process', 'HyperV'] as const) {
      const error = await create('newer:1', { isolation }).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'ImagePlatformMismatch', args: { isolations: '', suggestedTag: 'ltsc2022' } });
      expect((error as Error).message).toMatch(/26100.*20348/);
    }
  });

  it('runs Linux images in a VM, with the runtime and the layers for them', async () => {
    const { record, warning } = await create('linux:1', { mounts: [{ kind: 'bind', source: 'C:\\srv', target: '/srv', readOnly: false }] });
    expect(record).toMatchObject({ runtime: 'hcs-linux', spec: { workingDirectory: '/', stopSignal: 'SIGTERM' } });
    expect(record.spec.os).toBeUndefined();
    expect(warning).toBeUndefined();
    await expect(create('linux:1', { isolation: 'Process' })).rejects.toMatchObject({ code: 'ImagePlatformMismatch', args: { isolations: 'HyperV' } });
  });

  it('gives its containers an SMB share by the path that its mapping has, and refuses what Windows cannot show', async () => {
    const noted = new Map<string, string>();
    const mappings = {
      find: (path: string) => Promise.resolve(noted.has(path) ? ('connected' as const) : undefined),
      create: (path: string, { userName }: { readonly userName: string }) => { noted.set(path, userName); return Promise.resolve(); },
      remove: (path: string) => { noted.delete(path); return Promise.resolve(); },
    };
    const shares = {
      mounts: new MappedShares({ folder: join(folder, 'shares'), mappings, readable: () => Promise.resolve() }),
      credentials: new FolderCredentials({ folder: join(folder, 'credentials'), whyGone: 'it was not given', outliveHost: true }),
    };
    ports = { ...ports, shares };
    const source = String.raw`\\files\data\www`;
    const mount = { kind: 'smb', source: '//files/data/www', target: String.raw`C:\data`, readOnly: true, userName: 'web' } as const;
    const { record } = await create('same:1', { mounts: [mount], mountCredentials: [{ source: '//files/data', userName: 'web', secret: 'secret' }], restartPolicy: { name: 'always' } }).then(({ warning, ...made }) => { expect(warning).toBeUndefined(); return made; });
    expect(record.spec.mounts).toEqual([{ ...mount, source }]);
    await startContainer(ports, record.id);
    expect(created[0]?.mounts).toContainEqual({ source, target: String.raw`C:\data`, readOnly: true });
    expect([...noted]).toEqual([[String.raw`\\files\data`, 'web']]);
    await stopContainer(ports, record.id);
    expect(noted.size).toBe(0);
    await expect(create('same:1', { mounts: [{ ...mount, mode: 0o700 }] })).rejects.toMatchObject({ code: 'OptionUnsupported' });
    await expect(create('same:1', { mounts: [{ ...mount, target: '/data:x' }] })).rejects.toMatchObject({ code: 'ParameterInvalid' });
    await expect(create('same:1', { mounts: [{ ...mount, userName: 'other' }] })).rejects.toMatchObject({ code: 'ShareCredentialMissing' });
  });

  it('says what is missing where it has no hypervisor', async () => {
    const without: Ports = { ...ports, isolations: { ...ports.isolations, HyperV: { technology: undefined, reason: 'nested virtualisation: this virtual machine was given none', action: 'Set-VMProcessor' } } };
    await expect(createContainer(without, new ImageConfigs(ports.content), { image: 'same:1', resources: {}, isolation: 'HyperV' })).rejects.toMatchObject({ code: 'IsolationUnsupported', args: { isolation: 'HyperV', reason: 'nested virtualisation: this virtual machine was given none; what would help: Set-VMProcessor' } });
    expect(getIsolation(without).available[1]).toEqual({ isolation: 'HyperV', available: false, reason: 'nested virtualisation: this virtual machine was given none', action: 'Set-VMProcessor' });
  });

  it('changes the isolation of a container that keeps its files in one form, but not to one that its image does not run with', async () => {
    const { record } = await create('same:1');
    expect(await setContainerIsolation(ports, record.id, 'HyperV')).toMatchObject({ isolation: 'HyperV', effective: 'HyperV' });
    expect(metadata.read((reader) => reader.container(record.id))).toMatchObject({ runtime: 'hcs-hyperv', snapshotKey: record.snapshotKey });
    const { record: older } = await create('older:1');
    await expect(setContainerIsolation(ports, older.id, 'Process')).rejects.toMatchObject({ code: 'ImagePlatformMismatch' });
    expect(getIsolation(ports, older.id)).toMatchObject({ isolation: 'Auto', effective: 'HyperV' });
  });

  it('hands the runtime what Windows has, and shuts the container down', async () => {
    const { record } = await create('same:1', { mounts: [{ kind: 'bind', source: '\\\\.\\pipe\\a', target: '\\\\.\\pipe\\b', readOnly: false }, { kind: 'bind', source: 'C:\\srv', target: 'c:/data', readOnly: true }], environment: [{ name: 'PATH', value: 'C:\\x' }] });
    await startContainer(ports, record.id);
    expect(created).toMatchObject([{
      process: { args: ['cmd.exe'], env: ['PATH=C:\\x'], workingDirectory: 'C:\\', user: 'ContainerAdministrator' }, storage: { scratchPath: '\\\\?\\Volume{1}\\' },
      mounts: [{ source: '\\\\.\\pipe\\a', target: '\\\\.\\pipe\\b' }, { source: 'C:\\srv', target: 'C:\\data', readOnly: true }],
    }]);
    expect(created[0]?.mounts.length).toBe(2);
    expect(await stopContainer(ports, record.id)).toMatchObject({ stopReason: 'Graceful', record: { state: 'exited', exitCode: 0 } });
    expect(signals).toEqual([15]);
    expect((await listContainers(ports, {})).items.map(({ record: { state } }) => state)).toEqual(['exited']);
  });
});
