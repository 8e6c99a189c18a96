import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, WireContainer } from '../../src/contract/index.ts';
import { whyNoMachines } from '../fixtures/machines.ts';
import { makeNetworkNamespace, whyNoNetworks, type NetworkNamespace } from '../fixtures/network-namespace.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { Terminal, whyNoTerminal } from '../fixtures/terminal.ts';
import { TestHost } from './host-state.ts';
import { killPrograms, machinesLeft, processesOf } from './machine-programs.ts';

// An emulated machine takes two seconds of a processor to boot, ten times that where ten others want it too.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 240_000 });
const poll = { timeout: 240_000, interval: 250 } as const;

const main = join(import.meta.dirname, '../../src/main.ts');
const neighbour = '198.51.100.1';
const ownAddress = '198.51.100.2';

describe.skipIf(skipReason('utility VMs', whyNoMachines() ?? whyNoNetworks()))('containers with Hyper-V isolation on Linux', () => {
  let outside: NetworkNamespace;
  let network: NetworkNamespace;
  let host: TestHost;
  let engine: EngineClient;
  let folder: string;

  beforeAll(async () => {
    [outside, network] = [makeNetworkNamespace(), makeNetworkNamespace()];
    outside.run(`ip link add up0 type veth peer name eth0 netns ${network.path}; ip addr add ${neighbour}/24 dev up0; ip link set up0 up`);
    network.run(`ip addr add ${ownAddress}/24 dev eth0; ip link set eth0 up; ip route add default via ${neighbour}`);
    host = new TestHost(undefined, ['env', 'SILO_DEFAULT_NETWORK=', 'nsenter', `--net=${network.path}`], network);
    engine = await host.withImage();
    folder = mkdtempSync(join(tmpdir(), 'silo-machine-files-'));
    mkdirSync(join(folder, 'bound'));
    writeFileSync(join(folder, 'bound', 'of-the-host'), 'bound');
  });
  afterEach(async () => {
    if (engine === undefined) return;
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    const left = machinesLeft(host);
    if (left.length > 0) throw new Error(`left on the host: ${left.join(', ')}`);
  });
  afterAll(async () => {
    await engine?.close();
    await host?.close();
    network?.close();
    outside?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const create = async (params: Omit<Params<'container/create'>, 'image'>): Promise<WireContainer> =>
    (await engine.call('container/create', { image: 'busybox:test', isolation: 'HyperV', stopTimeoutSeconds: 1, command: ['sleep', '1000'], ...params })).container;
  const started = async (params: Omit<Params<'container/create'>, 'image'>): Promise<WireContainer> => {
    const { id } = await create(params);
    return (await engine.call('container/start', { container: id })).container;
  };
  const inside = async (container: string, command: string): Promise<string> => {
    const lines: string[] = [];
    const { process } = await engine.call('process/run', { container, command: ['sh', '-c', command] }, { onItem: (item) => lines.push((item as { text: string }).text) });
    return process.exitCode === 0 ? lines.join('\n') : `exit ${process.exitCode}: ${lines.join('\n')}`;
  };
  const logOf = async (container: string): Promise<string> => {
    const lines: string[] = [];
    await engine.call('container/log', { container, stream: 'log' }, { onItem: (item) => lines.push((item as { text: string }).text) });
    return lines.join('\n');
  };
  const state = async (container: string): Promise<WireContainer> => {
    const found = (await engine.call('container/list', {})).items.find(({ name }) => name === container);
    if (found === undefined) throw new Error(`no container ${container}`);
    return found;
  };
  const code = async (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));

  it('have a kernel, memory and processors of their own, and the host gives them files, network and a log', async () => {
    const container = await started({
      name: 'web', hostName: 'guest', ports: ['8080:80'], memoryBytes: 96 * 1024 * 1024, cpuCount: 1,
      command: ['sh', '-c', 'echo out; echo err >&2; hostname > /www/name; exec httpd -f -p 80 -h /www'],
      mounts: [{ kind: 'Bind', source: join(folder, 'bound'), target: '/bound', readOnly: true }, { kind: 'Volume', source: 'kept', target: '/volume', readOnly: false }],
    });
    expect(container).toMatchObject({ state: 'Running', effectiveIsolation: 'HyperV' });
    expect(await inside('web', 'uname -r; nproc; hostname; cat /bound/of-the-host; echo; ps | grep -c httpd')).toMatch(/^6\.1\.\S*cloud\S*\n1\nguest\nbound\n\d+$/);
    expect(await inside('web', 'uname -r')).not.toBe(release());
    expect(await inside('web', 'touch /bound/new')).toMatch(/^exit 1: .*Read-only/);
    expect(await inside('web', 'echo one > /volume/file; mknod /volume/pipe p; ln /volume/file /volume/second; stat -c %h /volume/file; sync')).toBe('2');
    expect(Number(/MemTotal:\s+(\d+)/.exec(await inside('web', 'cat /proc/meminfo'))?.[1])).toBeLessThan(256 * 1024);

    // Files go both ways while it runs, volumes with them.
    const target = join(folder, 'out');
    await engine.call('container/copy', { container: 'web', direction: 'FromContainer', containerPath: '/volume/file', hostPath: target });
    expect(readFileSync(target, 'utf8')).toBe('one\n');
    await engine.call('container/copy', { container: 'web', direction: 'ToContainer', hostPath: target, containerPath: '/www/copied' });
    await expect.poll(() => inside('web', 'cat /www/copied'), poll).toBe('one');

    // From another machine by the published port, and out to it.
    const get = (): string => outside.run(`printf 'GET /name HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 5 ${ownAddress} 8080 2>/dev/null | tail -n 1`).trim();
    await expect.poll(get, poll).toBe('guest');
    expect(await inside('web', `ping -c 1 -w 20 ${neighbour} > /dev/null && echo reached`)).toBe('reached');
    expect(await inside('web', `ip -o -4 addr show eth0 | grep -c ${container.ipAddress ?? 'none'}/`)).toBe('1');

    expect(await logOf('web')).toMatch(/out[^]*err|err[^]*out/);
    const [statistics] = (await engine.call('container/statistics', { containers: [container.id] })).items;
    expect(statistics).toMatchObject({ memoryLimitBytes: 96 * 1024 * 1024 });

    await engine.call('container/pause', { container: 'web' });
    expect((await state('web')).state).toBe('Paused');
    await engine.call('container/resume', { container: 'web' });
    expect(await inside('web', 'echo awake')).toBe('awake');

    // A stop that finds it paused: it hears its signal as it wakes.
    await engine.call('container/pause', { container: 'web' });
    await engine.call('container/stop', { container: 'web' });
    expect(await state('web')).toMatchObject({ state: 'Exited', exitReason: 'Exited' });
    expect(machinesLeft(host)).toEqual([]);
    expect(network.run('ip -brief link | grep machine || true').trim()).toBe('');
  });

  it("have a domain, options of the resolver, another's volumes and folders of volumes as without a machine", async () => {
    await engine.call('container/run', { image: 'busybox:test', name: 'lender', network: 'none', command: ['sh', '-c', 'mkdir /v/part; echo part > /v/part/file'], mounts: [{ kind: 'Volume', source: 'lent', target: '/v', readOnly: false }] });
    const lines: string[] = [];
    await engine.call('container/run', {
      image: 'busybox:test', autoRemove: true, isolation: 'HyperV', network: 'none', hostName: 'box', domainName: 'corp.example', dnsOptions: ['ndots:2'], volumesFrom: ['lender'],
      mounts: [{ kind: 'Volume', source: 'lent', target: '/only', readOnly: false, subPath: 'part' }], command: ['sh', '-c', 'hostname -f; cat /proc/sys/kernel/domainname /etc/resolv.conf /v/part/file; ls /only; ulimit -Sn; ulimit -Hn'],
    }, { onItem: (item) => { lines.push((item as { readonly text: string }).text); } });
    expect(lines).toEqual(['box.corp.example', 'corp.example', 'options ndots:2', 'part', 'file', '1024', '524288']);
    await engine.call('container/remove', { container: 'lender' });
    await engine.call('volume/remove', { volume: 'lent' });
  });

  it('keep what they wrote when their isolation changes', async () => {
    const { id } = await create({ name: 'moved', isolation: 'Process', network: 'None', command: ['sh', '-c', 'uname -r >> /kernels; cat /kernels'] });
    const run = async (): Promise<void> => {
      await engine.call('container/start', { container: id });
      await engine.call('container/wait', { container: id });
    };
    await run();
    expect(await engine.call('isolation/set', { container: id, isolation: 'HyperV' })).toMatchObject({ effectiveIsolation: 'HyperV' });
    await run();
    const kernels = (await logOf('moved')).split('\n');
    expect(kernels).toEqual([release(), release(), expect.stringContaining('cloud')]);
  });

  it('go with their machine, and say that it was lost: a panic with its last lines', async () => {
    await started({ name: 'panics', network: 'None', privileged: true });
    await inside('panics', 'echo c > /proc/sysrq-trigger').catch(() => undefined);
    await expect.poll(async () => (await state('panics')).state, poll).toBe('Exited');
    expect(await state('panics')).toMatchObject({ exitCode: null, exitReason: 'MachineLost' });
    expect(await logOf('panics')).toMatch(/the utility VM has gone: Kernel panic - not syncing: sysrq triggered crash/);
    await expect.poll(() => machinesLeft(host), poll).toEqual([]);
  });

  it.each([['QEMU', /qemu/], ['virtiofsd', /virtiofsd/], ['the keeper', /machine-keeper/]])('end without a code that nobody knows, and leave nothing, when %s is killed', async (_, program) => {
    const { id } = await started({ name: 'killed', network: 'None' });
    killPrograms(id, program);
    await expect.poll(async () => (await state('killed')).state, poll).toBe('Exited');
    expect(await state('killed')).toMatchObject({ exitCode: null, exitReason: 'MachineLost' });
    await expect.poll(() => processesOf(id, /qemu|virtiofsd|machine-keeper/), poll).toEqual([]);
  });

  it('outlive the engine that started them', async () => {
    await started({ name: 'kept', network: 'None' });
    await host.kill(engine);
    engine = await host.engine();
    expect(await state('kept')).toMatchObject({ state: 'Running' });
    expect(await inside('kept', 'echo still here')).toBe('still here');
  });

  it.skipIf(whyNoTerminal() !== undefined)('are entered as others are: a terminal with its size, signals and exit code', async () => {
    await started({ name: 'entered', network: 'None' });
    const terminal = new Terminal(host.root, [main, 'session', 'entered', '--environment', 'COLOUR=blue']);
    try {
      await terminal.sees(/\/ # /, poll.timeout);
      terminal.type('echo $((40+2)) $COLOUR; tty; stty size\n');
      await terminal.sees(/42 blue\r+\n\/dev\/pts\/\d+\r+\n33 101\r+\n/, poll.timeout);
      // One change: of two at once conmon may pass on the first alone.
      terminal.resize(40, 101);
      await expect.poll(() => {
        terminal.type('stty size\n');
        return terminal.text;
      }, { ...poll, interval: 500 }).toMatch(/40 101\r+\n/);
      terminal.type('sleep 1000\n');
      await expect.poll(() => inside('entered', 'ps | grep -c "[s]leep 1000"'), poll).toBe('2');
      terminal.type('\x03');
      await expect.poll(() => inside('entered', 'ps | grep -c "[s]leep 1000"'), poll).toBe('1');
      terminal.type('exit 7\n');
      expect(await terminal.exited).toBe(7);
    } finally {
      terminal.end();
    }
  });

  it('are what becomes of an image for another processor of the family, with a warning', async () => {
    await engine.call('image/import', { path: host.archive, reference: 'old:test', platform: 'linux/386' });
    const { container, warning } = await engine.call('container/create', { image: 'old:test', name: 'old', network: 'None', command: ['true'] });
    expect(container).toMatchObject({ effectiveIsolation: 'HyperV' });
    expect(warning).toBe('HyperV isolation is used: the image is for 386 processors; the host runs programs for amd64.');
    await engine.call('container/start', { container: 'old' });
    expect((await engine.call('container/wait', { container: 'old' })).container).toMatchObject({ exitCode: 0 });
  });

  it('refuse what a kernel of their own makes meaningless', async () => {
    expect(await code(create({ network: 'None', pidMode: 'host' }))).toBe('OptionUnsupported');
    expect(await code(create({ network: 'None', devices: ['/dev/null'] }))).toBe('OptionUnsupported');
    const { id } = await create({ network: 'Host' });
    expect(await code(engine.call('container/start', { container: id }))).toBe('OptionUnsupported');
  });
});

