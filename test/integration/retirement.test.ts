import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { SupervisorChannel } from '../../src/runtime/piped/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { makeNetworkNamespace, whyNoNetworks, type NetworkNamespace } from '../fixtures/network-namespace.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

const patience = { timeout: 20_000, interval: 20 };

describe.skipIf(skipReason('supervisors that are asked to end', whyNoContainers() ?? whyNoNetworks()))('a supervisor that has nothing to watch', { timeout: 120_000 }, () => {
  let machine: NetworkNamespace;
  let host: TestHost;
  let engine: EngineClient;
  beforeEach(async () => {
    machine = makeNetworkNamespace();
    host = new TestHost(undefined, ['env', 'SILO_DEFAULT_NETWORK=', 'nsenter', `--net=${machine.path}`], machine);
    engine = await host.withImage();
  });
  afterEach(async () => {
    await engine.close();
    await host.close();
    machine.close();
  });

  const code = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', (error: unknown) => errorCode(error) ?? error);
  const address = (root = host.root): string => join(root, 'supervisor.json');
  const pidIn = (root = host.root): number => (existsSync(address(root)) ? (JSON.parse(readFileSync(address(root), 'utf8')) as { pid: number }).pid : 0);
  const alive = (pid: number): boolean => existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  const start = async (name: string, options: object = {}): Promise<string> => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', name, command: ['sleep', '1000'], ...options });
    await engine.call('container/start', { container: container.id });
    return container.id;
  };
  /** A container on a network has come and gone; its supervisor is at work. */
  const leaveSupervisor = async (root = host.root): Promise<number> => {
    const id = await start('gone');
    await expect.poll(() => alive(pidIn(root)), patience).toBe(true);
    await engine.call('container/remove', { container: id, force: true });
    return pidIn(root);
  };

  // Without being asked it would stay for a minute after the last container with a network: longer than anybody waits to be alone.
  it('makes place at once where the store is moved, and has a successor at the new place', async () => {
    const supervisor = await leaveSupervisor();
    const path = join(host.folder, 'moved');
    expect((await engine.call('store/move', { path })).path).toBe(path);
    expect(alive(supervisor)).toBe(false);
    expect(existsSync(address(path))).toBe(false);
    const successor = await leaveSupervisor(path);
    expect(successor).not.toBe(supervisor);
    // And back, through the successor.
    expect(await code(engine.call('store/move', { path: join(host.folder, 'back') }))).toBe('done');
    expect(alive(successor)).toBe(false);
  });

  it('makes place where everything is removed', async () => {
    const supervisor = await leaveSupervisor();
    expect(await engine.call('host/uninstall', { removeStore: true })).toMatchObject({ storeRemoved: true });
    expect(alive(supervisor)).toBe(false);
  });

  it('is asked also where it only now begins its work', async () => {
    for (const [time, moment] of [0, 300].entries()) {
      const id = await start(`short-${time}`);
      // An engine that ends asks for the supervisor at once.
      await engine.close();
      engine = await host.engine();
      await engine.call('container/remove', { container: id, force: true });
      await delay(moment);
        expect(await code(engine.call('store/move', { path: join(host.folder, `place-${time}`) }))).toBe('done');
      }
  });

  it('goes on where it is asked while it is needed: containers are started again until the last is gone, and then it ends', async () => {
    const id = await start('needed', { restartPolicy: { name: 'Always' } });
    await expect.poll(() => alive(pidIn()), patience).toBe(true);
    const supervisor = pidIn();
    const asked = new AbortController();
    const asking = new SupervisorChannel({ addressFile: address(), ensure: () => Promise.resolve() }).retire(asked.signal);
    await delay(1500);
    expect(alive(supervisor)).toBe(true);
    const look = async () => (await engine.call('container/list', { containers: [id] })).items[0];
    process.kill((await look())?.pid ?? 0, 'SIGKILL');
    await expect.poll(look, patience).toMatchObject({ state: 'Running', restartCount: 1 });
    expect(pidIn()).toBe(supervisor);
    await engine.call('container/remove', { container: id, force: true });
    await expect.poll(() => alive(supervisor), patience).toBe(false);
    asked.abort();
    await asking;
  });

  it('that is killed (SIGKILL) while it ends leaves nothing that keeps the store, and nothing that misleads the next', async () => {
    for (const [time, moment] of [0, 5, 15, 40].entries()) {
      const root = (await engine.call('host/get', {})).root;
      const supervisor = await leaveSupervisor(root);
      const moving = code(engine.call('store/move', { path: join(host.folder, `killed-${time}`) }));
      await delay(moment);
      if (alive(supervisor)) process.kill(supervisor, 'SIGKILL');
      expect(await moving).toBe('done');
      expect(machine.run('ip -brief link | grep silo || true')).toBe('');
    }
  });

  it('is replaced where the engine that asked it to end is killed (SIGKILL)', async () => {
    for (const moment of [0, 15, 40]) {
      const { root } = await engine.call('host/get', {});
      await leaveSupervisor(root);
      engine.call('store/move', { path: join(host.folder, `left-${moment}`) }).catch(() => undefined);
      await delay(moment);
      await host.kill(engine);
      engine = await host.engine();
      const now = (await engine.call('host/get', {})).root;
      const id = await start('after', { restartPolicy: { name: 'Always' } });
      await expect.poll(() => alive(pidIn(now)), patience).toBe(true);
      await engine.call('container/remove', { container: id, force: true });
    }
  });
});
