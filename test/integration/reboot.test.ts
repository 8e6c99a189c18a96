import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineClient } from '../../build/engine-client.ts';
import { unmount } from '../../native/libc.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

const silo = join(import.meta.dirname, '../fixtures/child-rebooted-silo.ts');

describe.skipIf(skipReason('a simulated reboot', whyNoContainers()))('after a reboot', () => {
  let host: TestHost;
  let bootIdFile: string;
  let service: ChildProcess | undefined;

  beforeEach(() => {
    host = new TestHost();
    bootIdFile = join(host.folder, 'boot-id');
    writeFileSync(bootIdFile, '11111111-0000-4000-8000-000000000000\n');
    process.env['SILO_TEST_BOOT_ID'] = bootIdFile;
  });
  afterEach(async () => {
    await endService();
    try {
      await using engine = await start();
      for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    } finally {
      delete process.env['SILO_TEST_BOOT_ID'];
    }
    await host.close();
  });

  const start = (): Promise<EngineClient> => EngineClient.start({ root: host.root, command: [process.execPath, silo] });
  const startService = (): void => {
    service = spawn(process.execPath, [silo, 'supervise', '--service'], { env: { ...process.env, SILO_ROOT: host.root }, stdio: 'ignore' });
  };
  const endService = async (): Promise<number | null> => {
    const ending = service;
    service = undefined;
    if (ending === undefined) return null;
    if (ending.exitCode === null && ending.signalCode === null) {
      ending.kill('SIGTERM');
      await once(ending, 'exit');
    }
    return ending.exitCode;
  };

  /** Processes of this machine that name the root or one of its containers, the youngest first. */
  const processes = (ids: readonly string[]): readonly number[] =>
    readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).map(Number).filter((pid) => {
      try {
        const [line, environment] = [readFileSync(`/proc/${pid}/cmdline`, 'latin1'), readFileSync(`/proc/${pid}/environ`, 'latin1')];
        return ids.some((id) => line.includes(id)) || (line.includes(silo) && environment.includes(`SILO_ROOT=${host.root}\0`));
      } catch {
        return false;
      }
    }).toSorted((a, b) => b - a);

  /** What a power failure and a start leave: the state root, and nothing of it in the kernel. */
  const reboot = async (ids: readonly string[], pids: readonly number[]): Promise<void> => {
    for (const pid of [...processes([...ids]), ...pids]) {
      try { process.kill(pid, 'SIGKILL'); } catch { /* it ended with another */ }
    }
    while (processes(ids).length > 0) await delay(20);
    const mounts = (): readonly string[] => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' ')[4] ?? '')
      .filter((target) => host.runFolders.some((folder) => target.startsWith(`${folder}/`)) || target.startsWith(`${host.root}/`));
    for (const target of mounts().toReversed()) unmount(target, true);
    expect(mounts()).toEqual([]);
    for (const folder of host.runFolders) rmSync(folder, { recursive: true, force: true });
    writeFileSync(bootIdFile, '22222222-0000-4000-8000-000000000000\n');
  };

  it('the service starts what always and unless-stopped say, and nothing else', async () => {
    const ids = new Map<string, string>();
    const pids: number[] = [];
    const first = await start();
    await first.call('image/import', { path: host.archive, reference: 'busybox:test' });
    const make = async (name: string, policy: 'No' | 'Always' | 'UnlessStopped' | undefined, life: 'running' | 'stopped' | 'created'): Promise<void> => {
      const { container } = await first.call('container/create', { name, image: 'busybox:test', network: 'None', command: ['sleep', '1000'], ...(policy === undefined ? {} : { restartPolicy: { name: policy } }) });
      ids.set(name, container.id);
      if (life === 'created') return;
      const started = await first.call('container/start', { container: container.id });
      if (life === 'stopped') await first.call('container/stop', { container: container.id, force: true });
      else pids.push(started.container.pid ?? 0);
    };
    await make('always', 'Always', 'running');
    await make('always-stopped', 'Always', 'stopped');
    await make('always-created', 'Always', 'created');
    await make('unless', 'UnlessStopped', 'running');
    await make('unless-stopped', 'UnlessStopped', 'stopped');
    await make('no', 'No', 'running');
    await make('plain', undefined, 'running');
    expect(pids.every((pid) => pid > 1)).toBe(true);
    first.process.kill('SIGKILL');
    await reboot([...ids.values()], pids);

    startService();
    // The service alone: an engine would ask for a supervisor, and mend.
    await expect.poll(() => processes([...ids.values()]).length, { timeout: 30_000, interval: 200 }).toBeGreaterThan(3);
    await using engine = await start();
    const states = async (): Promise<Record<string, string>> => Object.fromEntries((await engine.call('container/list', {})).items.map(({ name, state }) => [name, state]));
    await expect.poll(async () => { const now = await states(); return [now['always'], now['always-stopped'], now['unless']]; }, { timeout: 20_000, interval: 200 }).toEqual(['Running', 'Running', 'Running']);
    await delay(2000);
    expect(await states()).toEqual({ 'always': 'Running', 'always-stopped': 'Running', 'always-created': 'Created', 'unless': 'Running', 'unless-stopped': 'Exited', 'no': 'Exited', 'plain': 'Exited' });
    const { items } = await engine.call('container/list', { containers: ['no'] });
    expect(items[0]).toMatchObject({ exitReason: 'HostRestarted', exitCode: null });
    expect(await endService()).toBe(0);
    // Its end is not theirs.
    expect(await states()).toMatchObject({ always: 'Running', unless: 'Running' });
  });

  it('a container with an SMB share waits for the password of it, says so, and starts when it was given', async () => {
    const [server, credential] = [join(host.folder, 'server'), { userName: 'web', secret: 'of the share' }];
    mkdirSync(join(server, 'data'), { recursive: true });
    writeFileSync(`${server}.password`, credential.secret);
    process.env['SILO_TEST_SHARES'] = server;
    try {
      const first = await start();
      await first.call('image/import', { path: host.archive, reference: 'busybox:test' });
      const mounts = [{ kind: 'Smb', source: '//files/data', target: '/data', readOnly: false, credential }] as const;
      const { container } = await first.call('container/create', { name: 'web', image: 'busybox:test', network: 'None', command: ['sleep', '1000'], restartPolicy: { name: 'Always' }, mounts: [...mounts] });
      const started = await first.call('container/start', { container: container.id });
      first.process.kill('SIGKILL');
      await reboot([container.id], [started.container.pid ?? 0]);

      startService();
      await using engine = await start();
      const seen = async (): Promise<unknown> => { const { items: [now] } = await engine.call('container/list', { containers: ['web'] }); return [now?.state, now?.startError]; };
      const missing = "This host has no password of 'web' for //files/data: it is kept in memory alone, and is gone when the host has started again.";
      await expect.poll(seen, { timeout: 30_000, interval: 200 }).toEqual(['Exited', missing]);
      await engine.call('container/update', { container: 'web', shareCredential: credential });
      await expect.poll(seen, { timeout: 60_000, interval: 200 }).toEqual(['Running', null]);
      await endService();
    } finally {
      delete process.env['SILO_TEST_SHARES'];
    }
  });

  it('the service goes on with nothing to do, and takes over from a supervisor that ends', async () => {
    await (await start())[Symbol.asyncDispose]();
    const onDemand = spawn(process.execPath, [silo, 'supervise', '--service'], { env: { ...process.env, SILO_ROOT: host.root }, stdio: 'ignore' });
    await delay(2000);
    startService();
    await delay(7000);
    expect([onDemand.exitCode, service?.exitCode]).toEqual([null, null]);
    onDemand.kill('SIGTERM');
    await once(onDemand, 'exit');
    await delay(3000);
    expect(service?.exitCode).toBe(null);
    expect(await endService()).toBe(0);
  });
});
