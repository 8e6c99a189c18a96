import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EngineClient } from '../../../build/engine-client.ts';
import { whyNoContainers } from '../../fixtures/busybox-root.ts';
import { buildHcsSimulator, simulatorBuildTimeout, startSimulator, whyNoSimulator, type RunningSimulator } from '../../fixtures/hcs-simulator.ts';
import { expectNothingLeft } from '../../fixtures/nothing-left.ts';
import { whyNoLoops } from '../../fixtures/loop-devices.ts';
import { makeLinuxArchive } from './simulated-host.ts';

const reason = whyNoSimulator('linux') ?? whyNoContainers() ?? whyNoLoops();
const program = join(import.meta.dirname, '../../fixtures/simulated-windows.ts');

describe.skipIf(reason !== undefined)(`Linux containers on a Windows host, on the simulator${reason === undefined ? '' : `: ${reason}`}`, { timeout: 120_000 }, () => {
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
  const snapshots = (): readonly string[] => readdirSync(join(root, 'snapshots/linux')).filter((name) => /^\d+$/.test(name));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silo-lcow-'));
    root = join(folder, 'Silo');
    mkdirSync(join(folder, 'boot'));
    for (const name of ['vmlinux', 'rootfs.vhd']) writeFileSync(join(folder, 'boot', name), '');
    const files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
    Object.assign(process.env, simulator.environment, { SILO_TEST_LIBRARY: files.libraries['computecore.dll'], SILO_TEST_HYPERVISOR: '1', SILO_TEST_LINUX: join(folder, 'boot'), HCS_SIMULATOR_LOG: join(folder, 'calls.log') });
    engine = await EngineClient.start({ root, command: [process.execPath, program] });
    await engine.call('image/import', { path: makeLinuxArchive(folder, { Cmd: shell('cat /data.txt; echo error >&2; exit 7') }), reference: 'linux:test' });
  }, simulatorBuildTimeout);

  afterEach(async () => {
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    await expectNothingLeft(simulator, 'networks');
    if (snapshots().length !== 2) throw new Error(`left beside the two layers of the image: ${snapshots().join(', ')}`);
  });

  afterAll(async () => {
    const supervisor = (JSON.parse(readFileSync(join(root, 'supervisor.json'), 'utf8')) as { pid: number }).pid;
    await engine.close();
    process.kill(supervisor, 'SIGKILL');
    for (let runs = true; runs; await delay(5)) try { process.kill(supervisor, 0); } catch { runs = false; }
    for (const name of ['SILO_TEST_HYPERVISOR', 'SILO_TEST_LINUX', 'HCS_SIMULATOR_LOG']) delete process.env[name];
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it('run in a utility VM that mounts the layers of their image, keep output and exit code, and leave nothing', async () => {
    const { container: made } = await engine.call('container/create', { image: 'linux:test', name: 'hello' });
    expect(made).toMatchObject({ isolation: 'Auto', effectiveIsolation: 'HyperV' });
    await engine.call('container/start', { container: 'hello' });
    expect((await engine.call('container/wait', { container: 'hello' })).container).toMatchObject({ state: 'Exited', exitCode: 7, exitReason: 'Exited' });
    expect((await logOf('hello')).toSorted()).toEqual(['error', 'from the upper layer']);
    const given = calls('HcsModifyComputeSystem').join('\n').replaceAll('\\', '');
    expect(given).toContain('"ResourceType":"CombinedLayers"');
    // The guest lets go of the disk, layers first, before its machine is ended.
    const released = given.split('\n').filter((line) => line.includes('"RequestType":"Remove"')).map((line) => /CombinedLayers|MappedVirtualDisk/.exec(line)?.[0]);
    // Whoever takes the task away meanwhile asks too.
    expect(released).toEqual(expect.arrayContaining(['CombinedLayers', 'MappedVirtualDisk']));
    expect(released[0]).toBe('CombinedLayers');
    expect(given.match(/snapshots\/linux\/\d+\/layer\.vhd/g)).toHaveLength(2);
    for (const key of snapshots()) if (existsSync(join(root, 'snapshots/linux', key, 'layer.vhd'))) execFileSync('e2fsck', ['-fn', join(root, 'snapshots/linux', key, 'layer.vhd')], { stdio: 'pipe' });
  });

  it('see the files of all layers, without those that a higher one deleted', async () => {
    await engine.call('container/create', { image: 'linux:test', name: 'files', command: shell('ls / | tr "\\n" " "; ls -a /folder; ls -ln /etc/owned; readlink /link; test -u /etc/owned && echo setuid') });
    expect(await run('files')).toEqual([expect.stringMatching(/^bin data\.txt dev etc folder link (proc )?\.$/), '..', 'new', expect.stringMatching(/^-rwsr-xr-x +1 1234 +5678 +5 .*\/etc\/owned$/), '/etc/owned', 'setuid']);
  });

  it('keep what they write from one start to the next, and from each other', async () => {
    const command = shell('cat /notes.txt; echo line >> /notes.txt; rm -f /data.txt; ls /data.txt');
    for (const name of ['one', 'two']) await engine.call('container/create', { image: 'linux:test', name, command: shell(`${command[2] ?? ''}; exit 0`) });
    await run('one');
    expect((await run('one')).filter((line) => line === 'line')).toEqual(['line']);
    expect((await run('two')).filter((line) => line === 'line')).toEqual([]);
  });

  it('take a network, further processes, statistics and a signal', async () => {
    await engine.call('container/create', { image: 'linux:test', name: 'server', network: 'nat', command: shell('sleep 60') });
    const { container: { ipAddress } } = await engine.call('container/start', { container: 'server' });
    expect(ipAddress).not.toBeNull();
    expect(calls('HcsModifyComputeSystem').some((line) => line.includes('Devices/NetworkAdapters/') && line.includes(String(ipAddress)))).toBe(true);
    expect((await engine.call('container/statistics', {})).items).toMatchObject([{ name: 'server', processCount: expect.any(Number) as number }]);
    expect((await engine.call('process/run', { container: 'server', command: shell('test -f /bin/busybox && exit 3') })).process.exitCode).toBe(3);
    expect((await engine.call('container/stop', { container: 'server', timeoutSeconds: 1 })).container.state).toBe('Exited');
  });

  it('are committed as images, with what they changed, added and deleted', async () => {
    await engine.call('container/create', { image: 'linux:test', name: 'changed', command: shell('echo new > /new.txt; echo changed > /data.txt; rm /link; sleep 60') });
    await engine.call('container/start', { container: 'changed' });
    await expect(engine.call('container/commit', { container: 'changed', reference: 'linux:changed' })).rejects.toThrow(/in use/i);
    await engine.call('container/stop', { container: 'changed', timeoutSeconds: 1 });
    await engine.call('container/commit', { container: 'changed', reference: 'linux:changed' });
    const { items } = await engine.call('image/history', { image: 'linux:changed' });
    expect(items[0]).toMatchObject({ sizeBytes: 'new\nchanged\n'.length });
    await engine.call('container/create', { image: 'linux:changed', name: 'again', command: shell('cat /new.txt /data.txt; test -e /link || echo gone') });
    expect(await run('again')).toEqual(['new', 'changed', 'gone']);
    await engine.call('container/remove', { container: 'again' });
    await engine.call('container/remove', { container: 'changed' });
    await engine.call('image/remove', { image: 'linux:changed' });
  });

  it('have a disk of the size that is asked for', async () => {
    await engine.call('container/create', { image: 'linux:test', name: 'small', storageBytes: 32 * 1024 ** 2, command: shell(`cat ${'/bin/busybox '.repeat(20)} > /large 2>/error || echo full`) });
    expect(await run('small')).toEqual(['full']);
  });

  it('take a volume where the image has nothing, and refuse one that would lack what it has', async () => {
    await engine.call('container/create', { image: 'linux:test', name: 'kept', mounts: [{ kind: 'Volume', source: 'kept', target: '/kept', readOnly: false }], command: shell('cat /kept/file; echo x > /kept/file') });
    await run('kept');
    expect(await run('kept')).toContain('x');
    await engine.call('container/create', { image: 'linux:test', name: 'filled', mounts: [{ kind: 'Volume', source: 'filled', target: '/etc', readOnly: false }] });
    await expect(engine.call('container/start', { container: 'filled' })).rejects.toThrow(/this host does not see them; mount it without copying/);
  });

  it('are what process isolation refuses, with the reason', async () => {
    await expect(engine.call('container/create', { image: 'linux:test', name: 'no', isolation: 'Process' })).rejects.toThrow(/Linux images need a Linux kernel, which on Windows only a utility VM has/);
  });
});
