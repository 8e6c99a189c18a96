import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { errorCode, EngineClient } from '../../build/engine-client.ts';
import type { Params, WireLogLine, WireVolume } from '../../src/contract/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { machineFolder, whyNoMachines } from '../fixtures/machines.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

type Request = Omit<Params<'container/create'>, 'image'>;
type Mount = NonNullable<Request['mounts']>[number];

/** Silo with a folder in place of a server: the kernel of this machine need not have an SMB client. */
const silo = join(import.meta.dirname, '../fixtures/child-rebooted-silo.ts');
const secret = 'S3cr3t,with=every"thing';
const credential = { userName: String.raw`CORP\web`, secret };
const share = (target: string, more: Partial<Mount> = {}): Mount => ({ kind: 'Smb', source: String.raw`\\files\data`, target, readOnly: false, credential, ...more });
/** The same where the password is known already. */
const known = (target: string, more: Partial<Mount> = {}): Mount => ({ kind: 'Smb', source: '//files/data', target, readOnly: false, userName: credential.userName, ...more });

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(skipReason('SMB shares of containers', whyNoContainers()))('SMB shares', () => {
  let host: TestHost;
  let engine: EngineClient;
  let server: string;
  const start = (): Promise<EngineClient> => EngineClient.start({ root: host.root, command: [process.execPath, silo] });
  beforeAll(async () => {
    host = new TestHost();
    server = join(host.folder, 'server');
    mkdirSync(join(server, 'data/www'), { recursive: true });
    writeFileSync(join(server, 'data/www/page'), 'a page');
    writeFileSync(`${server}.password`, secret);
    Object.assign(process.env, { SILO_TEST_SHARES: server, SILO_MACHINES: machineFolder });
    engine = await start();
    await engine.call('image/import', { path: host.archive, reference: 'busybox:test' });
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    for (const name of ['SILO_TEST_SHARES', 'SILO_MACHINES']) Reflect.deleteProperty(process.env, name);
    await host?.close();
  });

  afterEach(async () => {
    if (engine.process.exitCode !== null || engine.process.signalCode !== null) engine = await start();
    for (const { id } of (await engine.call('container/list', {})).items) await remove(id);
  });

  const run = async (script: string, mounts: readonly Mount[], request: Request = {}): Promise<readonly string[]> => {
    const lines: string[] = [];
    await engine.call('container/run', { image: 'busybox:test', autoRemove: true, network: 'none', ...request, mounts: [...mounts], command: ['sh', '-c', script] }, { onItem: (item) => lines.push((item as WireLogLine).text) });
    return lines;
  };
  const create = async (name: string, mounts: readonly Mount[], request: Request = {}): Promise<string> =>
    (await engine.call('container/create', { image: 'busybox:test', name, network: 'none', command: ['sleep', '1000'], stopTimeoutSeconds: 0, ...request, mounts: [...mounts] })).container.id;
  const remove = (container: string, by = engine): Promise<unknown> => by.call('container/remove', { container, force: true });
  const codeOf = (call: Promise<unknown>): Promise<string> => call.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));
  const startIt = (container: string): Promise<unknown> => engine.call('container/start', { container });
  const mounted = (): readonly string[] => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' ')[4] ?? '').filter((path) => host.runFolders.some((folder) => path.startsWith(join(folder, 'shares/'))));
  const kept = (): readonly string[] => host.runFolders.flatMap((folder) => { const path = join(folder, 'share-credentials'); return existsSync(path) ? readdirSync(path) : []; });

  it('are where the container asked for them, and what it writes is on the server', async () => {
    expect(await run('cat /data/www/page; echo written > /data/file', [share('/data')])).toEqual(['a page']);
    expect(readFileSync(join(server, 'data/file'), 'utf8')).toBe('written\n');
    expect(mounted()).toEqual([]);
    expect(kept()).toEqual([]);
  });

  it('may be a folder, and read-only', async () => {
    expect(await run('ls /www; touch /www/x 2>/dev/null || echo read-only', [share('/www', { source: '//files/data/www', readOnly: true })])).toEqual(['page', 'read-only']);
  });

  it('are told of without their passwords, which are nowhere on the disk', async () => {
    const events: unknown[] = [];
    await create('told', [share('/data', { requirePrivacy: true, mode: 0o750, userId: 5 })]);
    await startIt('told');
    const { items: [container] } = await engine.call('container/list', { containers: ['told'] });
    expect(container?.mounts).toEqual([{ kind: 'Smb', source: '//files/data', target: '/data', readOnly: false, userName: credential.userName, requirePrivacy: true, mode: 0o750, userId: 5 }]);
    await engine.call('event/list', { afterSeq: 0, stream: 'events' }, { onItem: (item) => events.push(item) });
    const told = await engine.call('container/specification', { container: 'told' });
    expect(told.omitted).toEqual([{ kind: 'Share', name: '/data' }]);
    expect(JSON.stringify([container, events, told])).not.toContain(secret);
    // A network namespace that is mounted cannot be read.
    const holding = (...paths: readonly string[]): readonly string[] => spawnSync('grep', ['-rlasF', secret, ...paths], { encoding: 'utf8' }).stdout.trim().split('\n').filter((path) => path !== '');
    const files = holding(host.root, ...host.runFolders);
    expect(files).toHaveLength(1);
    expect(files[0]).toMatch(/^\/run\/silo\/[^/]+\/share-credentials\/[0-9a-f]{24}$/);
    expect(statSync(files[0] ?? '').mode & 0o777).toBe(0o600);
    expect(holding('/proc/self/mountinfo')).toEqual([]);
    expect(engine.log).not.toContain(secret);
    await remove('told');
    expect(kept()).toEqual([]);
  });

  it('are mounted once for several containers, and until the last of them has ended', async () => {
    for (const name of ['first', 'second']) {
      await create(name, [name === 'first' ? share('/data') : known('/elsewhere')]);
      await startIt(name);
    }
    expect(mounted()).toHaveLength(1);
    await engine.call('container/stop', { container: 'first', force: true });
    expect(mounted()).toHaveLength(1);
    await engine.call('container/pause', { container: 'second' });
    await startIt('first');
    await remove('first');
    expect(mounted()).toHaveLength(1);
    await engine.call('container/resume', { container: 'second' });
    await engine.call('container/stop', { container: 'second', force: true });
    expect(mounted()).toEqual([]);
    // The password is kept as long as there is a container that needs it.
    expect(kept()).toHaveLength(1);
    await startIt('second');
    await remove('second');
    expect([mounted(), kept()]).toEqual([[], []]);
  });

  it('are refused when the container is made, with a code for what is wrong', async () => {
    const refused = (mount: Partial<Mount>): Promise<string> => codeOf(create('refused', [share('/data', mount)]));
    expect(await refused({ source: '/srv/data' })).toBe('SharePathInvalid');
    expect(await refused({ source: '//files/data/../secret' })).toBe('SharePathInvalid');
    expect(await refused({ target: 'data' })).toBe('ParameterInvalid');
    expect(await refused({ credential: { userName: '', secret } })).toBe('ShareCredentialInvalid');
    expect(await refused({ credential: { userName: 'a/b', secret } })).toBe('ShareCredentialInvalid');
    expect(await refused({ credential: { userName: 'web', secret: '' } })).toBe('ShareCredentialInvalid');
    expect(await refused({ noCopy: true })).toBe('ParameterInvalid');
    expect(await codeOf(create('refused', [known('/data')]))).toBe('ShareCredentialMissing');
    expect(await codeOf(create('refused', [{ kind: 'Volume', source: 'x', target: '/x', readOnly: false, userName: 'web' }]))).toBe('ParameterInvalid');
    expect((await engine.call('container/list', {})).items).toEqual([]);
    expect(kept()).toEqual([]);
  });

  it('that the server refuses do not start; with the right password they do', async () => {
    await create('locked', [share('/data', { credential: { ...credential, secret: 'wrong one' } })]);
    expect(await codeOf(startIt('locked'))).toBe('ShareAccessDenied');
    expect((await engine.call('container/list', { containers: ['locked'] })).items[0]).toMatchObject({ state: 'Created', startError: expect.stringContaining("refuses 'CORP\\web' at //files/data") as string });
    expect(await codeOf(engine.call('container/update', { container: 'locked', shareCredential: { userName: 'somebody', secret } }))).toBe('ShareCredentialInvalid');
    await engine.call('container/update', { container: 'locked', shareCredential: { userName: String.raw`corp\WEB`, secret } });
    await startIt('locked');
    await remove('locked');
    await create('absent', [share('/data', { source: '//files/nothing' })]);
    expect(await codeOf(startIt('absent'))).toBe('ShareNotFound');
    await remove('absent');
    expect([mounted(), kept()]).toEqual([[], []]);
  });

  it('say, with a restart policy, that a reboot asks for the password again', async () => {
    const { warning } = await engine.call('container/create', { image: 'busybox:test', name: 'warned', network: 'none', mounts: [share('/data')], restartPolicy: { name: 'Always' }, command: ['true'] });
    expect(warning).toMatch(/kept in memory alone.*restart policy.*Set-Container -ShareCredential/);
    await remove('warned');
  });

  it('are had by a container that is made from another, without their password being given again', async () => {
    await create('model', [share('/data')]);
    await engine.call('container/create', { from: 'model', name: 'copy', command: ['cat', '/data/www/page'] });
    await remove('model');
    await startIt('copy');
    expect((await engine.call('container/wait', { container: 'copy' })).container.exitCode).toBe(0);
    await remove('copy');
    expect(kept()).toEqual([]);
  });

  it('are copied to and from while the container does not run', async () => {
    await create('still', [share('/data')]);
    const local = join(host.folder, 'copied');
    await engine.call('container/copy', { container: 'still', direction: 'FromContainer', containerPath: '/data/www/page', hostPath: local });
    expect(readFileSync(local, 'utf8')).toBe('a page');
    await engine.call('container/copy', { container: 'still', direction: 'ToContainer', containerPath: '/data/www/other', hostPath: local });
    expect(readFileSync(join(server, 'data/www/other'), 'utf8')).toBe('a page');
    rmSync(join(server, 'data/www/other'));
    expect(mounted()).toEqual([]);
    await remove('still');
  });

  it('of a container that an engine was starting when it was killed are gone with it, and it can be started', async () => {
    for (const moment of [0, 2, 5, 9, 14, 20, 30, 45, 70, 100]) {
      const name = `killed-${moment}`;
      await create(name, [share('/data')]);
      const doomed = await start();
      doomed.call('container/start', { container: name }).catch(() => undefined);
      await delay(moment);
      doomed.process.kill('SIGKILL');
      while (doomed.process.exitCode === null && doomed.process.signalCode === null) await delay(2);
      await startIt(name);
      expect(mounted()).toHaveLength(1);
      await remove(name);
      expect([mounted(), kept()]).toEqual([[], []]);
    }
  });

  it('of a container that ended while no engine lived are taken away by the next one', async () => {
    await create('orphan', [share('/data')]);
    await startIt('orphan');
    const { items: [container] } = await engine.call('container/list', { containers: ['orphan'] });
    const pid = container?.pid ?? 0;
    expect(pid).toBeGreaterThan(1);
    engine.process.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    expect(mounted()).toHaveLength(1);
    engine = await start();
    await expect.poll(() => mounted(), { timeout: 15_000 }).toEqual([]);
    expect((await engine.call('container/list', { containers: ['orphan'] })).items[0]?.state).toBe('Exited');
    await startIt('orphan');
    await remove('orphan');
  });

  it('that nobody knows of are taken away, and so are passwords', async () => {
    const [folder = ''] = host.runFolders;
    mkdirSync(join(folder, 'shares/0123456789abcdef01234567'), { recursive: true });
    execFileSync('mount', ['--bind', server, join(folder, 'shares/0123456789abcdef01234567')]);
    mkdirSync(join(folder, 'share-credentials'), { recursive: true });
    writeFileSync(join(folder, 'share-credentials/0123456789abcdef01234567'), 'left');
    const repaired = await engine.call('store/repair', {});
    expect(repaired.items.map(({ kind, action }) => `${kind} ${action}`)).toEqual(['Mount Repaired', 'Mount Repaired']);
    expect([mounted(), kept()]).toEqual([[], []]);
    expect(existsSync(join(server, 'data/www/page'))).toBe(true);
  });

  it('whose mount point is left without a mount are mounted anew', async () => {
    await create('bare', [share('/data')]);
    await startIt('bare');
    const [path = ''] = mounted();
    await engine.call('container/stop', { container: 'bare', force: true });
    mkdirSync(path, { recursive: true });
    await startIt('bare');
    expect(mounted()).toEqual([path]);
    await remove('bare');
    expect(existsSync(path)).toBe(false);
  });

  it('are volumes of compose files, and a password that changed there is renewed', async () => {
    const file = join(host.folder, 'compose.yaml');
    const write = (password: string, command: string): void => { writeFileSync(file, JSON.stringify({
      name: 'shop', services: { web: { image: 'busybox:test', network_mode: 'none', stop_grace_period: '0s', command: ['sh', '-c', command], volumes: ['files:/data'] } },
      volumes: { files: { driver_opts: { type: 'cifs', device: '//files/data', o: `username=web,password=${password}` } } },
    })); };
    const plain = 'plain';
    writeFileSync(`${server}.password`, plain);
    try {
      write('wrong', 'cat /data/www/page; sleep 1000');
      expect(await codeOf(engine.call('application/apply', { files: [file], start: true }))).not.toBe('done');
      write(plain, 'cat /data/www/page; sleep 1000');
      await engine.call('application/apply', { files: [file], start: true });
      expect(mounted()).toHaveLength(1);
      write(plain, 'sleep 999');
      await engine.call('application/apply', { files: [file], start: true });
      expect((await engine.call('container/list', { containers: ['shop-web-1'] })).items[0]).toMatchObject({ state: 'Running', mounts: [{ kind: 'Smb', source: '//files/data', userName: 'web' }] });
      await engine.call('application/remove', { name: 'shop' });
      expect([mounted(), kept()]).toEqual([[], []]);
    } finally {
      writeFileSync(`${server}.password`, secret);
    }
  });

  describe('of volumes', () => {
    const makeVolume = (name: string, more: Partial<NonNullable<Params<'volume/create'>['share']>> = {}): Promise<WireVolume> =>
      engine.call('volume/create', { name, share: { source: String.raw`\\files\data\www`, credential, ...more } }).then(({ volume }) => volume);
    const volume = (source: string, target: string, more: Partial<Mount> = {}): Mount => ({ kind: 'Volume', source, target, readOnly: false, ...more });
    afterEach(async () => {
      for (const { id } of (await engine.call('container/list', {})).items) await remove(id);
      for (const { name } of (await engine.call('volume/list', {})).items) await engine.call('volume/remove', { volume: name });
      if (mounted().length + kept().length > 0) throw new Error('a share, or a password, is left');
    });

    it('are told of by their path and account, and lie in no folder of this host', async () => {
      const made = await makeVolume('told', { requirePrivacy: true, mode: 0o750, userId: 5, groupId: 6 });
      expect(made).toMatchObject({ path: '//files/data/www', share: { source: '//files/data/www', userName: credential.userName, requirePrivacy: true, mode: 0o750, userId: 5, groupId: 6 }, sizeBytes: null });
      await engine.call('volume/create', { name: 'folder' });
      const { items } = await engine.call('volume/list', { size: true });
      expect(items.map(({ name, share: shown, sizeBytes }) => [name, shown === null, sizeBytes === null])).toEqual([['folder', true, false], ['told', false, true]]);
      expect(existsSync(join(host.root, 'volumes/told'))).toBe(false);
      expect(JSON.stringify(items)).not.toContain(secret);
      expect(kept()).toHaveLength(1);
      expect(spawnSync('grep', ['-rlasF', secret, host.root], { encoding: 'utf8' }).stdout).toBe('');
    });

    it('are mounted by their names alone while a container runs that mounts one, and never filled from the image', async () => {
      await makeVolume('files');
      expect(mounted()).toEqual([]);
      expect(await run('ls /data', [volume('files', '/data')])).toEqual(['page']);
      expect(mounted()).toEqual([]);
      // One of them as the image's own folder, one that is mounted as a share itself: one place for both.
      await create('first', [volume('files', '/www', { readOnly: true })]);
      await create('second', [share('/elsewhere', { source: '//files/data/www' })]);
      for (const name of ['first', 'second']) await startIt(name);
      expect(mounted()).toHaveLength(1);
      expect((await engine.call('volume/list', { volumes: ['files'] })).items[0]?.containers).toEqual(['first']);
      expect(await codeOf(engine.call('volume/remove', { volume: 'files' }))).toBe('VolumeInUse');
      await remove('second');
      expect(mounted()).toHaveLength(1);
      await remove('first');
      expect(mounted()).toEqual([]);
      // The volume still needs its password.
      expect(kept()).toHaveLength(1);
      expect(await run('echo more > /data/more; ls /data', [volume('files', '/data')])).toEqual(['more', 'page']);
      await engine.call('volume/remove', { volume: 'files' });
      expect(readdirSync(join(server, 'data/www')).toSorted()).toEqual(['more', 'page']);
      rmSync(join(server, 'data/www/more'));
    });

    it('are mounted in part, as a folder of the share', async () => {
      await engine.call('volume/create', { name: 'whole', share: { source: '//files/data', credential } });
      expect(await run('ls /data', [volume('whole', '/data', { subPath: 'www' })])).toEqual(['page']);
      expect(await codeOf(run('ls /data', [volume('whole', '/data', { subPath: 'gone' })]))).toBe('ShareNotFound');
    });

    it('are given again where the share is the same, with another password, and refused where it is another', async () => {
      await makeVolume('locked', { credential: { ...credential, secret: 'wrong one' } });
      await create('user', [volume('locked', '/data')]);
      expect(await codeOf(startIt('user'))).toBe('ShareAccessDenied');
      const again = { name: 'locked', ifNotExists: true, share: { source: '//FILES/data/www', credential } };
      expect(await engine.call('volume/create', again)).toMatchObject({ existed: true });
      await startIt('user');
      await engine.call('container/stop', { container: 'user', force: true });
      expect(await codeOf(engine.call('volume/create', { ...again, share: { ...again.share, source: '//files/other' } }))).toBe('VolumeNameInUse');
      await engine.call('volume/create', { name: 'plain' });
      expect(await codeOf(engine.call('volume/create', { ...again, name: 'plain' }))).toBe('VolumeNameInUse');
      expect(await codeOf(engine.call('volume/create', { name: 'locked' }))).toBe('VolumeNameInUse');
    });

    it('ask for a password that the host has lost, and take it by either way', async () => {
      await makeVolume('lost');
      await create('user', [volume('lost', '/data')]);
      const lose = (): void => { for (const folder of host.runFolders) rmSync(join(folder, 'share-credentials'), { recursive: true, force: true }); };
      lose();
      expect(await codeOf(startIt('user'))).toBe('ShareCredentialMissing');
      expect(await codeOf(create('another', [volume('lost', '/data')]))).toBe('ShareCredentialMissing');
      await engine.call('volume/create', { name: 'lost', ifNotExists: true, share: { source: '//files/data/www', credential } });
      await startIt('user');
      await engine.call('container/stop', { container: 'user', force: true });
      lose();
      await engine.call('container/update', { container: 'user', shareCredential: credential });
      await startIt('user');
    });

    it('are refused with what is wrong with them, and nothing is left', async () => {
      const refused = (more: Partial<NonNullable<Params<'volume/create'>['share']>>): Promise<string> => codeOf(makeVolume('refused', more));
      expect(await refused({ source: '/srv' })).toBe('SharePathInvalid');
      expect(await refused({ credential: { userName: 'web', secret: '' } })).toBe('ShareCredentialInvalid');
      expect(await codeOf(engine.call('volume/create', { name: 'refused', share: { source: '//files/data', userName: 'nobody' } }))).toBe('ShareCredentialMissing');
      expect((await engine.call('volume/list', {})).items).toEqual([]);
    });

    it('are copied to and from, relabelled and pruned as others are, and the server keeps what it has', async () => {
      await makeVolume('files');
      await create('still', [volume('files', '/data')]);
      const local = join(host.folder, 'from-volume');
      await engine.call('container/copy', { container: 'still', direction: 'FromContainer', containerPath: '/data/page', hostPath: local });
      expect(readFileSync(local, 'utf8')).toBe('a page');
      await remove('still');
      expect((await engine.call('volume/prune', {})).items.map(({ name, action, sizeBytes }) => [name, action, sizeBytes])).toEqual([['files', 'Removed', 0]]);
      expect(existsSync(join(server, 'data/www/page'))).toBe(true);
    });

    it('are mounted by services of applications that name one as external', async () => {
      await makeVolume('files');
      const file = join(host.folder, 'external.yaml');
      writeFileSync(file, JSON.stringify({
        name: 'shop', services: { web: { image: 'busybox:test', network_mode: 'none', stop_grace_period: '0s', command: ['sh', '-c', 'cat /data/page; sleep 1000'], volumes: ['own:/data'] } },
        volumes: { own: { external: true, name: 'files' } },
      }));
      await engine.call('application/apply', { files: [file], start: true });
      expect(mounted()).toHaveLength(1);
      await engine.call('application/remove', { name: 'shop', removeVolumes: true });
      expect((await engine.call('volume/list', {})).items.map(({ name }) => name)).toEqual(['files']);
    });

    it('outlive the engine that made them, and what a kill left is taken away', async () => {
      await makeVolume('files');
      await create('orphan', [volume('files', '/data')]);
      await startIt('orphan');
      const pid = (await engine.call('container/list', { containers: ['orphan'] })).items[0]?.pid ?? 0;
      expect(pid).toBeGreaterThan(1);
      engine.process.kill('SIGKILL');
      process.kill(pid, 'SIGKILL');
      expect(mounted()).toHaveLength(1);
      engine = await start();
      await expect.poll(() => mounted(), { timeout: 15_000 }).toEqual([]);
      await engine.call('store/repair', {});
      expect(kept()).toHaveLength(1);
      await startIt('orphan');
    });
  });

  it('have their passwords when the store has moved, and so do secrets that are in memory alone', async () => {
    const other = new TestHost();
    const moved = join(other.folder, 'moved');
    const file = join(other.folder, 'secret.yaml');
    writeFileSync(file, JSON.stringify({ name: 'safe', services: { web: { image: 'busybox:test', network_mode: 'none', stop_grace_period: '0s', command: ['sleep', '1000'], secrets: ['key'] } }, secrets: { key: { environment: 'SILO_TEST_KEY' } } }));
    const own = await EngineClient.start({ root: other.root, command: [process.execPath, silo] });
    try {
      await own.call('image/import', { path: other.archive, reference: 'busybox:test' });
      await own.call('volume/create', { name: 'files', share: { source: '//files/data/www', credential } });
      await own.call('container/create', { image: 'busybox:test', name: 'user', network: 'none', command: ['sleep', '1000'], mounts: [{ kind: 'Volume', source: 'files', target: '/data', readOnly: false }] });
      await own.call('application/apply', { files: [file], environment: [{ name: 'SILO_TEST_KEY', value: 'of a variable' }] });
      const before = other.runFolders;
      await own.call('store/move', { path: moved });
      // Nothing of it is left where it was, and nothing has come to a disk.
      expect(before).toHaveLength(1);
      expect(spawnSync('grep', ['-rlasF', '-e', secret, '-e', 'of a variable', ...before, moved], { encoding: 'utf8' }).stdout).toBe('');
      for (const container of ['user', 'safe-web-1']) await own.call('container/start', { container });
      const lines: string[] = [];
      for (const [container, path] of [['user', '/data/page'], ['safe-web-1', '/run/secrets/key']] as const) await own.call('process/run', { container, command: ['cat', path] }, { onItem: (item) => lines.push((item as WireLogLine).text) });
      expect(lines).toEqual(['a page', 'of a variable']);
      for (const container of ['user', 'safe-web-1']) await own.call('container/remove', { container, force: true });
    } finally {
      await own[Symbol.asyncDispose]();
      await new TestHost(moved).close();
      await other.close();
    }
  });

  it.skipIf(skipReason('SMB shares of utility VMs', whyNoMachines()))('are seen in a utility VM through the host, which mounts them', async () => {
    expect(await run('cat /data/www/page; echo from the machine > /data/file', [share('/data')], { isolation: 'HyperV' })).toEqual(['a page']);
    expect(readFileSync(join(server, 'data/file'), 'utf8')).toBe('from the machine\n');
    expect(mounted()).toEqual([]);
  });
});
