import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode, EngineClient } from '../../build/engine-client.ts';
import { mount, mountFlags, unmount } from '../../native/libc.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

const silo = join(import.meta.dirname, '../fixtures/child-rebooted-silo.ts');

describe.skipIf(skipReason('the service of a host', whyNoContainers()))('the service of a host', () => {
  let host: TestHost;
  let systemd: string;
  let engine: EngineClient;
  let path: string | undefined;

  beforeEach(async () => {
    host = new TestHost();
    systemd = join(host.folder, 'systemd');
    mkdirSync(join(systemd, 'units'), { recursive: true });
    // One that agrees to everything: what it is asked, the unit's own tests look at.
    writeFileSync(join(systemd, 'systemctl'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    path = process.env['PATH'];
    Object.assign(process.env, { PATH: `${systemd}${delimiter}${path ?? ''}`, SILO_TEST_SYSTEMD: systemd });
    engine = await EngineClient.start({ root: host.root, command: [process.execPath, silo] });
    await engine.call('image/import', { path: host.archive, reference: 'busybox:test' });
  });
  afterEach(async () => {
    await engine.close();
    process.env['PATH'] = path;
    delete process.env['SILO_TEST_SYSTEMD'];
    await host.close();
  });

  const units = (): readonly string[] => readdirSync(join(systemd, 'units'));
  const code = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', (error: unknown) => errorCode(error) ?? error);

  const startOne = async (name: string, network: string): Promise<string> => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', name, network, command: ['sleep', '1000'] });
    await engine.call('container/start', { container: container.id });
    return container.id;
  };

  it('is installed once, and taken away with containers going on', async () => {
    const id = await startOne('web', 'None');
    const installed = await engine.call('host/install', {});
    expect(installed).toMatchObject({ changed: true, service: { kind: 'Systemd', installed: true, running: true, taskName: null, restartNeeded: false } });
    expect(existsSync(installed.service.unitPath ?? '')).toBe(true);
    expect((await engine.call('host/install', {})).changed).toBe(false);
    expect(await engine.call('host/uninstall', {})).toMatchObject({ changed: true, storeRemoved: false, service: { installed: false, running: false } });
    expect((await engine.call('host/uninstall', {})).changed).toBe(false);
    expect((await engine.call('container/list', { containers: [id] })).items[0]?.state).toBe('Running');
  });

  it('has no optional features on Linux', async () => {
    expect(await code(engine.call('host/install', { features: ['HyperV'] }))).toBe('OptionUnsupported');
    expect(units()).toEqual([]);
  });

  it('moves with the state root', async () => {
    await engine.call('host/install', {});
    const [before] = units();
    await engine.call('store/move', { path: join(host.folder, 'moved') });
    expect(units()).toHaveLength(1);
    expect(units()[0]).not.toBe(before);
  });

  it('is taken away with the whole store: not while a container runs, by force also then', async () => {
    await engine.call('host/install', {});
    await engine.call('network/create', { name: 'front' });
    await startOne('web', 'front');
    expect(await code(engine.call('host/uninstall', { removeStore: true }))).toBe('ContainerRunning');
    expect(units()).toHaveLength(1);
    expect((await engine.call('container/list', {})).items[0]?.state).toBe('Running');
    expect(await engine.call('host/uninstall', { removeStore: true, force: true })).toMatchObject({ changed: true, storeRemoved: true, service: { installed: false } });
    expect(units()).toEqual([]);
    expect(host.runFolders.filter((folder) => readdirSync(folder).length > 0)).toEqual([]);
    // The next call makes a new store.
    expect((await engine.call('image/list', {})).items).toEqual([]);
    expect((await engine.call('network/list', {})).items).toEqual([]);
  });

  it('is taken away only alone: another session keeps the store', async () => {
    await using other = await EngineClient.start({ root: host.root, command: [process.execPath, silo] });
    await other.call('image/list', {});
    expect(await code(engine.call('host/uninstall', { removeStore: true }))).toBe('StoreBusy');
    expect((await other.call('image/list', {})).items).toHaveLength(1);
  });

  it('removes nothing of a store in which something is mounted', async () => {
    const [source, target] = [join(host.folder, 'precious'), join(host.root, 'volumes/foreign')];
    for (const folder of [source, target]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(source, 'file'), 'precious');
    mount(source, target, null, mountFlags.bind, null);
    try {
      expect(await code(engine.call('host/uninstall', { removeStore: true }))).toBe('StoreMounted');
      expect(existsSync(join(source, 'file'))).toBe(true);
      expect((await engine.call('image/list', {})).items).toHaveLength(1);
    } finally {
      unmount(target, true);
    }
  });
});
