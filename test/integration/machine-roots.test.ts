import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, WireContainer } from '../../src/contract/index.ts';
import { imagesObstacle } from '../../src/snapshot/overlay/layer-image.ts';
import { whyNoMachines } from '../fixtures/machines.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';
import { commandLine, machineFolders } from './machine-programs.ts';

// An emulated machine takes two seconds of a processor to boot, ten times that where ten others want it too.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 240_000 });

describe.skipIf(skipReason('utility VMs with disks of layers', whyNoMachines() ?? imagesObstacle()))('the root of a container in a utility VM', () => {
  let host: TestHost;
  let engine: EngineClient;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silo-machine-roots-'));
    // Counts what is begun.
    const real = execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin:/usr/bin command -v mkfs.erofs'], { encoding: 'utf8' }).trim();
    writeFileSync(join(folder, 'mkfs.erofs'), `#!/bin/sh\necho begun >> ${join(folder, 'begun')}\nexec ${real} "$@"\n`);
    chmodSync(join(folder, 'mkfs.erofs'), 0o755);
    host = new TestHost(undefined, ['env', `PATH=${folder}:${process.env['PATH'] ?? ''}`]);
    engine = await host.withImage();
  });
  afterEach(async () => {
    if (engine === undefined) return;
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    const left = machines();
    if (left.length > 0) throw new Error(`left on the host: ${left.join(', ')}`);
  });
  afterAll(async () => {
    await engine?.close();
    await host?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const conversions = (): number => (existsSync(join(folder, 'begun')) ? readFileSync(join(folder, 'begun'), 'utf8').split('\n').length - 1 : 0);
  const ids: string[] = [];
  /** Programs and folders of machines. */
  const programs = (): readonly string[] =>
    [...new Set(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(commandLine).filter((line) => ids.some((id) => line.includes(id))).flatMap((line) => /(?:qemu-system|virtiofsd|machine-keeper)/.exec(line.split(' ')[0] ?? '') ?? []))].toSorted();
  const machines = (): readonly string[] => [...machineFolders(host), ...programs()];
  const images = (): readonly string[] => readdirSync(join(host.root, 'snapshots')).map((key) => join(host.root, 'snapshots', key, 'layer.erofs')).filter(existsSync);
  const create = async (params: Omit<Params<'container/create'>, 'image'>): Promise<void> => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', isolation: 'HyperV', network: 'None', readOnlyRoot: true, stopTimeoutSeconds: 1, command: ['sleep', '1000'], ...params });
    ids.push(container.id);
  };
  const start = async (container: string): Promise<WireContainer> => (await engine.call('container/start', { container })).container;
  const inside = async (container: string, command: string): Promise<string> => {
    const lines: string[] = [];
    const { process } = await engine.call('process/run', { container, command: ['sh', '-c', command] }, { onItem: (item) => lines.push((item as { text: string }).text) });
    return process.exitCode === 0 ? lines.join('\n') : `exit ${process.exitCode}: ${lines.join('\n')}`;
  };
  const code = async (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));
  const flip = (path: string, at: number): void => {
    const fd = openSync(path, 'r+');
    writeSync(fd, Buffer.from([readFileSync(path).readUInt8(at) ^ 0xff]), 0, 1, at);
    closeSync(fd);
  };

  it('comes as disks where nothing is written to it: they are made at the first start, once for all containers', async () => {
    await create({ name: 'one', hostName: 'guest' });
    expect(await start('one')).toMatchObject({ state: 'Running', effectiveIsolation: 'HyperV', machineRoot: 'Blocks' });
    expect(conversions()).toBe(1);
    expect(images()).toHaveLength(1);
    const [image = ''] = images();
    const made = statSync(image);
    expect(await inside('one', "cat /etc/hostname; grep -c localhost /etc/hosts; grep ' / ' /proc/mounts | tail -n 1")).toMatch(/^guest\n\d+\noverlay \/ overlay ro,/);
    // Nothing of the host's files is mounted in the guest.
    expect(await inside('one', "grep -c virtiofs /proc/mounts || cat /proc/modules | grep -c '^virtiofs '")).toMatch(/^exit 1: 0\n0$/);
    expect(await inside('one', 'touch /new')).toMatch(/^exit 1: .*Read-only/);
    expect(await inside('one', 'test -r /etc/resolv.conf && id web')).toBe('uid=100(web) gid=101(web) groups=101(web)');

    // Files come out of it, and none go in.
    const target = join(folder, 'out');
    await engine.call('container/copy', { container: 'one', direction: 'FromContainer', containerPath: '/etc/passwd', hostPath: target });
    expect(readFileSync(target, 'utf8')).toBe(`${await inside('one', 'cat /etc/passwd')}\n`);
    expect(await code(engine.call('container/copy', { container: 'one', direction: 'ToContainer', hostPath: target, containerPath: '/etc/copied' }))).toBe('PathAccessDenied');
    expect((await engine.call('container/changes', { container: 'one' })).items).toEqual([]);
    const archive = join(folder, 'one.tar');
    await engine.call('container/export', { container: 'one', path: archive });
    expect(execFileSync('tar', ['-tf', archive], { encoding: 'utf8' })).toContain('etc/passwd');

    await create({ name: 'two' });
    expect((await start('two')).machineRoot).toBe('Blocks');
    await engine.call('container/stop', { container: 'one' });
    await start('one');
    expect(await inside('one', 'echo again')).toBe('again');
    expect(conversions()).toBe(1);
    expect([statSync(image).ino, statSync(image).mtimeMs]).toEqual([made.ino, made.mtimeMs]);
    expect((await engine.call('store/get', {})).layerBytes).toBeGreaterThan(made.size);
  });

  it('is the host\'s where it can be written to, or where files were copied into it', async () => {
    await create({ name: 'written', readOnlyRoot: false });
    expect((await start('written')).machineRoot).toBe('Shared');
    expect(await inside('written', "grep -c '^virtiofs ' /proc/modules")).toBe('1');
    await create({ name: 'filled' });
    writeFileSync(join(folder, 'in'), 'from outside');
    await engine.call('container/copy', { container: 'filled', direction: 'ToContainer', hostPath: join(folder, 'in'), containerPath: '/etc/copied' });
    expect((await start('filled')).machineRoot).toBe('Shared');
    expect(await inside('filled', 'cat /etc/copied')).toBe('from outside');
  });

  it('has its volumes beside it, and what is mounted in memory', async () => {
    mkdirSync(join(folder, 'bound'), { recursive: true });
    writeFileSync(join(folder, 'bound', 'of-the-host'), 'bound');
    await create({
      name: 'volumes', user: 'web',
      mounts: [
        { kind: 'Bind', source: join(folder, 'bound'), target: '/made/for/it', readOnly: true }, { kind: 'Volume', source: 'kept', target: '/www', readOnly: false },
        { kind: 'Tmpfs', source: '', target: '/scratch', readOnly: false, sizeBytes: 1024 * 1024 },
      ],
    });
    expect((await start('volumes')).machineRoot).toBe('Blocks');
    expect(await inside('volumes', 'cat /made/for/it/of-the-host; echo x > /scratch/file && cat /scratch/file; id -u')).toBe('boundx\n100');
    expect(await inside('volumes', 'touch /made/new')).toMatch(/^exit 1/);
  });

  it('lets others into its machine, whose roots are their host\'s', async () => {
    await create({ name: 'owner' });
    expect((await start('owner')).machineRoot).toBe('Blocks');
    await create({ name: 'member', network: 'container:owner', readOnlyRoot: true });
    expect((await start('member')).machineRoot).toBe('Shared');
    expect(await inside('member', 'id web && hostname')).toMatch(/^uid=100/);
    await engine.call('container/remove', { container: 'member', force: true });
    expect(await inside('owner', 'echo there')).toBe('there');
  });

  it('says which disk is damaged, leaves nothing of the machine, and has it made again', async () => {
    await create({ name: 'damaged' });
    await start('damaged');
    await engine.call('container/stop', { container: 'damaged' });
    const [image = ''] = images();
    // What the host looks at, what only the guest's kernel does, and what nobody looks at.
    for (const [at, started] of [[1024, 'LayerImageDamaged'], [1024 + 12, 'LayerImageDamaged'], [statSync(image).size - 4097, 'done']] as const) {
      flip(image, at);
      expect([at, await code(start('damaged'))]).toEqual([at, started]);
      if (started === 'done') await engine.call('container/stop', { container: 'damaged' });
      expect(machines()).toEqual([]);
      const before = conversions();
      expect((await engine.call('store/repair', { verify: true, dryRun: true })).items).toMatchObject([{ kind: 'Layer', action: 'WouldRepair', reason: expect.stringContaining('damaged') }]);
      expect((await engine.call('store/repair', { verify: true })).items).toMatchObject([{ kind: 'Layer', action: 'Repaired' }]);
      expect((await engine.call('store/repair', { verify: true })).items).toEqual([]);
      expect(conversions()).toBe(before + 1);
    }
    expect((await start('damaged')).machineRoot).toBe('Blocks');
  });

  it('goes with its image, disks and all', async () => {
    const before = images();
    expect(before).toHaveLength(1);
    await engine.call('image/import', { path: host.archive, reference: 'other:test' });
    await engine.call('image/remove', { image: 'other:test' });
    expect(images()).toEqual(before);
    await engine.call('image/remove', { image: 'busybox:test' });
    expect(images()).toEqual([]);
  });
});
