import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { ForeignSystem } from '../../src/core/index.ts';
import { ForeignTasks } from '../../src/runtime/runc/index.ts';
import { makeBusyboxRoot, whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

describe.skipIf(skipReason('containers of others', whyNoContainers()))('containers that others made', () => {
  const id = `silo-foreign-${process.pid}`;
  let folder: string;
  let host: TestHost;
  let engine: EngineClient;
  /** runc as whoever has no Silo calls it, with its own folder of states. */
  const runc = (...args: readonly string[]): void => {
    // The container keeps what runc writes to: a pipe would never close.
    const { status } = spawnSync('runc', args, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`runc ${args.join(' ')} ended with ${status}`);
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silo-foreign-'));
    makeBusyboxRoot(join(folder, 'rootfs'));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({
      ociVersion: '1.0.2', annotations: { 'io.container.manager': 'libpod' },
      process: { terminal: false, user: { uid: 0, gid: 0 }, args: ['/bin/sleep', '1000'], env: ['PATH=/bin'], cwd: '/' },
      root: { path: join(folder, 'rootfs'), readonly: true },
      mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
      linux: { cgroupsPath: `/silo-foreign/${id}`, namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'ipc' }, { type: 'uts' }] },
    }));
    runc('create', '--bundle', folder, id);
    host = new TestHost();
    engine = await host.withImage();
  });
  afterAll(async () => {
    spawnSync('runc', ['delete', '--force', id]);
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const find = async (): Promise<Record<string, unknown> | undefined> => (await engine.call('container/foreign', {})).items.find((item) => item.id === id);

  it('are listed with their states, and are no containers of Silo', async () => {
    expect(await find()).toMatchObject({ name: null, owner: 'podman', state: 'Created', createdAt: expect.any(String) as string });
    runc('start', id);
    expect(await find()).toMatchObject({ state: 'Running', pid: expect.any(Number) as number });
    runc('pause', id);
    expect(await find()).toMatchObject({ state: 'Paused' });
    runc('resume', id);
    expect((await engine.call('container/list', {})).items).toEqual([]);
  });

  it('are not touched by whoever names one: the error says whose it is', async () => {
    for (const method of ['container/stop', 'container/start', 'container/remove', 'container/pause'] as const) {
      expect(await engine.call(method, { container: id }).catch((error: unknown) => (error as { data: object }).data), method).toMatchObject({ code: 'ContainerUnmanaged', args: { owner: 'podman' } });
    }
    expect(await engine.call('container/start', { container: '/nobody' }).catch(errorCode)).toBe('ContainerNotFound');
    expect(await find()).toMatchObject({ state: 'Running' });
  });

  it('of Silo are none of them', async () => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', command: ['sleep', '100'], network: 'none' });
    await engine.call('container/start', { container: container.id });
    expect((await engine.call('container/foreign', {})).items.filter((item) => item.id === container.id)).toEqual([]);
    await engine.call('container/remove', { container: container.id, force: true });
  });

  it('are told apart by the folders in which their runtimes keep them, and what cannot be read is left out', async () => {
    const states = join(folder, 'states');
    const write = (path: string, value: unknown): void => { mkdirSync(join(states, path, '..'), { recursive: true }); writeFileSync(join(states, path), typeof value === 'string' ? value : JSON.stringify(value)); };
    write('moby/aa/state.json', { init_process_pid: 0, created: '2026-11-01T10:00:00Z' });
    write('moby/bb/state.json', 'half a docum');
    write('k8s/cc/state.json', { init_process_pid: process.pid, init_process_start: 1, config: { labels: [`bundle=${join(states, 'bundle')}`] } });
    write('bundle/config.json', { annotations: { 'io.kubernetes.cri.container-name': 'web' } });
    write('crun/dd/status', { pid: process.pid, bundle: '/nowhere', created: '2026-11-01T10:00:00Z' });
    const found = await new ForeignTasks([{ path: join(states, 'moby'), form: 'runc', owner: 'docker' }, { path: join(states, 'k8s'), form: 'runc', owner: 'containerd' }, { path: join(states, 'crun'), form: 'crun' }, { path: join(states, 'gone/*'), form: 'runc' }]).list();
    expect(found).toEqual<readonly Partial<ForeignSystem>[]>([
      { id: 'aa', name: undefined, state: 'exited', owner: 'docker', pid: undefined, createdAt: new Date('2026-11-01T10:00:00Z') },
      // Its number is somebody else's now.
      { id: 'cc', name: 'web', state: 'exited', owner: 'containerd', pid: undefined, createdAt: undefined },
      { id: 'dd', name: undefined, state: 'running', owner: 'runc', pid: process.pid, createdAt: new Date('2026-11-01T10:00:00Z') },
    ]);
  });
});
