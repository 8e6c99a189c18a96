import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, WireContainer } from '../../src/contract/index.ts';
import { whyNoMachines } from '../fixtures/machines.ts';
import { makeNetworkNamespace, whyNoNetworks, type NetworkNamespace } from '../fixtures/network-namespace.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';
import { machinesLeft } from './machine-programs.ts';

// An emulated machine takes two seconds of a processor to boot, and more where others want it too.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
const poll = { timeout: 60_000 } as const;

const neighbour = '198.51.100.1';
/** Adapters that a machine takes beside those that it began with. */
const slots = 4;

describe.skipIf(skipReason('utility VMs', whyNoMachines() ?? whyNoNetworks()))('networks of a container in a utility VM, while it runs', () => {
  let outside: NetworkNamespace;
  let network: NetworkNamespace;
  let host: TestHost;
  let engine: EngineClient;

  beforeAll(async () => {
    [outside, network] = [makeNetworkNamespace(), makeNetworkNamespace()];
    outside.run(`ip link add up0 type veth peer name eth0 netns ${network.path}; ip addr add ${neighbour}/24 dev up0; ip link set up0 up`);
    network.run(`ip addr add 198.51.100.2/24 dev eth0; ip link set eth0 up; ip route add default via ${neighbour}`);
    host = new TestHost(undefined, ['env', 'SILO_DEFAULT_NETWORK=', 'nsenter', `--net=${network.path}`], network);
    engine = await host.withImage();
    await engine.call('network/create', { name: 'one' });
    await engine.call('network/create', { name: 'two', driver: 'Internal', subnets: ['10.98.0.0/24', 'fd00:98::/64'] });
  });
  afterEach(async () => {
    if (engine === undefined) return;
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    const leaks = [...machinesLeft(host), ...host.leaks()];
    if (leaks.length > 0) throw new Error(`left on the host: ${leaks.join(', ')}`);
  });
  afterAll(async () => {
    await engine?.close();
    await host?.close();
    network?.close();
    outside?.close();
  });

  const started = async (params: Omit<Params<'container/create'>, 'image'>): Promise<WireContainer> => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', stopTimeoutSeconds: 1, command: ['sleep', '1000'], ...params });
    return (await engine.call('container/start', { container: container.id })).container;
  };
  const machine = (params: Omit<Params<'container/create'>, 'image'>): Promise<WireContainer> => started({ isolation: 'HyperV', ...params });
  const inside = async (container: string, command: string): Promise<string> => {
    const lines: string[] = [];
    const { process } = await engine.call('process/run', { container, command: ['sh', '-c', command] }, { onItem: (item) => lines.push((item as { text: string }).text) });
    return process.exitCode === 0 ? lines.join('\n') : `exit ${process.exitCode}: ${lines.join('\n')}`;
  };
  const code = async (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));
  const connect = (container: string, name: string, more: Partial<Params<'network/connect'>> = {}): Promise<unknown> => engine.call('network/connect', { container, network: name, ...more });
  const disconnect = (container: string, name: string): Promise<unknown> => engine.call('network/disconnect', { container, network: name });
  const links = (container: string): Promise<string> => inside(container, 'echo $(ls /sys/class/net)');
  const reaches = (container: string, address: string): Promise<string> => inside(container, `ping -c 1 -w 20 ${address} > /dev/null && echo reached`);
  /** In the container's namespace on the host. */
  const taps = (): readonly string[] => host.runFolders.flatMap((run) => readdirSync(join(run, 'netns')).map((name) => join(run, 'netns', name)))
    .flatMap((path) => network.run(`nsenter --net=${path} ip -brief link`).split('\n')).flatMap((line) => /^machine\d+/.exec(line)?.[0] ?? []);

  it('come with address, name and way, and go with all of that, as often as somebody wants', async () => {
    await machine({ name: 'mover', network: 'one' });
    await started({ name: 'waiting', networks: [{ network: 'two', addresses: ['10.98.0.50', 'fd00:98::50'] }] });
    expect(await links('mover')).toBe('eth0 lo');
    for (let time = 1; time <= 3; time += 1) {
      await connect('mover', 'two', { addresses: ['10.98.0.9', 'fd00:98::9'] });
      expect(await inside('mover', 'ip -o addr show eth1 scope global | awk \'{print $4}\'')).toBe('10.98.0.9/24\nfd00:98::9/64');
      await expect.poll(() => inside('mover', 'nslookup waiting | grep -c 10.98.0.50'), poll).toBe('1');
      for (const address of ['10.98.0.50', 'fd00:98::50', neighbour]) expect([address, await reaches('mover', address)]).toEqual([address, 'reached']);
      for (const address of ['10.98.0.9', 'fd00:98::9']) expect([address, await reaches('waiting', address)]).toEqual([address, 'reached']);
      expect((await engine.call('network/adapters', { container: 'mover' })).items.map(({ network: name, interfaceName }) => [name, interfaceName])).toEqual([['one', 'eth0'], ['two', 'eth1']]);
      expect(taps()).toHaveLength(2);

      await disconnect('mover', 'two');
      expect(await links('mover')).toBe('eth0 lo');
      expect(taps()).toHaveLength(1);
      expect(await reaches('mover', neighbour)).toBe('reached');
    }
    // Its address is another's to have.
    await disconnect('waiting', 'two');
    await connect('waiting', 'two', { addresses: ['10.98.0.9'] });
    expect(await inside('waiting', 'ip -o -4 addr show | grep -c 10.98.0.9/')).toBe('1');

    // What it began with goes too, and the way out goes on through the next.
    await engine.call('network/create', { name: 'three' });
    await connect('mover', 'three');
    await disconnect('mover', 'one');
    expect(await links('mover')).toBe('eth1 lo');
    expect(await inside('mover', 'ip route show default')).toMatch(/ dev eth1/);
    expect(await reaches('mover', neighbour)).toBe('reached');
    await connect('mover', 'one');
    expect(await links('mover')).toBe('eth1 eth2 lo');
    for (const name of ['one', 'three']) await disconnect('mover', name);
    expect(await links('mover')).toBe('lo');
    expect(taps()).toEqual([]);
  });

  it('are those of everybody in a machine, and come to one that was paused or began without any', async () => {
    await machine({ name: 'web', network: 'one' });
    await machine({ name: 'beside', network: 'container:web' });
    await disconnect('web', 'one');
    await engine.call('container/stop', { container: 'beside' });
    await engine.call('container/stop', { container: 'web' });
    await engine.call('container/start', { container: 'web' });
    await engine.call('container/start', { container: 'beside' });
    expect(await links('beside')).toBe('lo');
    await connect('web', 'one');
    expect(await links('beside')).toMatch(/^eth\d lo$/);
    expect(await reaches('beside', neighbour)).toBe('reached');
    await engine.call('container/pause', { container: 'web' });
    await connect('web', 'two', { addresses: ['10.98.0.9'] });
    await disconnect('web', 'one');
    await engine.call('container/resume', { container: 'web' });
    expect(await inside('beside', 'ip -o -4 addr show scope global | awk \'{print $4}\'')).toBe('10.98.0.9/24');
    expect(await links('web')).toMatch(/^eth\d lo$/);
  });

  it('are refused where there is no room, and nothing of them is left', async () => {
    // An adapter stays the one that it is, whatever MAC the container gives it.
    await machine({ name: 'full', network: 'one', privileged: true, command: ['sh', '-c', 'ip link set eth0 down; ip link set eth0 address 02:00:00:00:aa:bb; ip link set eth0 up; sleep 1000'] });
    await expect.poll(() => inside('full', 'cat /sys/class/net/eth0/address'), poll).toBe('02:00:00:00:aa:bb');
    const names = Array.from({ length: slots + 1 }, (_, index) => `full-${index}`);
    for (const name of names) await engine.call('network/create', { name, driver: 'Internal' });
    const [last = '', ...others] = names.toReversed();
    for (const name of others) await connect('full', name);
    expect(await code(connect('full', last))).toBe('OptionUnsupported');
    expect((await engine.call('network/adapters', { container: 'full' })).items).toHaveLength(1 + slots);
    expect(await links('full')).toBe('eth0 eth1 eth2 eth3 eth4 lo');
    await disconnect('full', others[0] ?? '');
    await connect('full', last);
    expect((await links('full')).split(' ')).toHaveLength(2 + slots);
    await engine.call('container/stop', { container: 'full' });
    await engine.call('container/start', { container: 'full' });
    expect((await links('full')).split(' ')).toHaveLength(2 + slots);
  });

  it('are what they should be after engines were killed at any time in between', async () => {
    await machine({ name: 'survivor', network: 'one' });
    for (const milliseconds of [0, 20, 40, 80, 120, 200, 400]) {
      const [change, again] = milliseconds % 80 === 0 ? [connect, disconnect] : [disconnect, connect];
      const lost = change('survivor', 'two').catch(() => undefined);
      await delay(milliseconds);
      await host.kill(engine);
      await lost;
      engine = await host.engine();
      await expect.poll(() => code(change('survivor', 'two')), poll).toMatch(/^(done|NetworkNotConnected)$/);
      expect([milliseconds, await links('survivor')]).toEqual([milliseconds, change === connect ? 'eth0 eth1 lo' : 'eth0 lo']);
      expect(taps()).toHaveLength(change === connect ? 2 : 1);
      await code(again('survivor', 'two'));
      expect([milliseconds, await links('survivor')]).toEqual([milliseconds, change === connect ? 'eth0 lo' : 'eth0 eth1 lo']);
    }
    expect(await reaches('survivor', neighbour)).toBe('reached');
  });
});
