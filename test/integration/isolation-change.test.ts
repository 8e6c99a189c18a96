import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerRecord } from '../../src/core/index.ts';
import { createContainer, getIsolation, importImages, removeContainer, removeImage, repairStore, setContainerIsolation, setHostIsolation, type Ports } from '../../src/engine/index.ts';
import { ImageConfigs } from '../../src/engine/image-configs.ts';
import { buildTar } from '../fixtures/tar-builder.ts';
import { skipReason, whyNoMounts } from '../fixtures/temporary-folder.ts';
import { moments, openTwoTechnologies } from '../fixtures/two-technologies.ts';

const child = fileURLToPath(new URL('../fixtures/child-isolation.ts', import.meta.url));

describe.skipIf(skipReason('the change of isolation', whyNoMounts()))('a container whose isolation is changed', () => {
  let folder: string;
  let ports: Ports;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silo-isolation-'));
    ports = await openTwoTechnologies(folder);
    writeFileSync(join(folder, 'image.tar'), buildTar({ name: 'etc/', flag: '5' }, { name: 'etc/kept', content: 'kept' }, { name: 'etc/deleted', content: 'gone' }, { name: 'etc/changed', content: 'before' }));
    await importImages(ports, { path: join(folder, 'image.tar'), reference: 'small:1', config: { command: ['/bin/true'] } }, undefined);
  });
  afterEach(() => {
    ports.metadata.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const create = async (name = 'web', isolation?: 'Process' | 'HyperV'): Promise<ContainerRecord> =>
    (await createContainer(ports, new ImageConfigs(ports.content), { image: 'small:1', name, resources: {}, network: 'none', ...(isolation === undefined ? {} : { isolation }) })).record;
  const record = (name = 'web'): ContainerRecord => ports.metadata.read((reader) => reader.containerByName(name)) as ContainerRecord;

  /** Works in the container's root file system, as a task would. */
  const inRoot = async <T>(body: (root: string) => T): Promise<T> => {
    const { runtime, snapshotKey } = record();
    const technology = ports.isolations[runtime === 'runc' ? 'Process' : 'HyperV'].technology;
    if (technology === undefined || snapshotKey === undefined) throw new Error('unreachable');
    const root = join(folder, 'root');
    mkdirSync(root, { recursive: true });
    await technology.snapshotter.prepare(snapshotKey);
    await technology.snapshotter.mount(snapshotKey, ports.metadata.read((reader) => reader.chainBelow(snapshotKey)), root);
    try {
      return body(root);
    } finally {
      await technology.snapshotter.unmount(root);
    }
  };
  const shell = (script: string): Promise<string> => inRoot((root) => execFileSync('sh', ['-c', script], { cwd: root, encoding: 'utf8' }));
  const change = 'echo after > etc/changed; rm etc/deleted; mkdir -m 750 data; echo new > data/new; chmod 4711 data/new; ln data/new data/link; ln -s new data/symlink; chown 7:8 data; chmod 711 .';
  const look = "find . -printf '%P %M %U:%G %n %l %s\\n' | sort; cat etc/changed data/new";
  const snapshotFolders = (technology: 'process' | 'vm'): readonly string[] => {
    const path = join(folder, technology, 'snapshots');
    return existsSync(path) ? readdirSync(path) : [];
  };
  const rows = (): readonly number[] => ports.metadata.read((reader) => ['folders', 'disks'].flatMap((name) => reader.snapshotKeys(name)));

  it('keeps what was changed, added and deleted in its file system, there and back', async () => {
    await create();
    await shell(change);
    const before = await shell(look);
    const { snapshotKey } = record();
    expect(await setContainerIsolation(ports, 'web', 'HyperV')).toMatchObject({ isolation: 'HyperV', effective: 'HyperV', reason: 'HyperV was asked for' });
    expect(record()).toMatchObject({ isolation: 'HyperV', runtime: 'microvm' });
    expect(record().snapshotKey).not.toBe(snapshotKey);
    expect(await shell(look)).toBe(before);
    expect(snapshotFolders('process')).not.toContain(String(snapshotKey));
    // The image's layer, its configuration and its manifest: what carried the changes is gone.
    let blobs = 0;
    for await (const { sizeBytes } of ports.content.list()) blobs += sizeBytes > 0 ? 1 : 0;
    expect(blobs).toBe(3);
    await shell('echo more > data/more');
    await setContainerIsolation(ports, 'web', 'Process');
    expect(await shell('cat data/more etc/changed; ls etc')).toBe('more\nafter\nchanged\nkept\n');
    await removeContainer(ports, 'web');
    await removeImage(ports, 'small:1', false);
    expect([snapshotFolders('process'), snapshotFolders('vm'), rows()]).toEqual([[], [], []]);
  });

  it('begins with an empty snapshot where it changed nothing, or never ran', async () => {
    await create();
    await setContainerIsolation(ports, 'web', 'HyperV');
    expect(await shell('ls etc; cat etc/changed')).toBe('changed\ndeleted\nkept\nbefore');
    await shell('true');
    await setContainerIsolation(ports, 'web', 'Process');
    expect(await shell('ls etc')).toBe('changed\ndeleted\nkept\n');
  });

  it('keeps its snapshot where the technology stays', async () => {
    await create();
    await shell(change);
    const { snapshotKey } = record();
    await setContainerIsolation(ports, 'web', 'Process');
    expect(record()).toMatchObject({ isolation: 'Process', runtime: 'runc', snapshotKey });
  });

  it('may be made with the other isolation at once: its image is unpacked for it then', async () => {
    expect(snapshotFolders('process').length).toBe(1);
    await create('web', 'HyperV');
    expect(record()).toMatchObject({ isolation: 'HyperV', runtime: 'microvm' });
    expect(await shell('cat etc/kept')).toBe('kept');
    expect(snapshotFolders('vm').length).toBe(2);
  });

  it("takes the host's default where nothing was asked for", async () => {
    await setHostIsolation(ports, 'HyperV');
    await create();
    expect(getIsolation(ports, 'web')).toMatchObject({ isolation: 'HyperV', effective: 'HyperV' });
    await setContainerIsolation(ports, 'web', 'Auto');
    expect(getIsolation(ports, 'web')).toMatchObject({ isolation: 'Auto', effective: 'HyperV', reason: 'there is a VM' });
  });

  it('stays as it is where the other technology takes no changes over, and the reason is told', async () => {
    await create();
    await shell(change);
    const { snapshotKey } = record();
    const technology = ports.isolations.HyperV.technology;
    if (technology === undefined) throw new Error('unreachable');
    const less = { ...technology.snapshotter };
    delete less.applyChanges;
    const without: Ports = { ...ports, isolations: { ...ports.isolations, HyperV: { technology: { ...technology, snapshotter: less }, reason: '' } } };
    await expect(setContainerIsolation(without, 'web', 'HyperV')).rejects.toMatchObject({ code: 'IsolationChangeUnsupported', args: { id: 'web', isolation: 'HyperV', reason: expect.stringMatching(/folders.*disks/) as string } });
    expect(record()).toMatchObject({ isolation: 'Auto', runtime: 'runc', snapshotKey });
    expect(await shell('cat etc/changed')).toBe('after\n');
  });

  it('stays as it is where the disk of the other technology is full, and leaves nothing there', async () => {
    await create();
    await shell(change);
    const technology = ports.isolations.HyperV.technology;
    if (technology === undefined) throw new Error('unreachable');
    const full: Ports = { ...ports, isolations: { ...ports.isolations, HyperV: { technology: { ...technology, snapshotter: { ...technology.snapshotter, applyChanges: () => Promise.reject(new Error('full')) } }, reason: '' } } };
    await expect(setContainerIsolation(full, 'web', 'HyperV')).rejects.toThrow('full');
    expect(record()).toMatchObject({ isolation: 'Auto', runtime: 'runc' });
    expect(await shell('cat etc/changed')).toBe('after\n');
    expect(snapshotFolders('vm').length).toBe(1);
  });

  it('must not run', async () => {
    const { id } = await create();
    await ports.metadata.write((writer) => { writer.updateContainer(id, { state: 'running', bootId: 'boot' }); });
    const running = { ...ports, isolations: { ...ports.isolations, Process: { ...ports.isolations.Process, technology: { ...ports.isolations.Process.technology, runtime: { ...ports.isolations.Process.technology?.runtime, status: () => Promise.resolve({ state: 'running', pid: 5, monitored: true }) } } } } } as Ports;
    await expect(setContainerIsolation(running, 'web', 'HyperV')).rejects.toMatchObject({ code: 'ContainerRunning' });
  });

  it.each(moments)('is whole where the engine is killed %s: in the old form or the new one, and nothing is left over', async (moment) => {
    const { id } = await create();
    await shell(change);
    const before = await shell(look);
    ports.metadata.close();
    const killed = spawn(process.execPath, [child, folder, id, moment], { stdio: 'inherit' });
    const [, signal] = (await once(killed, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    ports = await openTwoTechnologies(folder);
    await repairStore(ports);
    const moved = moments.indexOf(moment) >= moments.indexOf('after the transaction');
    expect(record()).toMatchObject({ id, isolation: moved ? 'HyperV' : 'Auto', runtime: moved ? 'microvm' : 'runc' });
    expect(await shell(look)).toBe(before);
    // Every folder has a row, and the container has one snapshot: its own.
    expect([...snapshotFolders('process'), ...snapshotFolders('vm')].map(Number).filter((key) => !rows().includes(key))).toEqual([]);
    expect(ports.metadata.read((reader) => reader.leases())).toEqual([]);
    await setContainerIsolation(ports, id, 'HyperV');
    expect(await shell(look)).toBe(before);
    await removeContainer(ports, id);
    await removeImage(ports, 'small:1', false);
    expect([snapshotFolders('process'), snapshotFolders('vm'), rows()]).toEqual([[], [], []]);
  });
});
