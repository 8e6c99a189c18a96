import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { getLinkAttribute, listLinkAttributes, setLinkAttribute } from '../../native/libc.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { listArchive } from '../fixtures/list-archive.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

describe.skipIf(skipReason('containers', whyNoContainers()))('the files of a container', () => {
  let host: TestHost;
  let engine: EngineClient;
  let folder: string;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
    folder = mkdtempSync(join(tmpdir(), 'silo-files-'));
    mkdirSync(join(folder, 'bound'));
    writeFileSync(join(folder, 'bound', 'of-the-host'), 'bound');
    writeFileSync(join(folder, 'secret'), 'secret');
    await create('running', 'mkdir -p /tree/inner; echo one > /tree/one; chown 7:8 /tree/one; chmod 4750 /tree/one; echo two > /tree/inner/two; ln -s one /tree/link; ln -s /etc/hostname /tree/absolute; ln -s inner /tree/folder; mkfifo /tree/pipe; touch /ready; sleep 1000');
    await engine.call('container/start', { container: 'running' });
    await ready('running');
    await create('stopped', 'true');
  });
  afterAll(async () => {
    await host?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const create = async (name: string, command: string): Promise<void> => {
    await engine.call('container/create', {
      image: 'busybox:test', name, network: 'None', command: ['sh', '-c', command],
      mounts: [{ kind: 'Bind', source: join(folder, 'bound'), target: '/bound', readOnly: true }, { kind: 'Volume', source: `volume-${name}`, target: '/volume', readOnly: false }],
    });
  };
  const existsInContainer = async (container: string, path: string): Promise<boolean> => (await engine.call('process/run', { container, command: ['test', '-e', path] })).process.exitCode === 0;
  const ready = async (container: string): Promise<void> => { while (!(await existsInContainer(container, '/ready'))) await delay(50); };
  const output = async (container: string, command: string): Promise<string> => {
    const lines: string[] = [];
    await engine.call('process/run', { container, command: ['sh', '-c', command] }, { onItem: (item) => lines.push((item as { text: string }).text) });
    return lines.join('\n');
  };
  type Copy = Partial<Parameters<typeof engine.call<'container/copy'>>[1]>;
  const out = (container: string, containerPath: string, hostPath: string, more: Copy = {}) => engine.call('container/copy', { container, direction: 'FromContainer', containerPath, hostPath, ...more });
  const into = (container: string, hostPath: string, containerPath: string, more: Copy = {}) => engine.call('container/copy', { container, direction: 'ToContainer', containerPath, hostPath, ...more });
  const refused = async (work: Promise<unknown>): Promise<unknown> => {
    const error = await work.then(() => 'done', (caught: unknown) => caught);
    return errorCode(error) ?? error;
  };
  const fresh = (): string => mkdtempSync(join(folder, 'target-'));

  it('come out of a running container as its processes see them: volumes, binds and what the runtime mounts too', async () => {
    const target = fresh();
    await engine.call('process/run', { container: 'running', command: ['sh', '-c', 'echo kept > /volume/kept'] });
    expect(await out('running', '/etc/hosts', join(target, 'hosts'))).toMatchObject({ path: join(target, 'hosts'), files: 1, folders: 0, skipped: [] });
    expect(readFileSync(join(target, 'hosts'), 'utf8')).toContain('localhost');
    await out('running', '/volume/kept', target);
    await out('running', '/bound/of-the-host', target);
    expect([readFileSync(join(target, 'kept'), 'utf8'), readFileSync(join(target, 'of-the-host'), 'utf8')]).toEqual(['kept\n', 'bound']);
    await engine.call('container/pause', { container: 'running' });
    await out('running', '/tree/one', join(target, 'of-a-paused-one'));
    await engine.call('container/resume', { container: 'running' });
  });

  it('come as folders with links, modes and times; owners and set-user-id bits only where they are asked for', async () => {
    const target = fresh();
    expect(await refused(out('running', '/tree', target))).toBe('ParameterInvalid');
    const { skipped, ...counts } = await out('running', '/tree', target, { recurse: true });
    expect(counts).toMatchObject({ path: join(target, 'tree'), files: 2, folders: 2, links: 3, sizeBytes: 8 });
    expect(skipped).toEqual(['/tree/pipe']);
    expect([readlinkSync(join(target, 'tree/absolute')), readlinkSync(join(target, 'tree/link'))]).toEqual(['/etc/hostname', 'one']);
    const plain = statSync(join(target, 'tree/one'));
    expect([plain.mode & 0o7777, plain.uid, plain.gid]).toEqual([0o750, 0, 0]);
    await out('running', '/tree', join(target, 'kept'), { recurse: true, keepOwners: true });
    const kept = statSync(join(target, 'kept/one'));
    expect([kept.mode & 0o7777, kept.uid, kept.gid]).toEqual([0o4750, 7, 8]);
    expect(String(kept.mtimeMs / 1000 | 0)).toBe(await output('running', 'stat -c %Y /tree/one'));
  });

  it('keep the attributes of users both ways, and capabilities with their owners alone', async () => {
    const marked = join(fresh(), 'marked');
    mkdirSync(marked);
    writeFileSync(join(marked, 'file'), 'x');
    setLinkAttribute(marked, 'user.of-folder', Buffer.from([0, 255]));
    setLinkAttribute(join(marked, 'file'), 'user.of-file', Buffer.from('value'));
    setLinkAttribute(join(marked, 'file'), 'trusted.mine', Buffer.from('no'));
    // VFS_CAP_REVISION_2 with cap_net_raw, as setcap writes it.
    setLinkAttribute(join(marked, 'file'), 'security.capability', Buffer.from('010000020020000000000000000000000000000000', 'hex').subarray(0, 20));
    const names = (path: string): readonly string[] => [...listLinkAttributes(path)].filter((name) => name !== 'security.selinux').sort();
    for (const container of ['running', 'stopped']) {
      for (const keepOwners of [false, true]) {
        const [inside, back] = [`/marked-${keepOwners}`, join(fresh(), 'back')];
        await into(container, marked, inside, { recurse: true, keepOwners });
        await out(container, inside, back, { recurse: true, keepOwners });
        expect(names(join(back, 'file')), `${container} ${keepOwners}`).toEqual([...(keepOwners ? ['security.capability'] : []), 'user.of-file']);
        expect(Buffer.from(getLinkAttribute(join(back, 'file'), 'user.of-file') ?? []).toString()).toBe('value');
        expect([...getLinkAttribute(back, 'user.of-folder') ?? []]).toEqual([0, 255]);
      }
    }
  });

  it('are reached through links within its root alone', async () => {
    const target = fresh();
    await out('running', '/tree', join(target, 'followed'), { recurse: true, followLinks: true });
    expect(readFileSync(join(target, 'followed/absolute'), 'utf8').trim()).toBe(await output('running', 'cat /etc/hostname'));
    expect(readdirSync(join(target, 'followed/folder'))).toEqual(['two']);
    await output('running', `mkdir /out; ln -s ${folder} /out/absolute; ln -s ../../../../../../..${folder} /out/relative; ln -s / /out/root; ln -s /proc/1/root /out/magic; ln -s loop /out/loop`);
    for (const path of ['/out/absolute/secret', '/out/relative/secret', `/out/root/../..${folder}/secret`, `/../..${folder}/secret`, `/out/magic${folder}/secret`]) {
      expect(await refused(out('running', path, target)), path).toBe('PathNotFound');
    }
    expect(await refused(into('running', join(folder, 'secret'), '/out/absolute/'))).toBe('PathNotFound');
    expect(await refused(out('running', '/out/loop', target, { followLinks: true }))).toBe('ParameterInvalid');
    expect(await refused(out('running', '/out', join(target, 'endless'), { recurse: true, followLinks: true }))).not.toBe('done');
    expect(existsSync(join(target, 'secret'))).toBe(false);
    // A link that leads out is followed where it leads in the container.
    await output('running', `mkdir -p ${folder}`);
    await into('running', join(folder, 'secret'), '/out/absolute');
    expect(await output('running', `cat ${folder}/secret; rm -r ${folder} /out`)).toBe('secret');
  });

  it('go into a container, and only replace what is there when they are told to', async () => {
    const source = fresh();
    mkdirSync(join(source, 'site/images'), { recursive: true });
    writeFileSync(join(source, 'site/index.html'), 'new', { mode: 0o640 });
    symlinkSync('index.html', join(source, 'site/main.html'));
    expect(await into('running', join(source, 'site'), '/volume', { recurse: true })).toMatchObject({ path: '/volume/site', files: 1, folders: 2, links: 1 });
    expect(await output('running', 'cat /volume/site/main.html; stat -c %a,%u /volume/site/index.html')).toBe('new640,0');
    expect(await refused(into('running', join(source, 'site'), '/volume', { recurse: true }))).toBe('PathExists');
    expect(await refused(into('running', join(source, 'site/index.html'), '/volume/site'))).toBe('PathExists');
    writeFileSync(join(source, 'site/index.html'), 'newer');
    expect(await into('running', `${join(source, 'site')}/.`, '/volume/site', { recurse: true, force: true })).toMatchObject({ path: '/volume/site', files: 1 });
    expect(await output('running', 'cat /volume/site/main.html; ls /volume/site')).toBe('newerimages\nindex.html\nmain.html');
    expect(await refused(into('running', join(source, 'site/index.html'), '/bound/'))).toBe('PathAccessDenied');
    expect(await refused(into('running', join(source, 'site/index.html'), '/etc/hosts', { force: true }))).toBe('ParameterInvalid');
    expect(await refused(into('running', join(source, 'nothing'), '/'))).toBe('PathNotFound');
    expect(await refused(into('running', join(source, 'site/index.html'), '/nothing/here'))).toBe('PathNotFound');
    expect(await refused(into('running', 'site', '/'))).toBe('ParameterInvalid');
  });

  it('of a container that does not run are the same, and nothing stays mounted', async () => {
    const source = fresh();
    writeFileSync(join(source, 'file'), 'into a stopped one');
    await into('stopped', join(source, 'file'), '/volume/file');
    await into('stopped', join(source, 'file'), '/data/file');
    expect(await refused(into('stopped', join(source, 'file'), '/bound/file'))).toBe('PathAccessDenied');
    await out('stopped', '/bound', join(source, 'bound'), { recurse: true });
    expect(readdirSync(join(source, 'bound'))).toEqual(['of-the-host']);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain((await engine.call('container/list', { containers: ['stopped'] })).items[0]?.id);
    await out('stopped', '/', join(source, 'all'), { recurse: true });
    expect(readFileSync(join(source, 'all/volume/file'), 'utf8')).toBe('into a stopped one');
    expect(existsSync(join(source, 'all/bin/busybox'))).toBe(true);
    // What was written is there when it runs.
    await engine.call('container/remove', { container: 'stopped' });
  });

  it('lie in the container, whatever a process of it exchanges while they are copied', async () => {
    await create('racing', `mkdir -p /r/real/deep /r/place; for n in 1 2 3 4 5 6 7 8; do echo inside > /r/real/deep/secret$n; done; cp -r /r/real /r/place/it; ln -s ${folder} /r/lead; touch /ready; while :; do mv /r/place/it /r/aside; cp -P /r/lead /r/place/it; rm /r/place/it; mv /r/aside /r/place/it; done`);
    await engine.call('container/start', { container: 'racing' });
    await ready('racing');
    mkdirSync(join(folder, 'deep'));
    for (let n = 1; n <= 8; n += 1) writeFileSync(join(folder, 'deep', `secret${n}`), 'outside');
    const source = fresh();
    writeFileSync(join(source, 'mine'), 'mine');
    let copies = 0;
    for (let round = 0; round < 60; round += 1) {
      const target = fresh();
      await out('racing', '/r/place/it/deep', join(target, 'deep'), { recurse: true }).then(() => { copies += 1; }, () => undefined);
      await out('racing', '/r/place', join(target, 'place'), { recurse: true, followLinks: true }).catch(() => undefined);
      await into('racing', join(source, 'mine'), '/r/place/it/deep/mine', { force: true }).catch(() => undefined);
      const copied = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
      expect(copied).not.toContain('outside');
      rmSync(target, { recursive: true, force: true });
    }
    expect(copies).toBeGreaterThan(0);
    expect(existsSync(join(folder, 'deep', 'mine'))).toBe(false);
    await engine.call('container/remove', { container: 'racing', force: true });
  });

  it('keep their holes, tell how far they are, and can be stopped', async () => {
    const source = fresh();
    writeFileSync(join(source, 'holes'), 'x');
    truncateSync(join(source, 'holes'), 300 * 1024 * 1024);
    await into('running', join(source, 'holes'), '/volume/holes');
    expect(Number((await output('running', 'du -k /volume/holes')).split('\t')[0])).toBeLessThan(2048);
    execFileSync('dd', ['if=/dev/urandom', `of=${join(source, 'large')}`, 'bs=1M', 'count=200', 'status=none']);
    const stop = new AbortController();
    const copying = into('running', join(source, 'large'), '/volume/large').then(() => 'done', (error: unknown) => errorCode(error));
    const stopped = engine.call('container/copy', { container: 'running', direction: 'ToContainer', containerPath: '/volume/other', hostPath: join(source, 'large') }, { signal: stop.signal }).then(() => 'done', (error: unknown) => errorCode(error));
    await delay(30);
    stop.abort();
    expect(await stopped).toBe('OperationCancelled');
    expect(await copying).toBe('done');
    expect(await output('running', 'ls -A /volume')).not.toMatch(/partial|other/);
    await output('running', 'rm /volume/large /volume/holes');
  });

  it('have no name before they are whole, and no mount stays, when the engine is killed', async () => {
    const source = fresh();
    execFileSync('dd', ['if=/dev/urandom', `of=${join(source, 'large')}`, 'bs=1M', 'count=300', 'status=none']);
    await create('killed', 'true');
    const killed = await host.engine();
    const asked = Promise.allSettled([killed.call('container/copy', { container: 'killed', direction: 'ToContainer', containerPath: '/large', hostPath: join(source, 'large') })]);
    await delay(150);
    await host.kill(killed);
    await asked;
    const next = await host.engine();
    await next.call('store/repair', {});
    const { items } = await next.call('container/changes', { container: 'killed' });
    // A fast disk may have had it whole by then.
    if (items.some(({ path }) => path === '/large')) {
      await next.call('container/copy', { container: 'killed', direction: 'FromContainer', containerPath: '/large', hostPath: join(source, 'back') });
      expect(readFileSync(join(source, 'back')).equals(readFileSync(join(source, 'large')))).toBe(true);
    }
    await engine.call('container/remove', { container: 'killed' });
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('that were changed are told by name and kind, without what was only mounted', async () => {
    await engine.call('container/run', { image: 'busybox:test', name: 'changed', network: 'None', command: ['sh', '-c', 'echo x > /www/index.html; rm -r /data; mkdir /data; echo n > /data/new; mkdir /fresh; touch /fresh/file'] });
    const { items } = await engine.call('container/changes', { container: 'changed' });
    expect(Object.fromEntries(items.map(({ path, kind }) => [path, kind]))).toEqual({
      '/data': 'Modified', '/data/new': 'Added', '/data/seed': 'Deleted', '/fresh': 'Added', '/fresh/file': 'Added', '/www': 'Modified', '/www/index.html': 'Modified',
    });
    await engine.call('container/create', { image: 'busybox:test', name: 'unstarted', command: ['true'] });
    expect(await engine.call('container/changes', { container: 'unstarted' })).toEqual({ items: [] });
    for (const container of ['changed', 'unstarted']) await engine.call('container/remove', { container });
  });

  it('are written to an archive that is an image again, from a container that runs or does not', async () => {
    const target = fresh();
    await engine.call('container/run', { image: 'busybox:test', name: 'exported', network: 'None', command: ['sh', '-c', 'rm -r /www; echo x > /data/exported; chown 5:6 /data/exported'] });
    for (const [container, name] of [['exported', 'stopped.tar'], ['running', 'running.tar']] as const) {
      const path = join(target, name);
      const { sizeBytes } = await engine.call('container/export', { container, path });
      expect(lstatSync(path).size).toBe(sizeBytes);
      expect(await refused(engine.call('container/export', { container, path }))).toBe('PathExists');
      await engine.call('container/export', { container, path, force: true });
    }
    expect((await engine.call('container/list', { containers: ['running'] })).items[0]?.state).toBe('Running');
    const names = await listArchive(readFileSync(join(target, 'stopped.tar')));
    expect(names).toContain('data/exported');
    expect(names.filter((name) => name.startsWith('www'))).toEqual([]);
    expect(readdirSync(target)).toEqual(['running.tar', 'stopped.tar']);
    await engine.call('image/import', { path: join(target, 'stopped.tar'), reference: 'again:test' });
    const lines: string[] = [];
    await engine.call('container/run', { image: 'again:test', name: 'again', network: 'None', command: ['stat', '-c', '%u:%g', '/data/exported'] }, { onItem: (item) => lines.push((item as { text: string }).text) });
    expect(lines).toEqual(['5:6']);
    for (const container of ['exported', 'again']) await engine.call('container/remove', { container });
    await engine.call('image/remove', { image: 'again:test' });
  });
});
