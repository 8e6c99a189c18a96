import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, EngineClient } from '../../../build/engine-client.ts';
import { whyNoContainers } from '../../fixtures/busybox-root.ts';
import { buildHcsSimulator, startSimulator, whyNoSimulator, type RunningSimulator } from '../../fixtures/hcs-simulator.ts';
import { simulatedPassword, SimulatedMappings } from '../../fixtures/simulated-mappings.ts';
import { makeWindowsArchive } from './simulated-host.ts';

const reason = whyNoSimulator('linux') ?? whyNoContainers();
const program = join(import.meta.dirname, '../../fixtures/simulated-windows.ts');

describe.skipIf(reason !== undefined)(`an engine of Windows on the simulator${reason === undefined ? '' : `: ${reason}`}`, { timeout: 120_000 }, () => {
  let folder: string;
  let root: string;
  let simulator: RunningSimulator;
  const engines = new Set<EngineClient>();

  const start = async (): Promise<EngineClient> => {
    const engine = await EngineClient.start({ root, command: [process.execPath, program] });
    engines.add(engine);
    return engine;
  };
  const shell = (script: string): string[] => ['/bin/sh', '-c', script];
  const supervisorPid = (): number => (JSON.parse(readFileSync(join(root, 'supervisor.json'), 'utf8')) as { pid: number }).pid;
  const kill = async (pid: number): Promise<void> => {
    process.kill(pid, 'SIGKILL');
    for (;;) {
      try { process.kill(pid, 0); } catch { return; }
      await delay(5);
    }
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silo-windows-'));
    root = join(folder, 'Silo');
    const files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
    Object.assign(process.env, simulator.environment, { SILO_TEST_LIBRARY: files.libraries['computecore.dll'] });
    const engine = await start();
    const archive = makeWindowsArchive(folder, { 'bin/sh': '/bin/busybox', 'bin/sleep': '/bin/busybox', 'bin/cat': '/bin/busybox' }, { Cmd: ['/bin/sh', '-c', 'echo hello'] });
    await engine.call('image/import', { path: archive, reference: 'windows:test' });
  }, 180_000);

  afterAll(async () => {
    const engine = await start();
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    for (const client of engines) await client.close();
    await kill(supervisorPid());
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it('runs a container through its supervisor, keeps its log, and leaves nothing', async () => {
    const engine = await start();
    const { container } = await engine.call('container/create', { image: 'windows:test', name: 'hello' });
    await engine.call('container/start', { container: container.id });
    expect((await engine.call('container/wait', { container: 'hello' })).container).toMatchObject({ state: 'Exited', exitCode: 0, exitReason: 'Exited', effectiveIsolation: 'Process' });
    const lines: string[] = [];
    await engine.call('container/log', { container: 'hello' }, { onItem: (item) => lines.push((item as { text: string }).text) });
    expect(lines).toEqual(['hello']);
    await engine.call('container/remove', { container: 'hello' });
    expect(await simulator.counts()).toMatchObject({ systems: 0, processes: 0, filters: 0, disks: 0 });
  });

  it('loses neither output nor exit code of a container whose engine is killed', async () => {
    const doomed = await start();
    const { container } = await doomed.call('container/create', { image: 'windows:test', name: 'survivor', command: shell('for i in 1 2 3 4 5 6; do echo $i; sleep 0.3; done; exit 4') });
    await doomed.call('container/start', { container: container.id });
    engines.delete(doomed);
    await kill(doomed.process.pid ?? 0);
    const next = await start();
    expect((await next.call('container/wait', { container: 'survivor' })).container).toMatchObject({ exitCode: 4, exitReason: 'Exited' });
    const lines: string[] = [];
    await next.call('container/log', { container: 'survivor' }, { onItem: (item) => lines.push((item as { text: string }).text) });
    expect(lines).toEqual(['1', '2', '3', '4', '5', '6']);
    await next.call('container/remove', { container: 'survivor' });
  });

  it('maps an SMB share for its containers, with one account, and takes it away when nobody needs it any more', async () => {
    const mappings = new SimulatedMappings(process.env['HCS_SIMULATOR_ROOT'] ?? '');
    const engine = await start();
    const share = String.raw`\\files.example\data`;
    const make = async (name: string, secret: string, userName = 'web'): Promise<string> => (await engine.call('container/create', {
      image: 'windows:test', name, command: shell('sleep 1000'), stopTimeoutSeconds: 0,
      mounts: [{ kind: 'Smb', source: '//files.example/data/www', target: String.raw`C:\data`, readOnly: true, credential: { userName, secret } }],
    })).container.id;
    const failure = (container: string): Promise<string | undefined> => engine.call('container/start', { container }).then(() => undefined, errorCode);
    const first = await make('first', 'wrong');
    expect((await engine.call('container/list', { containers: ['first'] })).items[0]?.mounts).toEqual([{ kind: 'Smb', source: String.raw`\\files.example\data\www`, target: String.raw`C:\data`, readOnly: true, userName: 'web' }]);
    expect(await failure(first)).toBe('ShareAccessDenied');
    await engine.call('container/update', { container: first, shareCredential: { userName: 'web', secret: simulatedPassword } });
    expect(await failure(first)).toBeUndefined();
    expect(mappings.all).toEqual({ [share]: 'web' });
    // What is kept on a disk is sealed, and this simulator's seal turns it round.
    const kept = (): readonly string[] => readdirSync(join(root, 'share-credentials')).map((name) => readFileSync(join(root, 'share-credentials', name), 'latin1'));
    expect(kept()).toEqual([Buffer.from(Buffer.from(simulatedPassword).toReversed()).toString('latin1')]);
    const other = await make('other', simulatedPassword, 'somebody');
    expect(await failure(other)).toBe('ShareAccountConflict');
    await engine.call('container/remove', { container: other, force: true });
    engines.delete(engine);
    engine.process.kill('SIGKILL');
    const next = await start();
    await next.call('container/stop', { container: first, force: true });
    expect(mappings.all).toEqual({});
    await mappings.create(share, { userName: 'an administrator', password: simulatedPassword });
    await next.call('container/start', { container: first });
    await next.call('container/remove', { container: first, force: true });
    expect(mappings.all).toEqual({ [share]: 'an administrator' });
    expect(kept()).toEqual([]);
    await mappings.remove(share);
  });

  it('maps the share of a volume for its containers, and keeps its password sealed until the volume goes', async () => {
    const mappings = new SimulatedMappings(process.env['HCS_SIMULATOR_ROOT'] ?? '');
    const engine = await start();
    const kept = (): readonly string[] => readdirSync(join(root, 'share-credentials'));
    const { volume } = await engine.call('volume/create', { name: 'files', share: { source: '//files.example/data/www', credential: { userName: 'web', secret: simulatedPassword } } });
    expect(volume).toMatchObject({ path: String.raw`\\files.example\data\www`, share: { source: String.raw`\\files.example\data\www`, userName: 'web' } });
    const { container: { id } } = await engine.call('container/create', { image: 'windows:test', name: 'reader', command: shell('sleep 1000'), stopTimeoutSeconds: 0, mounts: [{ kind: 'Volume', source: 'files', target: String.raw`C:\data`, readOnly: true }] });
    expect(mappings.all).toEqual({});
    await engine.call('container/start', { container: id });
    expect(mappings.all).toEqual({ [String.raw`\\files.example\data`]: 'web' });
    await engine.call('container/stop', { container: id, force: true });
    expect(mappings.all).toEqual({});
    await engine.call('container/remove', { container: id });
    expect(kept()).toHaveLength(1);
    const mode = engine.call('volume/create', { name: 'other', share: { source: '//files.example/data', mode: 0o700, credential: { userName: 'web', secret: simulatedPassword } } });
    expect(await mode.then(() => undefined, errorCode)).toBe('OptionUnsupported');
    await engine.call('volume/remove', { volume: 'files' });
    expect(kept()).toEqual([]);
  });

  it('keeps logs of a container and of its further processes small', async () => {
    const engine = await start();
    const talk = shell('i=0; while :; do i=$((i+1)); echo "line $i of many that fill this log"; [ $((i % 500)) = 0 ] && sleep 0.1; done');
    const { container: { id } } = await engine.call('container/create', { image: 'windows:test', name: 'talker', command: talk, logLimits: { maximumSizeBytes: 65_536, keptFiles: 2 } });
    await engine.call('container/start', { container: id });
    const { process: { id: further } } = await engine.call('process/start', { container: id, command: talk });
    const own = join(root, 'containers', id);
    const logs = (at: string): readonly string[] => readdirSync(at).filter((name) => name.startsWith('log')).toSorted();
    for (const at of [own, join(own, 'processes', further)]) {
      await expect.poll(() => logs(at), { timeout: 30_000 }).toEqual(['log', 'log.1', 'log.2']);
      await expect.poll(() => readFileSync(join(at, 'log.2'), 'utf8').includes(' line 1 of '), { timeout: 30_000 }).toBe(false);
    }
    await engine.call('process/stop', { container: id, process: further, force: true });
    await engine.call('container/stop', { container: id, force: true });
    for (const which of [{}, { process: further }]) {
      const numbers: number[] = [];
      await engine.call('container/log', { container: id, ...which }, { onItem: (item) => { numbers.push(Number((item as { text: string }).text.split(' ')[1])); } });
      // The first line may have begun in a file that is gone.
      numbers.shift();
      expect(numbers[0]).toBeGreaterThan(1);
      expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    }
    await engine.call('container/remove', { container: id });
  });

  it('gives standard output byte for byte, of a container and of a further process, however small their logs', async () => {
    const engine = await start();
    const talk = shell('i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo 0123456$((i % 10))$((i % 7)); done; echo -n end');
    const taker = () => {
      const taken: Buffer[] = [];
      return { onItem: (item: unknown) => { taken.push(Buffer.from((item as { text: string }).text, 'base64')); }, text: () => Buffer.concat(taken).toString() };
    };
    const expected = `${Array.from({ length: 20_000 }, (_, index) => `0123456${(index + 1) % 10}${(index + 1) % 7}\n`).join('')}end`;
    const whole = { image: 'windows:test', logLimits: { maximumSizeBytes: 65_536, keptFiles: 1 } };
    const [first, second] = [taker(), taker()];
    await engine.call('container/run', { ...whole, outputBytes: true, autoRemove: true, command: talk }, { onItem: first.onItem });
    expect(first.text() === expected).toBe(true);
    const { container: { id } } = await engine.call('container/create', { ...whole, name: 'further', command: ['/bin/sleep', '1000'] });
    await engine.call('container/start', { container: id });
    await engine.call('process/run', { container: id, outputBytes: true, command: talk }, { onItem: second.onItem });
    expect(second.text() === expected).toBe(true);
    await engine.call('container/remove', { container: id, force: true });
  });

  it('never invents the exit code of a container whose supervisor was killed and which ended before the next one came', async () => {
    const engine = await start();
    const { container } = await engine.call('container/create', { image: 'windows:test', name: 'orphan', command: shell('sleep 2; exit 5') });
    await engine.call('container/start', { container: container.id });
    await kill(supervisorPid());
    const looked = (await engine.call('container/list', {})).items.find(({ name }) => name === 'orphan');
    expect(looked).toMatchObject({ state: 'Running', monitored: false });
    await delay(3000);
    const { container: ended } = await engine.call('container/wait', { container: 'orphan' });
    // Where the next supervisor came before the end after all, it knows the code: that is the true one.
    expect(ended.state).toBe('Exited');
    expect([[null, 'MonitorLost'], [5, 'Exited']]).toContainEqual([ended.exitCode, ended.exitReason]);
    await engine.call('container/remove', { container: 'orphan', force: true });
  });

  it('has a new supervisor for the next container when the last one was killed', async () => {
    const engine = await start();
    const { container } = await engine.call('container/create', { image: 'windows:test', name: 'next' });
    await engine.call('container/start', { container: container.id });
    expect((await engine.call('container/wait', { container: 'next' })).container).toMatchObject({ exitCode: 0 });
    await engine.call('container/remove', { container: 'next' });
    await expect.poll(() => simulator.counts(), { timeout: 5000 }).toMatchObject({ systems: 0, processes: 0, filters: 0, disks: 0 });
  });
});
