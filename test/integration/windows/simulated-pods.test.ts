import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { EngineClient, errorCode } from '../../../build/engine-client.ts';
import type { Params, WireContainer } from '../../../src/contract/index.ts';
import { whyNoContainers } from '../../fixtures/busybox-root.ts';
import { buildHcsSimulator, simulatorBuildTimeout, startSimulator, whyNoSimulator, type RunningSimulator } from '../../fixtures/hcs-simulator.ts';
import { whyNoLoops } from '../../fixtures/loop-devices.ts';
import { expectNothingLeft } from '../../fixtures/nothing-left.ts';
import { skipReason } from '../../fixtures/temporary-folder.ts';
import { makeLinuxArchive, makeWindowsArchive } from './simulated-host.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const poll = { timeout: 30_000 } as const;
const program = join(import.meta.dirname, '../../fixtures/simulated-windows.ts');

type Wishes = Omit<Params<'container/create'>, 'image'> & { readonly image?: string };

/** What a guest of either system has: how its containers are ended with their machine is the service's to say. */
const guests = [
  { system: 'Windows', image: 'windows:vm', other: 'linux:test', volume: 'C:\\volume' },
  { system: 'Linux', image: 'linux:test', other: 'windows:vm', volume: '/volume' },
] as const;

describe.skipIf(skipReason('pods on the simulator', whyNoSimulator('linux') ?? whyNoContainers() ?? whyNoLoops()))('on a Windows host, on the simulator,', () => {
  let folder: string;
  let root: string;
  let simulator: RunningSimulator;
  let engine: EngineClient;

  const supervisorPid = (): number => (JSON.parse(readFileSync(join(root, 'supervisor.json'), 'utf8')) as { pid: number }).pid;
  const killSupervisor = async (): Promise<void> => {
    const pid = supervisorPid();
    process.kill(pid, 'SIGKILL');
    for (let runs = true; runs; await delay(5)) try { process.kill(pid, 0); } catch { runs = false; }
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silo-hcs-pods-'));
    root = join(folder, 'Silo');
    mkdirSync(join(folder, 'boot'));
    for (const name of ['vmlinux', 'rootfs.vhd']) writeFileSync(join(folder, 'boot', name), '');
    const files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
    Object.assign(process.env, simulator.environment, { SILO_TEST_LIBRARY: files.libraries['computecore.dll'], SILO_TEST_HYPERVISOR: '1', SILO_TEST_LINUX: join(folder, 'boot'), HCS_SIMULATOR_LOG: join(folder, 'calls.log') });
    engine = await EngineClient.start({ root, command: [process.execPath, program] });
    const programs = Object.fromEntries(['sh', 'sleep', 'cat', 'ls', 'tty'].map((name) => [`bin/${name}`, '/bin/busybox']));
    for (const [reference, osVersion] of [['windows:vm', '10.0.20348.2113'], ['windows:older', '10.0.17763.1'], ['windows:first', '10.0.14393.1']] as const)
      await engine.call('image/import', { path: makeWindowsArchive(folder, programs, { Cmd: ['/bin/sleep', '1000'] }, { withUtilityVm: true, osVersion }), reference });
    await engine.call('image/import', { path: makeLinuxArchive(folder, { Cmd: ['/bin/sleep', '1000'] }), reference: 'linux:test' });
  }, simulatorBuildTimeout);
  afterEach(async () => {
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    await expectNothingLeft(simulator, 'networks');
  });
  afterAll(async () => {
    await engine.close();
    await killSupervisor();
    for (const name of ['SILO_TEST_HYPERVISOR', 'SILO_TEST_LINUX', 'HCS_SIMULATOR_LOG']) delete process.env[name];
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  const shell = (script: string): string[] => ['/bin/sh', '-c', script];
  const output = async (call: (onItem: (item: unknown) => void) => Promise<unknown>): Promise<string> => {
    const lines: string[] = [];
    await call((item) => lines.push((item as { text: string }).text));
    return lines.join('\n');
  };
  const inside = async (container: string, script: string): Promise<string> => {
    let code: number | null = null;
    const text = await output(async (onItem) => { code = (await engine.call('process/run', { container, command: shell(script) }, { onItem })).process.exitCode; });
    return code === 0 ? text : `exit ${code}: ${text}`;
  };
  const logOf = (container: string): Promise<string> => output((onItem) => engine.call('container/log', { container }, { onItem }));
  const state = async (container: string): Promise<WireContainer | undefined> => (await engine.call('container/list', { containers: [container] })).items[0];
  const ended = async (container: string): Promise<WireContainer | undefined> => {
    await expect.poll(async () => (await state(container))?.state, poll).toBe('Exited');
    return state(container);
  };
  const code = async (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));
  const message = async (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => (error instanceof Error ? error.message : String(error)));
  const calls = (name: string): readonly string[] => readFileSync(join(folder, 'calls.log'), 'utf8').replaceAll('\\', '').split('\n').filter((line) => line.includes(`"${name}"`));

  describe.each(guests)('containers of $system in one utility VM', ({ image, other, volume }) => {
    const create = async (params: Wishes): Promise<WireContainer> => (await engine.call('container/create', { image, isolation: 'HyperV', stopTimeoutSeconds: 1, command: ['/bin/sleep', '1000'], ...params })).container;
    const started = async (params: Wishes): Promise<WireContainer> => (await engine.call('container/start', { container: (await create(params)).id })).container;
    const owner = (params: Wishes = {}): Promise<WireContainer> => started({ name: 'web', network: 'nat', ...params });
    const member = (name: string, params: Wishes = {}): Promise<WireContainer> => started({ name, network: 'container:web', ...params });

    it('have one machine and one network, and each its own files, name, log and limits', async () => {
      const before = calls('HcsCreateComputeSystem').length;
      const web = await owner({ hostName: 'web', memoryBytes: 200 * 1024 ** 2 });
      await member('second', {
        hostName: 'two', command: shell('echo said by two; echo complained >&2; exec /bin/sleep 1000'), memoryBytes: 64 * 1024 ** 2,
        mounts: [{ kind: 'Volume', source: 'kept', target: volume, readOnly: false, noCopy: true }],
      });
      const third = await member('third', { hostName: 'three' });
      expect(third).toMatchObject({ state: 'Running', effectiveIsolation: 'HyperV', network: 'Container', sandboxId: web.id });
      const made = calls('HcsCreateComputeSystem').slice(before);
      expect(made.filter((line) => line.includes('"VirtualMachine"'))).toHaveLength(1);
      expect(made.filter((line) => line.includes(`"HostingSystemId":"${web.id}@vm"`))).toHaveLength(3);
      expect(await simulator.counts()).toMatchObject({ systems: 4 });
      // The machine has the network's adapters once.
      expect(calls('HcsModifyComputeSystem').filter((line) => line.includes(`${web.id}@vm`) && line.includes('Devices/NetworkAdapters/')).length).toBeLessThanOrEqual(1);

      for (const name of ['web', 'second', 'third']) await inside(name, `echo ${name} > /own`);
      for (const name of ['web', 'second', 'third']) expect(await inside(name, 'cat /own')).toBe(name);
      await inside('second', 'echo kept > /volume/file');
      expect(await inside('third', 'ls /volume')).toMatch(/^exit/);
      expect((await logOf('second')).split('\n').toSorted()).toEqual(['complained', 'said by two']);
      expect(await logOf('web')).toBe('');
      const { items } = await engine.call('container/statistics', { containers: ['web', 'second', 'third'] });
      expect(items.map(({ memoryLimitBytes }) => memoryLimitBytes)).toEqual([200 * 1024 ** 2, 64 * 1024 ** 2, null]);

      // The end of one touches no other, gives its place back, and it starts again with what it wrote.
      await engine.call('container/stop', { container: 'second' });
      expect(await state('second')).toMatchObject({ state: 'Exited', exitReason: 'Exited' });
      expect(await inside('third', 'cat /own')).toBe('third');
      await member('fourth');
      await engine.call('container/start', { container: 'second' });
      for (const name of ['web', 'second', 'third']) expect(await inside(name, 'cat /own')).toBe(name);
      expect(await inside('second', 'cat /volume/file')).toBe('kept');
    });

    it('give their own exit codes, and what does not fit in their machine is refused by name', async () => {
      await owner();
      const { id } = await create({ name: 'code', network: 'container:web', command: shell('echo last words; exit 7') });
      for (let round = 0; round < 2; round++) {
        await engine.call('container/start', { container: id });
        expect((await engine.call('container/wait', { container: id })).container).toMatchObject({ state: 'Exited', exitCode: 7, exitReason: 'Exited' });
      }
      expect(await logOf('code')).toBe('last words\nlast words');
      await member('terminal', { terminal: true, command: shell('[ -t 0 ] && echo a terminal; exec /bin/sleep 1000') });
      await expect.poll(() => logOf('terminal'), poll).toContain('a terminal');
      expect(await code(create({ network: 'container:web', ports: ['80:80'] }))).toBe('ParameterInvalid');
      const bigger = await create({ name: 'bigger', network: 'container:web', memoryBytes: 4 * 1024 ** 3 });
      expect(await message(engine.call('container/start', { container: bigger.id }))).toMatch(/the utility VM runs with 1024 MB of memory/);
      expect(await code(member('nothing', { command: ['/no/such/program'] }))).toBe('ExecutableNotFound');
      expect(await state('web')).toMatchObject({ state: 'Running' });
      expect(await inside('web', 'echo still here')).toBe('still here');
    });

    it('end with the container that the machine was made for, and say so; a policy starts them again with it', async () => {
      await owner();
      await member('once');
      await member('again', { restartPolicy: { name: 'Always' } });
      await engine.call('container/stop', { container: 'web' });
      expect(await ended('once')).toMatchObject({ exitCode: expect.any(Number) as number, exitReason: 'MachineEnded' });
      expect(await code(engine.call('container/start', { container: 'once' }))).toBe('ContainerNotRunning');
      await engine.call('container/start', { container: 'web' });
      await expect.poll(async () => (await state('again'))?.state, poll).toBe('Running');
      expect(await inside('again', 'echo here')).toBe('here');
      await engine.call('container/remove', { container: 'web', force: true });
      expect(await ended('again')).toMatchObject({ exitReason: 'MachineEnded' });
      expect(await code(engine.call('container/start', { container: 'once' }))).toBe('ContainerNotFound');
    });

    it('stand still together, and none alone', async () => {
      await owner();
      await member('counts', { command: shell('while :; do echo x; sleep 0.05; done') });
      const grows = async (): Promise<boolean> => {
        const before = (await logOf('counts')).length;
        await delay(1000);
        return (await logOf('counts')).length > before;
      };
      await expect.poll(grows, poll).toBe(true);
      expect(await message(engine.call('container/pause', { container: 'counts' }))).toMatch(/all in it stand still with the container that it was made for/);
      await engine.call('container/pause', { container: 'web' });
      expect((await state('counts'))?.state).toBe('Paused');
      await expect.poll(grows, poll).toBe(false);
      const late = await create({ name: 'late', network: 'container:web' });
      expect(await code(engine.call('container/start', { container: late.id }))).toBe('ContainerPaused');
      await engine.call('container/resume', { container: 'web' });
      await expect.poll(grows, poll).toBe(true);
    });

    it('are all told when the machine is lost, without a code that nobody knows', async () => {
      const web = await owner();
      await member('second');
      writeFileSync(join(simulator.root, 'faults.json'), JSON.stringify({ Faults: [{ Function: '*', SystemExits: `${web.id}@vm`, Times: 1 }] }));
      await engine.call('container/statistics', {}).catch(() => undefined);
      for (const name of ['web', 'second']) expect(await ended(name)).toMatchObject({ exitCode: null, exitReason: 'MachineLost' });
      rmSync(join(simulator.root, 'faults.json'));
      await engine.call('container/start', { container: 'web' });
      await engine.call('container/start', { container: 'second' });
      expect(await inside('second', 'echo here')).toBe('here');
    });

    it.each(['HcsModifyComputeSystem', 'HcsCreateComputeSystem', 'HcsCreateProcess'])('leave nothing of one that fails in %s, and its place to the next', async (failing) => {
      await owner();
      const second = await create({ name: 'second', network: 'container:web' });
      writeFileSync(join(simulator.root, 'faults.json'), JSON.stringify({ Faults: [{ Function: failing, HResult: '0x80370118', Times: 1 }] }));
      expect(await code(engine.call('container/start', { container: second.id }))).not.toBe('done');
      rmSync(join(simulator.root, 'faults.json'));
      expect(await simulator.counts()).toMatchObject({ systems: 2 });
      for (const name of ['second', 'third']) {
        if (name === 'third') await create({ name, network: 'container:web' });
        await engine.call('container/start', { container: name });
        expect(await inside(name, 'echo here')).toBe('here');
      }
    });

    it('outlive the supervisor that held them, and are taken over by the next', async () => {
      await owner();
      await member('second', { command: shell('while [ ! -e /end ]; do sleep 0.1; done; exit 3') });
      await killSupervisor();
      expect(await inside('web', 'echo here')).toBe('here');
      expect(await state('second')).toMatchObject({ state: 'Running' });
      expect(await inside('second', 'echo > /end')).toBe('');
      expect(await ended('second')).toMatchObject({ exitCode: 3, exitReason: 'Exited' });
      await engine.call('container/stop', { container: 'web' });
    });

    it('are of one isolation and one system: a mix is refused and says why, and Auto follows', async () => {
      await owner();
      expect(await message(create({ network: 'container:web', image: other }))).toMatch(/cannot share the network of 'web': that one is in a utility VM with the kernel of another system/);
      expect(await create({ name: 'auto', network: 'container:web', isolation: 'Auto' })).toMatchObject({ effectiveIsolation: 'HyperV' });
      if (image !== 'windows:vm') return;
      expect(await message(create({ network: 'container:web', isolation: 'Process' }))).toMatch(/that one is in a utility VM with a kernel of its own/);
      expect(await code(engine.call('isolation/set', { container: 'auto', isolation: 'Process' }))).toBe('SharingUnsupported');
      await started({ name: 'plain', isolation: 'Process', network: 'None' });
      expect(await message(create({ network: 'container:plain' }))).toMatch(/that one shares this host's kernel/);
      expect(await create({ name: 'beside', network: 'container:plain', isolation: 'Auto' })).toMatchObject({ effectiveIsolation: 'Process' });
      // The support matrix: one build a machine, and older ones alone.
      expect(await message(create({ network: 'container:web', image: 'windows:older' }))).toMatch(/that one's utility VM runs build 20348, and the image is of build 17763/);
      await create({ name: 'old', network: 'None', image: 'windows:older' });
      expect(await create({ name: 'old-too', network: 'container:old', image: 'windows:older' })).toMatchObject({ effectiveIsolation: 'HyperV' });
      await create({ name: 'first', network: 'None', image: 'windows:first' });
      expect(await message(create({ network: 'container:first', image: 'windows:first' }))).toMatch(/a utility VM of build 14393 runs one container/);
      // One that changed afterwards is found at the start.
      await create({ name: 'other', network: 'None' });
      await create({ name: 'joins', network: 'container:other' });
      await engine.call('isolation/set', { container: 'other', isolation: 'Process' });
      await engine.call('container/start', { container: 'other' });
      expect(await code(engine.call('container/start', { container: 'joins' }))).toBe('SharingUnsupported');
    });
  });
});
