import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EngineClient } from '../../../build/engine-client.ts';
import { whyNoContainers } from '../../fixtures/busybox-root.ts';
import { buildHcsSimulator, simulatorBuildTimeout, startSimulator, whyNoSimulator, type RunningSimulator } from '../../fixtures/hcs-simulator.ts';
import { expectNothingLeft } from '../../fixtures/nothing-left.ts';
import { makeWindowsArchive } from './simulated-host.ts';

const reason = whyNoSimulator('linux') ?? whyNoContainers();
const program = join(import.meta.dirname, '../../fixtures/simulated-windows.ts');

describe.skipIf(reason !== undefined)(`Hyper-V isolation on the simulator${reason === undefined ? '' : `: ${reason}`}`, { timeout: 120_000 }, () => {
  let folder: string;
  let root: string;
  let simulator: RunningSimulator;
  let engine: EngineClient;

  const shell = (script: string): string[] => ['/bin/sh', '-c', script];
  const logOf = async (container: string): Promise<readonly string[]> => {
    const lines: string[] = [];
    await engine.call('container/log', { container }, { onItem: (item) => lines.push((item as { text: string }).text) });
    return lines;
  };
  const run = async (name: string): Promise<readonly string[]> => {
    await engine.call('container/start', { container: name });
    expect((await engine.call('container/wait', { container: name })).container).toMatchObject({ state: 'Exited', exitReason: 'Exited', exitCode: 0 });
    return logOf(name);
  };
  const calls = (name: string): readonly string[] => readFileSync(join(folder, 'calls.log'), 'utf8').split('\n').filter((line) => line.includes(`"${name}"`));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silo-hyperv-'));
    root = join(folder, 'Silo');
    const files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
    Object.assign(process.env, simulator.environment, { SILO_TEST_LIBRARY: files.libraries['computecore.dll'], SILO_TEST_HYPERVISOR: '1', HCS_SIMULATOR_LOG: join(folder, 'calls.log') });
    engine = await EngineClient.start({ root, command: [process.execPath, program] });
    const programs = { 'tools/notes': fileURLToPath(import.meta.url), ...Object.fromEntries(['sh', 'sleep', 'cat', 'ls'].map((name) => [`bin/${name}`, '/bin/busybox'])) };
    for (const [reference, image] of Object.entries({
      'windows:vm': { withUtilityVm: true },
      'windows:older': { withUtilityVm: true, osVersion: '10.0.17763.1' },
      'windows:plain': {},
    })) {
      await engine.call('image/import', { path: makeWindowsArchive(folder, programs, { Cmd: shell('cat /data.txt; echo error >&2; exit 7') }, image), reference });
    }
  }, simulatorBuildTimeout);

  afterEach(async () => {
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    await expectNothingLeft(simulator, 'networks');
  });

  afterAll(async () => {
    const supervisor = (JSON.parse(readFileSync(join(root, 'supervisor.json'), 'utf8')) as { pid: number }).pid;
    await engine.close();
    process.kill(supervisor, 'SIGKILL');
    for (let runs = true; runs; await delay(5)) try { process.kill(supervisor, 0); } catch { runs = false; }
    delete process.env['SILO_TEST_HYPERVISOR'];
    delete process.env['HCS_SIMULATOR_LOG'];
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it('is offered beside process isolation on a host with a hypervisor', async () => {
    expect((await engine.call('isolation/get', {})).available.map(({ isolation, available }) => [isolation, available])).toEqual([['Process', true], ['HyperV', true]]);
  });

  it("runs a container in a utility VM that starts from the image's files, keeps its output and exit code, and leaves nothing", async () => {
    await engine.call('container/create', { image: 'windows:vm', name: 'hello', isolation: 'HyperV' });
    await engine.call('container/start', { container: 'hello' });
    expect((await engine.call('container/wait', { container: 'hello' })).container).toMatchObject({ state: 'Exited', exitCode: 7, exitReason: 'Exited', effectiveIsolation: 'HyperV' });
    expect((await logOf('hello')).toSorted()).toEqual(['error', 'from the image']);
    const made = calls('HcsCreateComputeSystem').join('\n').replaceAll('\\', '');
    expect(made).toMatch(/"Name":"os","Path":"[^"]*\/snapshots\/\d+\/layer\/UtilityVM\/Files"/);
    const share = /"Name":"os","Path":"([^"]*)"/.exec(made)?.[1] ?? '';
    expect(existsSync(join(share, 'EFI/Microsoft/Boot/bootmgfw.efi'))).toBe(true);
    expect(made).toContain('"HostingSystemId"');
  });

  it('measures one that runs, runs a command in it, and stops it', async () => {
    await engine.call('container/create', { image: 'windows:vm', name: 'server', isolation: 'HyperV', network: 'nat', command: shell('sleep 60') });
    await engine.call('container/start', { container: 'server' });
    const { items } = await engine.call('container/statistics', {});
    expect(items).toMatchObject([{ name: 'server', processCount: expect.any(Number) as number }]);
    const { process: ran } = await engine.call('process/run', { container: 'server', command: shell('exit 3') });
    expect(ran.exitCode).toBe(3);
    const { container: { ipAddress } } = await engine.call('container/start', { container: 'server' });
    const adapters = calls('HcsModifyComputeSystem').filter((line) => line.includes('Devices/NetworkAdapters/'));
    expect([ipAddress === null, adapters.length > 0]).toEqual([false, true]);
    const { container } = await engine.call('container/stop', { container: 'server', timeoutSeconds: 1 });
    expect(container.state).toBe('Exited');
  });

  it.each(['Process', 'HyperV'] as const)('gives a container of %s isolation its credential specification, and takes it back at its end and when it is removed', async (isolation) => {
    const spec = { CmsPlugins: ['ActiveDirectory'], DomainJoinConfig: { DnsName: `${isolation}.example` }, ActiveDirectoryConfig: { GroupManagedServiceAccounts: [{ Name: 'WebApp01', Scope: 'contoso.com' }] } };
    const { container, warning } = await engine.call('container/create', { image: 'windows:vm', name: 'account', isolation, hostName: 'web', credentialSpec: JSON.stringify(spec, null, 2), command: shell('sleep 60') });
    expect([container.hasCredentialSpec, warning]).toEqual([true, expect.stringContaining('host name')]);
    expect(JSON.stringify(container)).not.toContain('WebApp01');
    const [madeBefore, askedBefore] = [calls('HcsCreateComputeSystem').length, calls('HcsModifyComputeSystem').length];
    await engine.call('container/start', { container: 'account' });
    expect(await simulator.counts()).toMatchObject({ credentials: 1 });
    const [transport, inMachine] = isolation === 'Process' ? ['LRPC', 0] : ['HvSocket', 1];
    const documents = calls('HcsCreateComputeSystem').slice(madeBefore).map((line) => line.replaceAll('\\', '')).filter((line) => line.includes('"ContainerCredentialGuard"'));
    expect(documents).toHaveLength(1);
    expect(documents[0]).toContain(`"Transport":"${transport}"`);
    expect(documents[0]).toContain(`"DnsName":"${isolation}.example"`);
    expect(documents[0]?.includes('"HostedSystem"')).toBe(isolation === 'HyperV');
    expect(calls('HcsModifyComputeSystem').slice(askedBefore).filter((line) => line.includes('HvSocketConfig/ServiceTable/'))).toHaveLength(inMachine);
    await engine.call('container/stop', { container: 'account', timeoutSeconds: 1 });
    await expect.poll(async () => (await simulator.counts())['credentials']).toBe(0);
    await engine.call('container/start', { container: 'account' });
    const supervisor = (JSON.parse(readFileSync(join(root, 'supervisor.json'), 'utf8')) as { pid: number }).pid;
    process.kill(supervisor, 'SIGKILL');
    for (let runs = true; runs; await delay(5)) try { process.kill(supervisor, 0); } catch { runs = false; }
    expect(await simulator.counts()).toMatchObject({ credentials: 1 });
    await engine.call('container/remove', { container: 'account', force: true });
    await expectNothingLeft(simulator, 'networks');
  });

  it("gives a container of process isolation devices by the class of their interface, and refuses them elsewhere", async () => {
    const gpu = 'class/5B45201D-F2F2-4F3B-85BB-30FF1F953599';
    const create = (isolation: 'Process' | 'HyperV', devices: readonly string[]): Promise<string> =>
      engine.call('container/create', { image: 'windows:vm', name: 'gpu', isolation, devices: [...devices], command: shell('exit 0') }).then(() => 'done', (error: Error) => error.message);
    expect(await create('HyperV', [gpu])).toMatch(/devices is not supported.*containers that share its kernel/);
    expect(await create('Process', ['/dev/fuse'])).toMatch(/class\/<GUID>/);
    expect(await create('Process', [gpu, gpu.replace('class/', 'class/{').concat('}')])).toMatch(/two of them/);
    expect(await create('Process', [gpu])).toBe('done');
    await run('gpu');
    const made = calls('HcsCreateComputeSystem').at(-1)?.replaceAll('\\', '');
    await engine.call('isolation/set', { container: 'gpu', isolation: 'HyperV' });
    expect(await engine.call('container/start', { container: 'gpu' }).then(() => 'done', (error: Error) => error.message)).toMatch(/devices is not supported/);
    expect(made).toContain('"AssignedDevices":[{"InterfaceClassGuid":"5b45201d-f2f2-4f3b-85bb-30ff1f953599"}]');
  });

  it('keeps the files of a stopped container whose isolation is changed, there and back', async () => {
    await engine.call('container/create', { image: 'windows:vm', name: 'moved', isolation: 'Process', command: shell('cat /data.txt /notes.txt; echo more >> /notes.txt') });
    await engine.call('container/start', { container: 'moved' });
    await engine.call('container/wait', { container: 'moved' });
    expect(await engine.call('isolation/set', { container: 'moved', isolation: 'HyperV' })).toMatchObject({ effectiveIsolation: 'HyperV' });
    expect((await run('moved')).slice(-2)).toEqual(['from the image', 'more']);
    expect(await engine.call('isolation/set', { container: 'moved', isolation: 'Process' })).toMatchObject({ effectiveIsolation: 'Process' });
    expect((await run('moved')).slice(-3)).toEqual(['from the image', 'more', 'more']);
  });

  it('is what Auto falls to for an older image, with a warning', async () => {
    const { container, warning } = await engine.call('container/create', { image: 'windows:older', name: 'older' });
    expect(container.effectiveIsolation).toBe('HyperV');
    expect(warning).toMatch(/HyperV isolation is used/);
    await engine.call('container/start', { container: 'older' });
    expect((await engine.call('container/wait', { container: 'older' })).container.exitCode).toBe(7);
  });

  it('refuses an image without a utility VM, and leaves nothing of the attempt', async () => {
    await engine.call('container/create', { image: 'windows:plain', name: 'plain', isolation: 'HyperV' });
    await expect(engine.call('container/start', { container: 'plain' })).rejects.toThrow(/no layer of the image has a utility VM/);
  });

  it('fills a new volume with what the image has at its place, before the machine takes the files', async () => {
    await engine.call('container/create', { image: 'windows:vm', name: 'filled', isolation: 'HyperV', mounts: [{ kind: 'Volume', source: 'tools', target: 'C:\\tools', readOnly: false }], command: shell('ls /tools; echo x > /tools/written') });
    expect(await run('filled')).toEqual(['notes']);
    expect(await run('filled')).toEqual(['notes', 'notes', 'written']);
  });

  it('tells the changes of a container that has ended, and refuses them of one that runs', async () => {
    await engine.call('container/create', { image: 'windows:vm', name: 'changed', isolation: 'HyperV', command: shell('echo new > /new.txt; sleep 60') });
    await engine.call('container/start', { container: 'changed' });
    await expect(engine.call('container/commit', { container: 'changed', reference: 'windows:changed' })).rejects.toThrow(/in use/i);
    await engine.call('container/stop', { container: 'changed', timeoutSeconds: 1 });
    await engine.call('container/commit', { container: 'changed', reference: 'windows:changed' });
    await engine.call('container/create', { image: 'windows:changed', name: 'again', isolation: 'HyperV', command: shell('cat /new.txt') });
    expect(await run('again')).toEqual(['new']);
  });
});
