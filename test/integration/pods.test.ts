import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, WireContainer } from '../../src/contract/index.ts';
import { whyNoMachines } from '../fixtures/machines.ts';
import { makeNetworkNamespace, whyNoNetworks, type NetworkNamespace } from '../fixtures/network-namespace.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';
import { killPrograms, machinesLeft, processesOf } from './machine-programs.ts';

// An emulated machine takes two seconds of a processor to boot, ten times that where ten others want it too.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 240_000 });
const poll = { timeout: 240_000, interval: 250 } as const;

type Wishes = Omit<Params<'container/create'>, 'image'>;

describe.skipIf(skipReason('utility VMs', whyNoMachines() ?? whyNoNetworks()))('several containers in one utility VM', () => {
  let outside: NetworkNamespace;
  let network: NetworkNamespace;
  let host: TestHost;
  let engine: EngineClient;
  let folder: string;

  beforeAll(async () => {
    [outside, network] = [makeNetworkNamespace(), makeNetworkNamespace()];
    outside.run(`ip link add up0 type veth peer name eth0 netns ${network.path}; ip addr add 198.51.100.1/24 dev up0; ip link set up0 up`);
    network.run('ip addr add 198.51.100.2/24 dev eth0; ip link set eth0 up; ip route add default via 198.51.100.1');
    host = new TestHost(undefined, ['env', 'SILO_DEFAULT_NETWORK=', 'nsenter', `--net=${network.path}`], network);
    engine = await host.withImage();
    folder = mkdtempSync(join(tmpdir(), 'silo-pod-files-'));
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
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const create = async (params: Wishes): Promise<WireContainer> => (await engine.call('container/create', { image: 'busybox:test', isolation: 'HyperV', stopTimeoutSeconds: 1, command: ['sleep', '1000'], ...params })).container;
  const started = async (params: Wishes): Promise<WireContainer> => {
    const { id } = await create(params);
    return (await engine.call('container/start', { container: id })).container;
  };
  const output = async (call: (onItem: (item: unknown) => void) => Promise<unknown>): Promise<string> => {
    const lines: string[] = [];
    await call((item) => lines.push((item as { text: string }).text));
    return lines.join('\n');
  };
  const inside = async (container: string, command: string): Promise<string> => {
    let code: number | null = null;
    const text = await output(async (onItem) => { code = (await engine.call('process/run', { container, command: ['sh', '-c', command] }, { onItem })).process.exitCode; });
    return code === 0 ? text : `exit ${code}: ${text}`;
  };
  const logOf = (container: string): Promise<string> => output((onItem) => engine.call('container/log', { container, stream: 'log' }, { onItem }));
  const state = async (container: string): Promise<WireContainer | undefined> => (await engine.call('container/list', { containers: [container] })).items[0];
  const ended = async (container: string): Promise<WireContainer | undefined> => {
    await expect.poll(async () => (await state(container))?.state, poll).toBe('Exited');
    return state(container);
  };
  const code = async (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));
  const owner = (params: Wishes = { network: 'None' }): Promise<WireContainer> => started({ name: 'web', ...params });
  const member = (name: string, params: Wishes = {}): Promise<WireContainer> => started({ name, network: 'container:web', ...params });
  const get = (port: number): string => `printf 'GET /page HTTP/1.0\\r\\n\\r\\n' | nc -w 20 127.0.0.1 ${port} | tail -n 1`;
  const serving = (port: number, text: string): string[] => ['sh', '-c', `mkdir -p /www; echo ${text} > /www/page; exec httpd -f -p 127.0.0.1:${port} -h /www`];

  it('have one kernel and one network, and each its own files, processes, name, log and limits', async () => {
    writeFileSync(join(folder, 'of-the-host'), 'bound');
    const web = await owner({ ports: ['8080:80'], hostName: 'web', command: serving(81, 'web'), memoryBytes: 200 * 1024 * 1024 });
    await member('second', {
      hostName: 'two', command: ['sh', '-c', 'mkdir -p /www; echo two > /www/page; echo said by two; echo complained >&2; exec httpd -f -p 80 -h /www'], memoryBytes: 64 * 1024 * 1024, user: '0',
      mounts: [{ kind: 'Bind', source: folder, target: '/bound', readOnly: true }, { kind: 'Volume', source: 'kept', target: '/volume', readOnly: false }],
    });
    const third = await member('third', { hostName: 'three', readOnlyRoot: true });
    expect(third).toMatchObject({ state: 'Running', effectiveIsolation: 'HyperV', network: 'Container', sandboxId: web.id });
    expect(web.sandboxId).toBe(web.id);
    expect(processesOf(web.id, /qemu-system/)).toHaveLength(1);
    for (const name of ['second', 'third']) expect(processesOf((await state(name))?.id ?? '', /qemu|virtiofsd/)).toEqual([]);

    // One machine: the same boot, the same links; over the loopback they hear each other.
    const boot = await inside('web', 'cat /proc/sys/kernel/random/boot_id');
    for (const name of ['second', 'third']) expect(await inside(name, 'cat /proc/sys/kernel/random/boot_id')).toBe(boot);
    await expect.poll(() => inside('third', get(81)), poll).toBe('web');
    await expect.poll(() => inside('web', get(80)), poll).toBe('two');
    expect(await inside('third', 'ip -o -4 addr show eth0')).toContain(`${web.ipAddress ?? 'none'}/`);
    await expect.poll(() => outside.run("printf 'GET /page HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 5 198.51.100.2 8080 2>/dev/null | tail -n 1").trim(), poll).toBe('two');

    // And nothing else of each other.
    expect(await inside('web', 'cat /www/page; hostname; ps | grep -c "[s]leep 1000"')).toBe('exit 1: web\nweb\n0');
    expect(await inside('second', 'hostname; cat /bound/of-the-host; echo; touch /bound/new')).toMatch(/^exit 1: two\nbound\ntouch: .*Read-only/);
    expect(await inside('third', 'hostname; ls /www; touch /new')).toMatch(/^exit 1: three\n[^]*Read-only/);
    expect(await inside('third', 'cat /proc/1/cmdline | tr "\\0" " "')).toMatch(/^sleep 1000/);
    const objects = async (name: string): Promise<string> => inside(name, 'readlink /proc/self/ns/ipc');
    expect(await objects('web')).not.toBe(await objects('second'));
    expect(await logOf('second')).toMatch(/said by two[^]*complained|complained[^]*said by two/);
    expect(await logOf('web')).not.toContain('said by two');
    const { items } = await engine.call('container/statistics', { containers: ['web', 'second', 'third'] });
    expect(items.map(({ memoryLimitBytes }) => memoryLimitBytes)).toEqual([200 * 1024 * 1024, 64 * 1024 * 1024, null]);

    // Files go both ways, and volumes are written.
    expect(await inside('second', 'echo kept > /volume/file; ln /volume/file /volume/other; stat -c %h /volume/file')).toBe('2');
    const target = join(folder, 'out');
    await engine.call('container/copy', { container: 'second', direction: 'FromContainer', containerPath: '/volume/file', hostPath: target });
    expect(readFileSync(target, 'utf8')).toBe('kept\n');
    await engine.call('container/copy', { container: 'second', direction: 'ToContainer', hostPath: target, containerPath: '/www/copied' });
    await expect.poll(() => inside('second', 'cat /www/copied'), poll).toBe('kept');

    // The end of one touches no other, and it starts again with what it wrote.
    await engine.call('container/stop', { container: 'second' });
    expect(await state('second')).toMatchObject({ state: 'Exited', exitReason: 'Exited' });
    expect(await inside('third', get(81))).toBe('web');
    await engine.call('container/start', { container: 'second' });
    await expect.poll(() => inside('third', get(80)), poll).toBe('two');
    expect(await inside('second', 'cat /www/copied')).toBe('kept');
    await engine.call('container/stop', { container: 'web' });
  });

  it('give their own exit codes, and their terminals and limits are theirs', async () => {
    await owner();
    const { id } = await create({ name: 'code', network: 'container:web', command: ['sh', '-c', 'echo last words; exit 7'] });
    for (let round = 0; round < 2; round++) {
      await engine.call('container/start', { container: id });
      expect((await engine.call('container/wait', { container: id })).container).toMatchObject({ state: 'Exited', exitCode: 7, exitReason: 'Exited' });
    }
    expect(await logOf('code')).toBe('last words\nlast words');
    await started({ name: 'greedy', network: 'container:web', memoryBytes: 32 * 1024 * 1024, command: ['sh', '-c', 'tail -c 100m /dev/zero | sort | head -c 0; exec tail /dev/zero'] });
    expect(await ended('greedy')).toMatchObject({ oomKilled: true });
    await member('terminal', { terminal: true, command: ['sh', '-c', 'tty; exec sleep 1000'] });
    await expect.poll(() => logOf('terminal'), poll).toMatch(/\/dev\/(console|pts)/);
    expect(await state('web')).toMatchObject({ state: 'Running' });
    expect(await code(create({ network: 'container:web', ports: ['80:80'] }))).toBe('ParameterInvalid');
    expect(await code(member('bigger', { memoryBytes: 4 * 1024 ** 3 }))).toBe('OptionUnsupported');
    await engine.call('container/remove', { container: 'bigger' });
    expect(await code(member('nothing', { command: ['/no/such/program'] }))).toBe('ExecutableNotFound');
    expect(await inside('web', 'echo still here')).toBe('still here');
  });

  it('share System V objects and /dev/shm where that is asked for, within one machine alone', async () => {
    await owner();
    await member('speaks', { ipcMode: 'container:web' });
    await inside('web', 'echo heard > /dev/shm/word');
    expect(await inside('speaks', 'cat /dev/shm/word')).toBe('heard');
    expect(await inside('speaks', 'readlink /proc/self/ns/ipc')).toBe(await inside('web', 'readlink /proc/self/ns/ipc'));
    const apart = await create({ name: 'apart', network: 'None', ipcMode: 'container:web' });
    expect(await code(engine.call('container/start', { container: apart.id }))).toBe('OptionUnsupported');
    const process = await create({ name: 'process', isolation: 'Process', network: 'None', ipcMode: 'container:web' });
    expect(await code(engine.call('container/start', { container: process.id }))).toBe('SharingUnsupported');
  });

  it('see the processes of another where that is asked for; the end of the first one ends all of its own, and none of the other\'s', async () => {
    await owner({ network: 'None', command: ['sh', '-c', 'sleep 2001 & wait'] });
    await member('watcher', { pidMode: 'container:web', command: ['sh', '-c', 'sleep 2002 & sleep 2003 & while [ ! -e /over ]; do sleep 0.1; done; exit 4'] });
    const sleeping = async (container: string): Promise<string> => (await inside(container, "ps -o args | grep -o 'sleep 200[0-9]' | sort -u")).replaceAll('\n', ', ');
    await expect.poll(() => sleeping('watcher'), poll).toBe('sleep 2001, sleep 2002, sleep 2003');
    expect(await inside('watcher', 'readlink /proc/self/ns/pid')).toBe(await inside('web', 'readlink /proc/self/ns/pid'));
    expect(await inside('watcher', 'hostname')).not.toBe(await inside('web', 'hostname'));
    // Others that are made later are apart again.
    await member('alone', { command: ['sh', '-c', 'exec sleep 2004'] });
    expect(await sleeping('alone')).toBe('sleep 2004');
    await inside('watcher', 'touch /over');
    expect(await ended('watcher')).toMatchObject({ exitCode: 4, exitReason: 'Exited' });
    expect(await sleeping('web')).toBe('sleep 2001');
    await engine.call('container/start', { container: 'watcher' });
    await ended('watcher');
    expect(await sleeping('web')).toBe('sleep 2001');

    // The end of the first process of a process namespace is that of all in it.
    await member('below', { pidMode: 'container:alone' });
    await engine.call('container/stop', { container: 'alone' });
    expect(await ended('below')).toMatchObject({ exitCode: 137, exitReason: 'Exited' });
    expect(await state('web')).toMatchObject({ state: 'Running' });
    const apart = await create({ name: 'apart', network: 'None', pidMode: 'container:web' });
    expect(await code(engine.call('container/start', { container: apart.id }))).toBe('OptionUnsupported');
    expect(await code(create({ network: 'container:web', pidMode: 'host' }))).toBe('OptionUnsupported');
  });

  it('end with the container that the machine was made for, and say so; a policy starts them again with it', async () => {
    await owner();
    await member('once', { command: ['sh', '-c', 'trap "" TERM; while sleep 1; do :; done'] });
    await member('again', { restartPolicy: { name: 'Always' } });
    await engine.call('container/stop', { container: 'web' });
    expect(await ended('once')).toMatchObject({ exitCode: 137, exitReason: 'MachineEnded' });
    expect(machinesLeft(host).filter((line) => line.includes('qemu'))).toEqual([]);
    expect(await code(engine.call('container/start', { container: 'once' }))).toBe('ContainerNotRunning');
    await engine.call('container/start', { container: 'web' });
    await expect.poll(async () => (await state('again'))?.state, poll).toBe('Running');
    expect(await inside('again', 'cat /proc/sys/kernel/random/boot_id')).toBe(await inside('web', 'cat /proc/sys/kernel/random/boot_id'));
    // Without its machine there is nothing to join: what is left can be removed, in any order.
    await engine.call('container/remove', { container: 'web', force: true });
    expect(await ended('again')).toMatchObject({ exitReason: 'MachineEnded' });
    expect(await code(engine.call('container/start', { container: 'once' }))).toBe('ContainerNotFound');
  });

  it('stand still together, and one alone', async () => {
    await owner();
    await member('counts', { command: ['sh', '-c', 'while :; do echo x; usleep 50000; done'] });
    const grows = async (): Promise<boolean> => {
      const before = (await logOf('counts')).length;
      await new Promise((resolve) => { setTimeout(resolve, 1500); });
      return (await logOf('counts')).length > before;
    };
    await expect.poll(grows, poll).toBe(true);
    await engine.call('container/pause', { container: 'counts' });
    expect((await state('counts'))?.state).toBe('Paused');
    await expect.poll(grows, poll).toBe(false);
    expect(await inside('web', 'echo awake')).toBe('awake');
    await engine.call('container/resume', { container: 'counts' });
    await expect.poll(grows, poll).toBe(true);

    await engine.call('container/pause', { container: 'web' });
    expect((await state('counts'))?.state).toBe('Paused');
    // What was on its way comes through still.
    await expect.poll(grows, poll).toBe(false);
    expect(await code(engine.call('process/run', { container: 'counts', command: ['true'] }))).toBe('ContainerPaused');
    await engine.call('container/stop', { container: 'counts', force: true });
    await engine.call('container/resume', { container: 'web' });
    expect(await inside('web', 'echo awake')).toBe('awake');
    await expect.poll(() => inside('web', 'ls /sys/fs/cgroup > /dev/null; echo well'), poll).toBe('well');
  });

  it('are all told of a panic, with its last lines', async () => {
    await owner({ network: 'None', privileged: true });
    await member('second');
    await inside('web', 'echo c > /proc/sysrq-trigger').catch(() => undefined);
    for (const name of ['web', 'second']) {
      expect(await ended(name)).toMatchObject({ exitCode: null, exitReason: 'MachineLost' });
      expect(await logOf(name)).toMatch(/the utility VM has gone: Kernel panic - not syncing: sysrq triggered crash/);
    }
  });

  it.each([['QEMU', /qemu-system/], ['virtiofsd', /virtiofsd/], ["the machine's keeper", /machine-keeper/]])('end without a code that nobody knows, and leave nothing, when %s is killed', async (_, program) => {
    const web = await owner();
    const second = await member('second');
    killPrograms(web.id, program);
    for (const name of ['web', 'second']) expect(await ended(name)).toMatchObject({ exitCode: null, exitReason: 'MachineLost' });
    for (const { id } of [web, second]) await expect.poll(() => processesOf(id, /qemu|virtiofsd|machine-keeper|conmon/), poll).toEqual([]);
  });

  it('lose only the one whose own keeper is killed, and nothing of it runs on', async () => {
    await owner();
    const second = await member('second', { command: ['sleep', '4242'] });
    await member('third');
    const groups = (): Promise<string> => inside('third', 'cat /proc/loadavg > /dev/null; grep -c . /proc/sys/kernel/hostname');
    expect(await groups()).toBe('1');
    killPrograms(second.id, /machine-keeper/);
    expect(await ended('second')).toMatchObject({ exitCode: null, exitReason: 'MachineLost' });
    expect(await inside('third', 'echo here')).toBe('here');
    expect(await inside('web', 'echo here')).toBe('here');
    await engine.call('container/start', { container: 'second' });
    expect(await inside('second', 'ps | grep -c "[s]leep 4242"')).toBe('1');
  });

  it('outlive the engine that started them', async () => {
    await owner();
    await member('second', { command: ['sh', '-c', 'read line; exit 3'], openStdin: true });
    await host.kill(engine);
    engine = await host.engine();
    expect(await state('second')).toMatchObject({ state: 'Running' });
    expect(await inside('second', 'kill -9 -1; echo done').catch(() => 'gone')).toMatch(/done|gone|exit/);
    await engine.call('container/stop', { container: 'second' });
    expect(await inside('web', 'echo here')).toBe('here');
  });

  it('are of one isolation: a mix is refused and says why, and Auto follows', async () => {
    await owner();
    expect(await code(create({ network: 'container:web', isolation: 'Process' }))).toBe('SharingUnsupported');
    expect(await create({ name: 'auto', network: 'container:web', isolation: 'Auto' })).toMatchObject({ effectiveIsolation: 'HyperV' });
    expect(await code(engine.call('isolation/set', { container: 'auto', isolation: 'Process' }))).toBe('SharingUnsupported');
    await started({ name: 'plain', isolation: 'Process', network: 'None' });
    expect(await code(create({ network: 'container:plain' }))).toBe('SharingUnsupported');
    expect(await create({ name: 'beside', network: 'container:plain', isolation: 'Auto' })).toMatchObject({ effectiveIsolation: 'Process' });
    // One that changed afterwards is found at the start.
    await engine.call('container/remove', { container: 'web', force: true });
    await create({ name: 'other', network: 'None' });
    await create({ name: 'joins', network: 'container:other' });
    await engine.call('isolation/set', { container: 'other', isolation: 'Process' });
    await engine.call('container/start', { container: 'other' });
    expect(await code(engine.call('container/start', { container: 'joins' }))).toBe('SharingUnsupported');
  });
});
