import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, WireLogLine, WireVolume } from '../../src/contract/index.ts';
import { mount, unmount } from '../../native/libc.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers();
type Request = Omit<Params<'container/create'>, 'image'>;
type Mount = NonNullable<Request['mounts']>[number];

const volume = (source: string, target: string, more: Partial<Mount> = {}): Mount => ({ kind: 'Volume', source, target, readOnly: false, ...more });
const bind = (source: string, target: string, more: Partial<Mount> = {}): Mount => ({ kind: 'Bind', source, target, readOnly: false, ...more });
const memory = (target: string, more: Partial<Mount> = {}): Mount => ({ kind: 'Tmpfs', source: '', target, readOnly: false, ...more });

describe.skipIf(reason !== undefined)(`volumes and mounts${reason === undefined ? '' : `: ${reason}`}`, () => {
  let host: TestHost;
  let engine: EngineClient;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
  });
  afterAll(async () => {
    await engine.close();
    await host.close();
  });

  const run = async (script: string, mounts: readonly Mount[], request: Request = {}): Promise<readonly string[]> => {
    const lines: string[] = [];
    await engine.call('container/run', { image: 'busybox:test', autoRemove: true, network: 'none', ...request, mounts: [...mounts], command: ['sh', '-c', script] }, { onItem: (item) => lines.push((item as WireLogLine).text) });
    return lines;
  };
  const create = async (name: string, mounts: readonly Mount[]): Promise<string> => (await engine.call('container/create', { image: 'busybox:test', name, network: 'none', command: ['sleep', '100'], mounts: [...mounts] })).container.id;
  const codeOf = (call: Promise<unknown>): Promise<string> => call.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));
  const volumes = async (...names: string[]): Promise<readonly WireVolume[]> => (await engine.call('volume/list', { size: true, ...(names.length === 0 ? {} : { volumes: names }) })).items;

  it('makes a volume once, with its labels, and gives it again where that was asked for', async () => {
    const { volume: made, existed } = await engine.call('volume/create', { name: 'store', labels: [{ name: 'tier', value: 'data' }] });
    expect(made).toMatchObject({ name: 'store', anonymous: false, labels: [{ name: 'tier', value: 'data' }], containers: [] });
    expect(existed).toBe(false);
    expect(existsSync(made.path)).toBe(true);
    expect(await codeOf(engine.call('volume/create', { name: 'store' }))).toBe('VolumeNameInUse');
    expect(await engine.call('volume/create', { name: 'store', ifNotExists: true })).toMatchObject({ existed: true, volume: { createdAt: made.createdAt } });
    expect(await codeOf(engine.call('volume/create', { name: '../store' }))).toBe('ParameterInvalid');
    expect(await codeOf(engine.call('volume/list', { volumes: ['nothing'] }))).toBe('VolumeNotFound');
  });

  it('keeps what is written to it, whichever container did; the size is that of its files', async () => {
    expect(await run('echo kept > /data/file; dd if=/dev/zero of=/data/large bs=1k count=256 2>/dev/null', [volume('store', '/data')])).toEqual([]);
    expect(await run('cat /elsewhere/file; touch /elsewhere/x 2>/dev/null || echo read-only', [volume('store', '/elsewhere', { readOnly: true })])).toEqual(['kept', 'read-only']);
    const [store] = await volumes('store');
    expect(store?.sizeBytes).toBeGreaterThanOrEqual(256 * 1024);
    expect(store?.sizeBytes).toBeLessThan(512 * 1024);
  });

  it("gives a container another's volumes and folders too, as that one has them, or read-only, and its own before", async () => {
    const folder = join(host.folder, 'lent');
    mkdirSync(folder);
    writeFileSync(join(folder, 'file'), 'of the host');
    await create('lender', [volume('lent', '/named'), volume('', '/unnamed'), bind(folder, '/folder', { readOnly: true }), memory('/fast')]);
    await engine.call('container/start', { container: 'lender' });
    await engine.call('process/run', { container: 'lender', command: ['sh', '-c', 'echo named > /named/f; echo unnamed > /unnamed/f; echo fast > /fast/f'] });
    const look = 'cat /named/f /unnamed/f /folder/file; echo; ls /fast 2>/dev/null | wc -l; touch /named/x 2>/dev/null && echo written; touch /folder/x 2>/dev/null && echo written too; true';
    expect(await run(look, [], { volumesFrom: ['lender'] })).toEqual(['named', 'unnamed', 'of the host', '0', 'written']);
    expect(await run(look, [], { volumesFrom: ['lender:ro'] })).toEqual(['named', 'unnamed', 'of the host', '0']);
    // What is read-only there stays so.
    expect(await run('touch /folder/x 2>/dev/null || echo read-only; ls /named', [volume('own', '/named')], { volumesFrom: ['lender:rw'] })).toEqual(['read-only']);
    expect(await codeOf(run('true', [], { volumesFrom: ['nobody'] }))).toBe('ContainerNotFound');
    expect(await codeOf(run('true', [], { volumesFrom: ['lender:rx'] }))).toBe('ParameterInvalid');
    const { container: heir } = await engine.call('container/create', { image: 'busybox:test', name: 'heir', network: 'none', command: ['cat', '/unnamed/f'], volumesFrom: ['lender'] });
    await engine.call('container/remove', { container: 'lender', force: true });
    // The unnamed volume is the heir's now.
    await engine.call('container/start', { container: heir.id });
    expect((await engine.call('container/wait', { container: heir.id })).container.exitCode).toBe(0);
    await engine.call('container/remove', { container: heir.id });
    expect((await volumes()).filter(({ anonymous }) => anonymous)).toEqual([]);
    for (const name of ['lent', 'own']) await engine.call('volume/remove', { volume: name });
  });

  it('names the containers that mount a volume, and does not remove it while there are any', async () => {
    await create('first', [volume('store', '/data')]);
    await create('second', [volume('store', '/data')]);
    expect((await volumes('store'))[0]?.containers).toEqual(['first', 'second']);
    await expect(engine.call('volume/remove', { volume: 'store' })).rejects.toThrow('first, second');
    expect(await codeOf(engine.call('volume/remove', { volume: 'store', force: true }))).toBe('VolumeInUse');
    await engine.call('container/remove', { container: 'first' });
    await engine.call('container/remove', { container: 'second' });
    const [{ path } = { path: '' }] = await volumes('store');
    expect(await engine.call('volume/remove', { volume: 'store' })).toEqual({ removed: true, name: 'store' });
    expect(existsSync(path)).toBe(false);
    expect(await codeOf(engine.call('volume/remove', { volume: 'store' }))).toBe('VolumeNotFound');
    expect(await engine.call('volume/remove', { volume: 'store', force: true })).toEqual({ removed: false, name: 'store' });
  });

  it('mounts a folder of a volume alone, which must be there, and follows no link on the way to it', async () => {
    await run('mkdir -p /v/a/b /v/other; echo deep > /v/a/b/file; ln -s /etc /v/away; ln -s a /v/near; echo text > /v/plain', [volume('parted', '/v')]);
    const at = (subPath: string, more: Partial<Mount> = {}): Mount => volume('parted', '/part', { subPath, ...more });
    const parts = (): readonly string[] => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.includes('/volume-parts/') && host.runFolders.some((folder) => line.includes(folder)));
    expect(await run('cat /part/file; ls /part; ls /part/..  | grep -c other', [at('a/b')])).toEqual(['deep', 'file', '0']);
    expect(await run('cat /part/b/file; echo new > /part/new; touch /ro/x 2>/dev/null || echo read-only; ls /ro', [at('a'), volume('parted', '/ro', { subPath: 'a', readOnly: true })])).toEqual(['deep', 'read-only', 'b', 'new']);
    expect(parts()).toEqual([]);
    for (const subPath of ['gone', 'a/gone', 'near/b', 'away', 'plain']) expect(await codeOf(run('true', [at(subPath)])), subPath).toBe('PathNotFound');
    for (const subPath of ['../x', '/a', 'a//b', 'a/.', 'a/../..']) expect(await codeOf(run('true', [at(subPath)])), subPath).toBe('ParameterInvalid');
    expect(await codeOf(run('true', [bind('/tmp', '/part', { subPath: 'x' })]))).toBe('ParameterInvalid');
    expect((await engine.call('container/list', {})).items.filter(({ mounts }) => mounts.some(({ subPath }) => subPath !== undefined))).toEqual([]);
    expect(parts()).toEqual([]);
    const id = await create('parts', [at('a/b')]);
    await engine.call('container/start', { container: id });
    expect(parts()).toHaveLength(1);
    const local = join(host.folder, 'of-part');
    await engine.call('container/stop', { container: id, force: true });
    expect(parts()).toEqual([]);
    await engine.call('container/copy', { container: id, direction: 'FromContainer', containerPath: '/part/file', hostPath: local });
    expect(readFileSync(local, 'utf8')).toBe('deep\n');
    expect(parts()).toEqual([]);
    // What a kill leaves goes with the next look at the container, and takes nothing of the volume along.
    await engine.call('container/start', { container: id });
    const pid = (await engine.call('container/list', { containers: [id] })).items[0]?.pid ?? 0;
    expect(pid).toBeGreaterThan(1);
    await host.kill(engine);
    process.kill(pid, 'SIGKILL');
    engine = await host.engine();
    await expect.poll(() => parts(), { timeout: 15_000 }).toEqual([]);
    await engine.call('container/remove', { container: id, force: true });
    expect(await run('cat /v/a/b/file', [volume('parted', '/v')])).toEqual(['deep']);
    await engine.call('volume/remove', { volume: 'parted' });
  });

  it('lets nobody who has the whole volume bring another folder in the place of one', async () => {
    await create('swapper', [volume('swapped', '/v')]);
    await engine.call('container/start', { container: 'swapper' });
    await engine.call('process/run', { container: 'swapper', command: ['sh', '-c', 'mkdir -p /v/a/b; ln -s /etc /v/link'] });
    const { process: { id } } = await engine.call('process/start', { container: 'swapper', command: ['sh', '-c', 'while :; do mv /v/a /v/c; mv /v/link /v/a; mv /v/a /v/link; mv /v/c /v/a; done'] });
    const seen = new Set<string>();
    for (let tries = 0; tries < 25; tries += 1) {
      seen.add(await run('ls /part', [volume('swapped', '/part', { subPath: 'a' })]).then((lines) => lines.join(), (error: unknown) => errorCode(error) ?? String(error)));
    }
    expect([...seen].filter((outcome) => outcome !== 'b' && outcome !== 'PathNotFound')).toEqual([]);
    await engine.call('process/stop', { container: 'swapper', process: id, force: true });
    await engine.call('container/remove', { container: 'swapper', force: true });
    for (const { id: left } of (await engine.call('container/list', {})).items.filter(({ mounts }) => mounts.some(({ source }) => source === 'swapped'))) await engine.call('container/remove', { container: left, force: true });
    await engine.call('volume/remove', { volume: 'swapped' });
  });

  it("begins with what the image has there, unless asked not to", async () => {
    expect(await run('cat /data/seed', [volume('seeded', '/data')])).toEqual(['from the image']);
    expect(await run('ls /data | wc -l', [volume('bare', '/data', { noCopy: true })])).toEqual(['0']);
    await engine.call('volume/remove', { volume: 'seeded' });
    await engine.call('volume/remove', { volume: 'bare' });
  });

  it('takes the volume of a container away with it, unless another one mounts it: then it goes with that', async () => {
    await create('alone', [volume('', '/data')]);
    const [own] = await volumes();
    expect(own).toMatchObject({ anonymous: true, containers: ['alone'] });
    await create('heir', [volume(own?.name ?? '', '/shared')]);
    await engine.call('container/remove', { container: 'alone' });
    expect(await volumes()).toMatchObject([{ name: own?.name, anonymous: true, containers: ['heir'] }]);
    await engine.call('container/remove', { container: 'heir' });
    expect(await volumes()).toEqual([]);
  });

  it('removes what no container mounts: alone, with the rest of the store, or only in words', async () => {
    await engine.call('volume/create', { name: 'idle' });
    await engine.call('volume/create', { name: 'old' });
    await create('holder', [volume('held', '/data')]);
    expect((await engine.call('volume/prune', { dryRun: true })).items.map(({ name, action }) => [name, action])).toEqual([['idle', 'WouldRemove'], ['old', 'WouldRemove']]);
    expect((await engine.call('volume/prune', { olderThan: '2001-01-01T00:00:00Z' })).items).toEqual([]);
    const { items } = await engine.call('store/optimize', { unusedVolumes: true });
    expect(items.filter(({ kind }) => kind === 'Volume').map(({ id, action }) => [id, action])).toEqual([['idle', 'Removed'], ['old', 'Removed']]);
    expect((await volumes()).map(({ name }) => name)).toEqual(['held']);
    await engine.call('container/remove', { container: 'holder' });
    expect((await engine.call('volume/prune', {})).items).toMatchObject([{ name: 'held', action: 'Removed' }]);
    expect(await volumes()).toEqual([]);
  });

  it('gives a folder in memory of the size and mode that were asked for', async () => {
    expect(await run("df -k /scratch | tail -1 | awk '{print $1, $2}'; stat -c %a /scratch; touch /scratch/x && echo written", [memory('/scratch', { sizeBytes: 1024 * 1024, mode: 0o750 })])).toEqual(['tmpfs 1024', '750', 'written']);
    expect(await run('stat -c %a /scratch; touch /scratch/x 2>/dev/null || echo read-only', [memory('/scratch', { readOnly: true })])).toEqual(['1777', 'read-only']);
    expect(await run('dd if=/dev/zero of=/scratch/x bs=64k count=4 2>/dev/null || echo full', [memory('/scratch', { sizeBytes: 65_536 })])).toEqual(['full']);
  });

  it('makes what is mounted below a read-only folder read-only too', async () => {
    const source = join(host.folder, 'tree');
    mkdirSync(join(source, 'below'), { recursive: true });
    mount('tmpfs', join(source, 'below'), 'tmpfs', 0, 'size=64k');
    try {
      expect(await run('touch /tree/below/x 2>/dev/null && echo written; grep -c " /tree/below " /proc/self/mountinfo', [bind(source, '/tree', { readOnly: true })])).toEqual(['1']);
      expect(await run('touch /tree/below/x && echo written', [bind(source, '/tree')])).toEqual(['written']);
    } finally {
      unmount(join(source, 'below'));
    }
  });

  it('lets mounts travel to the container, or both ways, where that was asked for', async () => {
    const source = join(host.folder, 'travel');
    mkdirSync(source);
    mount('tmpfs', source, 'tmpfs', 0, 'size=64k');
    try {
      expect(await codeOf(run('true', [bind(source, '/mnt', { propagation: 'rslave' })]))).toBe('ParameterInvalid');
      execFileSync('mount', ['--make-shared', source]);
      for (const name of ['late', 'theirs']) mkdirSync(join(source, name));
      await create('guest', [bind(source, '/mnt', { propagation: 'rslave' })]);
      await create('deaf', [bind(source, '/mnt')]);
      for (const container of ['guest', 'deaf']) await engine.call('container/start', { container });
      mount('tmpfs', join(source, 'late'), 'tmpfs', 0, 'size=64k');
      writeFileSync(join(source, 'late', 'note'), 'arrived\n');
      const seen = async (container: string): Promise<readonly string[]> => {
        const lines: string[] = [];
        await engine.call('process/run', { container, command: ['sh', '-c', 'cat /mnt/late/note 2>/dev/null || echo nothing'] }, { onItem: (item) => lines.push((item as WireLogLine).text) });
        return lines;
      };
      expect([await seen('guest'), await seen('deaf')]).toEqual([['arrived'], ['nothing']]);
      unmount(join(source, 'late'));
      for (const container of ['guest', 'deaf']) await engine.call('container/remove', { container, force: true });
      const both = await engine.call('container/create', { image: 'busybox:test', name: 'giver', network: 'none', addedCapabilities: ['SYS_ADMIN'], seccompProfile: 'Unconfined', mounts: [bind(source, '/mnt', { propagation: 'rshared' })], command: ['sh', '-c', 'mount -t tmpfs none /mnt/theirs && echo given > /mnt/theirs/note; sleep 100'] });
      await engine.call('container/start', { container: both.container.id });
      await expect.poll(() => (existsSync(join(source, 'theirs/note')) ? readFileSync(join(source, 'theirs/note'), 'utf8') : ''), { timeout: 5000 }).toBe('given\n');
      await engine.call('container/remove', { container: 'giver', force: true });
      unmount(join(source, 'theirs'));
    } finally {
      unmount(source, true);
    }
  });

  it('names the path that is not there before anything is made', async () => {
    await create('pathless', [bind(join(host.folder, 'no-such-folder'), '/mnt')]);
    await expect(engine.call('container/start', { container: 'pathless' })).rejects.toThrow('no-such-folder');
    expect(await codeOf(engine.call('container/start', { container: 'pathless' }))).toBe('PathNotFound');
    symlinkSync('/nowhere', join(host.folder, 'no-such-folder'));
    expect(await codeOf(engine.call('container/start', { container: 'pathless' }))).toBe('PathNotFound');
    await engine.call('container/remove', { container: 'pathless' });
  });

  it('refuses what makes no sense for a mount of its kind', async () => {
    const refused = (mounted: Mount): Promise<string> => codeOf(engine.call('container/create', { image: 'busybox:test', network: 'none', command: ['true'], mounts: [mounted] }));
    expect(await refused(memory('/a', { source: 'x' }))).toBe('ParameterInvalid');
    expect(await refused(volume('v', '/a', { propagation: 'rslave' }))).toBe('ParameterInvalid');
    expect(await refused(bind('/srv', '/a', { sizeBytes: 4096 }))).toBe('ParameterInvalid');
    expect(await refused(bind('/srv', '/a', { noCopy: true }))).toBe('ParameterInvalid');
    expect(await volumes()).toEqual([]);
    expect(await host.settledLeaks()).toEqual([]);
  });
});
