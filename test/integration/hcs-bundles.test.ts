import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bindComputeStorage } from '../../native/computestorage.ts';
import { WindowsFiles } from '../../native/kernel32-files.ts';
import { VirtualDisks } from '../../native/virtdisk.ts';
import { makeBusyboxRoot } from '../fixtures/busybox-root.ts';
import { buildHcsSimulator, simulatorBuildTimeout, startSimulator, whyNoSimulator, type RunningSimulator } from '../fixtures/hcs-simulator.ts';
import { expectNothingLeft } from '../fixtures/nothing-left.ts';
import { skipReason, whyNoMounts } from '../fixtures/temporary-folder.ts';

const main = join(import.meta.dirname, '../fixtures/child-bundles.ts');
const whyNot = whyNoSimulator('linux') ?? (process.geteuid?.() !== 0 ? 'root file systems need root' : existsSync('/bin/busybox') ? undefined : 'missing: /bin/busybox');
const testTimeout = 120_000;

describe.skipIf(skipReason('OCI bundles on HCS', whyNot))('the silo command over OCI bundles on the HCS simulator', () => {
  let folder: string;
  let root: string;
  let simulator: RunningSimulator;
  let environment: NodeJS.ProcessEnv;
  let count = 0;
  beforeAll(async () => {
    const files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
    folder = mkdtempSync(join(tmpdir(), 'silo-hcs-bundles-'));
    root = join(folder, 'bundles', 'default');
    for (const name of ['boot', 'layer', 'data']) mkdirSync(join(folder, name), { recursive: true });
    makeRoot(join(folder, 'layer/layer.vhd'));
    for (const name of ['boot/vmlinux', 'boot/initrd.img']) writeFileSync(join(folder, name), '');
    writeFileSync(join(folder, 'data/file'), 'of the host\n');
    environment = { ...process.env, ...simulator.environment, SILO_BUNDLES: JSON.stringify({ folder, library: files.libraries['computecore.dll'], vmCompute: files.libraries['vmcompute.dll'] }) };
  }, simulatorBuildTimeout);
  afterEach(async () => {
    for (const id of existsSync(root) ? readdirSync(root) : []) if (id !== 'locks') silo('delete', '--force', id);
    await expectNothingLeft(simulator);
    const left = readdirSync(root).filter((name) => name !== 'locks');
    if (left.length > 0) throw new Error(`left: ${left.join(', ')}`);
  }, testTimeout);
  afterAll(async () => {
    await simulator?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const silo = (...args: readonly string[]): SpawnSyncReturns<string> => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env: environment, timeout: 60_000 });
  /** With streams that nobody waits for: a shim keeps them. */
  const siloApart = (...args: readonly string[]): { readonly status: number | null; readonly output: string } => {
    const path = join(folder, 'output');
    const file = openSync(path, 'w');
    try {
      return { status: spawnSync(process.execPath, [main, ...args], { stdio: ['ignore', file, file], env: environment, timeout: 60_000 }).status, output: readFileSync(path, 'utf8') };
    } finally {
      closeSync(file);
    }
  };
  const refused = (code: string): object => expect.objectContaining({ status: 1, stderr: expect.stringContaining(`silo: ${code}: `) as string }) as object;

  /** A busybox root, which to the simulator is a disk too. */
  const makeRoot = (path: string): string => {
    const files = makeBusyboxRoot(path);
    // A shell wants this of what it starts in the background.
    mkdirSync(join(files, 'dev'));
    writeFileSync(join(files, 'dev/null'), '');
    return files;
  };
  /** A bundle for a Linux machine, or for this host's own kernel, that runs a script. */
  const bundle = (script: string, changes: object = {}, kind: 'linux' | 'process' = 'linux'): { readonly id: string; readonly path: string } => {
    count += 1;
    const id = `bundle-${count}`;
    const path = join(folder, id);
    const files = join(path, 'scratch', 'sandbox.vhdx');
    if (kind === 'linux') mkdirSync(files, { recursive: true });
    else makeRoot(files);
    writeFileSync(join(path, 'config.json'), JSON.stringify({
      ociVersion: '1.0.2',
      process: { user: { uid: 0, gid: 0 }, args: ['/bin/sh', '-c', script], env: ['PATH=/bin'], cwd: '/' },
      windows: { layerFolders: [join(folder, 'layer'), 'scratch'] },
      ...(kind === 'linux' ? { linux: { namespaces: [{ type: 'pid' }, { type: 'mount' }] } } : { root: { path: files } }),
      ...changes,
    }));
    return { id, path };
  };
  const statusOf = (id: string): string => (JSON.parse(silo('state', id).stdout) as { status: string }).status;
  const shimOf = (id: string): number => (JSON.parse(silo('state', id).stdout) as { pid: number }).pid;
  const untilTerm = 'trap "exit 9" TERM; echo up; while :; do sleep 0.05; done';

  it.each(['linux', 'process'] as const)("runs a bundle (%s) with its own streams, and ends with the container's exit code", (kind) => {
    const { id, path } = bundle('read line; echo "got $line"; echo oops >&2; exit 7', {}, kind);
    const ended = spawnSync(process.execPath, [main, 'run', '-b', path, id], { encoding: 'utf8', input: 'hello\n', env: environment, timeout: 60_000 });
    expect(ended).toMatchObject({ status: 7, stdout: 'got hello\n', stderr: 'oops\n' });
    expect(silo('state', id)).toEqual(refused('ContainerNotFound'));
  }, testTimeout);

  it.skipIf(whyNoMounts())("mounts the scratch of a bundle that names no volume, over its layers, and takes it away with the container", async () => {
    Object.assign(process.env, simulator.environment);
    const { libraries } = await buildHcsSimulator({ target: 'linux' });
    const [storage, disks, files] = [bindComputeStorage(libraries['computestorage.dll']), new VirtualDisks(libraries['virtdisk.dll']), new WindowsFiles(libraries['computestorage.dll'])];
    const layer = join(folder, 'base');
    makeRoot(join(layer, 'Files'));
    mkdirSync(join(layer, 'Files/Windows/System32/config'), { recursive: true });
    for (const hive of ['DEFAULT', 'SAM', 'SECURITY', 'SOFTWARE', 'SYSTEM']) writeFileSync(join(layer, 'Files/Windows/System32/config', hive), hive);
    expect(storage.HcsSetupBaseOSLayer.now(layer, 0n, '{"Type":"Container"}')).toBe(0);
    const { id, path } = bundle('cat /written 2>/dev/null; echo more >> /written', { root: undefined, windows: { layerFolders: [layer, 'scratch'] } }, 'process');
    const disk = join(path, 'scratch', 'sandbox.vhdx');
    rmSync(disk, { recursive: true });
    expect(silo('run', '-b', path, id)).toEqual(refused('PathNotFound'));
    const made = disks.create(disk, { sizeBytes: 64 * 1024 ** 2 });
    expect(storage.HcsFormatWritableLayerVhd.now(made)).toBe(0);
    files.close(made);
    for (const output of ['', 'more\n']) expect(silo('run', '-b', path, id)).toMatchObject({ status: 0, stdout: output, stderr: '' });
    expect(await simulator.counts()).toMatchObject({ disks: 0, filters: 0 });
    expect(siloApart('create', '-b', path, id)).toEqual({ status: 0, output: '' });
    expect(await simulator.counts()).toMatchObject({ disks: 1, filters: 1 });
    expect((JSON.parse(silo('state', id).stdout) as { rootfs: string }).rootfs).toContain('volumes');
    // What another has is neither taken nor taken away.
    expect(silo('create', '-b', path, 'another')).toEqual(refused('ComputeResourceBusy'));
    expect(await simulator.counts()).toMatchObject({ disks: 1, filters: 1 });
    expect(silo('delete', '--force', id).status).toBe(0);
    expect(await simulator.counts()).toMatchObject({ disks: 0, filters: 0, diskHandles: 0 });
  }, testTimeout);

  it('writes all of a long output before it ends', () => {
    const { id, path } = bundle('i=0; while [ $i -lt 20000 ]; do echo "line $i of many"; i=$((i+1)); done');
    const lines = silo('run', '-b', path, id).stdout.split('\n');
    expect([lines.length, lines.at(-2)]).toEqual([20_001, 'line 19999 of many']);
  }, testTimeout);

  it('passes a signal on to the container', async () => {
    const { id, path } = bundle(untilTerm);
    const child = spawn(process.execPath, [main, 'run', '-b', path, id], { stdio: ['ignore', 'pipe', 'inherit'], env: environment });
    const ended = new Promise((resolve) => { child.once('close', resolve); });
    await new Promise((resolve) => { child.stdout.once('data', resolve); });
    child.kill('SIGTERM');
    expect(await ended).toBe(9);
  }, testTimeout);

  it('creates, starts, freezes, lists, looks into, ends and deletes a container', async () => {
    const { id, path } = bundle(untilTerm, { annotations: { a: 'b' } });
    expect(siloApart('--owner', 'me', 'create', '--bundle', path, '--pid-file', join(path, 'pid'), id)).toEqual({ status: 0, output: '' });
    const pid = Number(readFileSync(join(path, 'pid'), 'utf8'));
    expect(JSON.parse(silo('state', id).stdout)).toEqual({ ociVersion: '1.0.2', id, pid, status: 'created', bundle: path, rootfs: '', created: expect.stringMatching(/^\d{4}-.*Z$/) as string, annotations: { a: 'b' }, owner: 'me' });
    expect(silo('exec', id, 'true')).toEqual(refused('ContainerNotRunning'));
    expect(silo('start', id).status).toBe(0);
    expect(silo('start', id)).toEqual(refused('ComputeSystemStateInvalid'));
    expect(statusOf(id)).toBe('running');
    const processes = JSON.parse(silo('ps', id).stdout) as readonly number[];
    expect(processes.length).toBeGreaterThan(0);
    expect(silo('ps', '-f', 'table', id).stdout).toMatch(new RegExp(`^PID +CREATED +IMAGE\n${processes[0]} `));
    expect(silo('exec', '--env', 'A=1 2', '--cwd', '/www', '--user', '100:101', id, 'sh', '-c', 'echo "$A $PWD $(id -u):$(id -g)"; exit 3')).toMatchObject({ status: 3, stdout: '1 2 /www 100:101\n' });
    expect(silo('exec', id, 'no-such-program')).toEqual(refused('ExecutableNotFound'));
    expect(silo('pause', id).status).toBe(0);
    expect(silo('list').stdout).toMatch(new RegExp(`^ID +PID +STATUS +BUNDLE +CREATED +OWNER\n${id} +${pid} +paused +${path} +\\S+ +me\n$`));
    expect(silo('exec', id, 'true')).toEqual(refused('ContainerPaused'));
    expect(silo('resume', id).status).toBe(0);
    expect(silo('delete', id)).toEqual(refused('ContainerRunning'));
    expect(silo('kill', id, 'SIGFOO')).toEqual(refused('SignalInvalid'));
    expect(silo('kill', id)).toMatchObject({ status: 0, stderr: '' });
    await expect.poll(() => statusOf(id), { timeout: 20_000 }).toBe('stopped');
    expect(silo('kill', id)).toEqual(refused('ContainerNotRunning'));
    expect(silo('list', '-q').stdout).toBe(`${id}\n`);
    expect(JSON.parse(silo('list', '-f', 'json').stdout)).toMatchObject([{ id, status: 'stopped', pid: 0 }]);
    expect(silo('delete', id)).toMatchObject({ status: 0, stderr: '' });
    expect(silo('list', '-q').stdout).toBe('');
    expect(silo('delete', id)).toEqual(refused('ContainerNotFound'));
    expect(silo('delete', '--force', id).status).toBe(0);
  }, testTimeout);

  it('runs a container and further processes apart from the caller, by process documents too', async () => {
    const { id, path } = bundle(untilTerm, {}, 'process');
    expect(siloApart('run', '-d', '-b', path, id)).toMatchObject({ status: 0 });
    await expect.poll(() => readFileSync(join(folder, 'output'), 'utf8'), { timeout: 20_000 }).toBe('up\n');
    const document = join(path, 'process.json');
    writeFileSync(document, JSON.stringify({ args: ['sh', '-c', 'echo done > /tmp/mark; sleep 0.2'], cwd: '/', env: ['PATH=/bin'] }));
    expect(siloApart('exec', '-d', '--process', document, '--pid-file', join(path, 'exec.pid'), id)).toEqual({ status: 0, output: '' });
    expect(Number(readFileSync(join(path, 'exec.pid'), 'utf8'))).toBeGreaterThan(0);
    await expect.poll(() => existsSync(join(path, 'scratch/sandbox.vhdx/tmp/mark')), { timeout: 20_000 }).toBe(true);
    expect(silo('kill', id, 'KILL').status).toBe(0);
    await expect.poll(() => statusOf(id), { timeout: 20_000 }).toBe('stopped');
  }, testTimeout);

  it('gives a container folders of the host', () => {
    const { id, path } = bundle('cat /data/file', { mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }, { destination: '/data', type: 'bind', source: '../data', options: ['ro'] }] });
    expect(silo('run', '-b', path, id)).toMatchObject({ status: 0, stdout: 'of the host\n', stderr: '' });
  }, testTimeout);

  it("puts further containers into a container's utility VM, each with a place of its own, and takes back what they were given", () => {
    const { id, path } = bundle(untilTerm, { annotations: { 'io.kubernetes.cri.container-type': 'sandbox', 'io.kubernetes.cri.sandbox-id': `bundle-${count + 1}` } });
    expect(siloApart('run', '-d', '-b', path, id).status).toBe(0);
    const second = bundle('echo second', { annotations: { 'io.kubernetes.cri.container-type': 'container', 'io.kubernetes.cri.sandbox-id': id } });
    expect(silo('run', '-b', second.path, second.id)).toMatchObject({ status: 0, stdout: 'second\n' });
    const third = bundle('echo third');
    expect(silo('run', '--host', id, '-b', third.path, third.id)).toMatchObject({ status: 0, stdout: 'third\n' });
    expect(silo('run', '--host', third.id, '-b', third.path, 'x')).toEqual(refused('ContainerNotFound'));
    expect(statusOf(id)).toBe('running');
  }, testTimeout);

  it('leaves what can be deleted where a shim was killed', async () => {
    const { id, path } = bundle('exec sleep 1000');
    expect(siloApart('run', '-d', '-b', path, id).status).toBe(0);
    process.kill(shimOf(id), 'SIGKILL');
    expect(statusOf(id)).toBe('running');
    expect(silo('kill', id, '9').status).toBe(0);
    await expect.poll(() => statusOf(id), { timeout: 20_000 }).toBe('stopped');
    expect(silo('delete', id).status).toBe(0);
  }, testTimeout);

  it('can no more start a created container whose shim was killed', async () => {
    const { id, path } = bundle('true');
    expect(siloApart('create', '-b', path, id).status).toBe(0);
    process.kill(shimOf(id), 'SIGKILL');
    await expect.poll(() => statusOf(id), { timeout: 20_000 }).toBe('stopped');
    expect(silo('start', id)).toEqual(refused('ComputeSystemStateInvalid'));
    expect(silo('delete', id).status).toBe(0);
  }, testTimeout);

  it('leaves nothing of a container that cannot be started, and says why', () => {
    const { id, path } = bundle('', { process: { args: ['/no/such'], cwd: '/', env: [], user: { uid: 0, gid: 0 } } });
    expect(silo('run', '-b', path, id)).toEqual(refused('ExecutableNotFound'));
    expect(siloApart('run', '-d', '-b', path, id)).toMatchObject({ status: 1, output: expect.stringContaining('ExecutableNotFound') as string });
    expect(silo('list', '-q').stdout).toBe('');
  }, testTimeout);

  it('leaves the container alone whose id is taken', () => {
    const { id, path } = bundle(untilTerm);
    expect(siloApart('create', '-b', path, id).status).toBe(0);
    expect(silo('create', '-b', path, id)).toEqual(refused('ComputeSystemExists'));
    expect(silo('--root', 'other', 'create', '-b', path, id)).toEqual(refused('ComputeSystemExists'));
    expect(statusOf(id)).toBe('created');
  }, testTimeout);

  it('writes what fails to the log that is named', () => {
    const log = join(folder, 'silo.log');
    expect(silo('--log', log, '--log-format', 'json', 'start', 'nobody').status).toBe(1);
    expect(JSON.parse(readFileSync(log, 'utf8'))).toMatchObject({ level: 'error', msg: expect.stringContaining('nobody') as string });
  }, testTimeout);

  it.each<[string, string, readonly string[], object]>([
    ['a layer that is not there', 'PathNotFound', [], { windows: { layerFolders: ['/nowhere', 'scratch'] } }],
    ['a folder that is not there', 'PathNotFound', [], { mounts: [{ destination: '/x', type: 'bind', source: '/nowhere' }] }],
    ['a host that is not there', 'ContainerNotFound', ['--host', 'nobody'], {}],
    ['a pod that is not there', 'ContainerNotFound', [], { annotations: { 'io.kubernetes.cri.container-type': 'container', 'io.kubernetes.cri.sandbox-id': 'nobody' } }],
    ['a network', 'OptionUnsupported', [], { windows: { layerFolders: ['/nowhere', 'scratch'], network: { networkNamespace: '11111111-1111-1111-1111-111111111111' } } }],
  ])('refuses %s, and leaves nothing', (_, code, args, changes) => {
    const { id, path } = bundle('true', changes);
    expect(silo('run', '-b', path, ...args, id)).toEqual(refused(code));
  }, testTimeout);

  it('says where a bundle has no config.json', () => {
    expect(silo('run', '-b', join(folder, 'nothing'), 'x')).toMatchObject({ status: 1, stderr: expect.stringMatching(/^silo: PathNotFound: .*config\.json/) as string });
  }, testTimeout);

  it('refuses ids that are no names of folders', () => {
    const { path } = bundle('true');
    for (const id of ['../x', 'NUL', 'a.', 'a b']) expect(silo('create', '-b', path, id)).toEqual(refused('ParameterInvalid'));
  }, testTimeout);
});
