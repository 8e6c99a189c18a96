import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, WireContainer, WireLogLine } from '../../src/contract/index.ts';
import { makeBusyboxArchive, whyNoContainers } from '../fixtures/busybox-root.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers();

interface Run { readonly container: WireContainer; readonly stdout: readonly string[]; readonly stderr: readonly string[] }

const run = async (engine: EngineClient, params: Omit<Params<'container/run'>, 'image'> & { image?: string }): Promise<Run> => {
  const lines: WireLogLine[] = [];
  const { container } = await engine.call('container/run', { image: 'busybox:test', autoRemove: true, ...params }, { onItem: (item) => lines.push(item as WireLogLine) });
  const of = (stream: string): readonly string[] => lines.filter((line) => line.stream === stream).map((line) => line.text);
  return { container, stdout: of('stdout'), stderr: of('stderr') };
};

describe.skipIf(reason !== undefined)(`containers${reason === undefined ? '' : `: ${reason}`}`, () => {
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
  const code = async (call: Promise<unknown>): Promise<string> => call.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));

  it('runs a command, gives its output in order and its exit code, and leaves nothing', async () => {
    const { container, stdout, stderr } = await run(engine, { command: ['sh', '-c', 'for i in 1 2 3; do echo $i; done; echo bad >&2; exit 9'] });
    expect(container).toMatchObject({ exitCode: 9, exitReason: 'Exited', state: 'Exited' });
    expect(stdout).toEqual(['1', '2', '3']);
    expect(stderr).toEqual(['bad']);
    expect(await host.settledLeaks()).toEqual([]);
  });

  it("obeys the image's entry point, command, environment, user, folder, volumes and stop signal", async () => {
    await engine.call('image/import', {
      path: host.archive, reference: 'obedient:1',
      config: {
        entrypoint: ['/bin/sh', '-c'], command: ['id -u; id -g; pwd; echo $GREETING; cat /data/seed; echo more > /data/more && echo written'],
        environment: [{ name: 'GREETING', value: 'hello there' }, { name: 'PATH', value: '/bin' }], user: 'web', workingDirectory: '/www', volumes: ['/data'], stopSignal: 'SIGUSR1',
      },
    });
    const { stdout } = await run(engine, { image: 'obedient:1', user: 'root' });
    expect(stdout).toEqual(['0', '0', '/www', 'hello there', 'from the image', 'written']);
    const asWeb = await run(engine, { image: 'obedient:1', command: ['id -u; id -g; touch /etc/x 2>/dev/null || echo refused'] });
    expect(asWeb.stdout).toEqual(['100', '101', 'refused']);

    await engine.call('container/create', { image: 'obedient:1', name: 'signalled', command: ['trap "echo got it; exit 6" USR1; echo up; while :; do sleep 0.05; done'] });
    await engine.call('container/start', { container: 'signalled' });
    await expect.poll(async () => { const lines: string[] = []; await engine.call('container/log', { container: 'signalled' }, { onItem: (item) => lines.push((item as WireLogLine).text) }); return lines; }, { timeout: 10_000 }).toEqual(['up']);
    const stopped = await engine.call('container/stop', { container: 'signalled' });
    expect(stopped).toMatchObject({ stopReason: 'Graceful', container: { exitCode: 6 } });
    const { container } = await engine.call('container/remove', { container: 'signalled' }).then(async () => engine.call('container/create', { image: 'obedient:1', name: 'keeps' }));
    expect(container.mounts).toMatchObject([{ kind: 'Volume', target: '/data', readOnly: false }]);
    await engine.call('container/remove', { container: 'keeps' });
    await engine.call('image/remove', { image: 'obedient:1' });
  });

  it('replaces the command, and with it nothing else; an entry point from the request drops the command', async () => {
    await engine.call('image/import', { path: host.archive, reference: 'words:1', config: { entrypoint: ['echo', 'entry'], command: ['default'] } });
    expect((await run(engine, { image: 'words:1' })).stdout).toEqual(['entry default']);
    expect((await run(engine, { image: 'words:1', command: ['mine'] })).stdout).toEqual(['entry mine']);
    expect((await run(engine, { image: 'words:1', entrypoint: ['echo', 'other'] })).stdout).toEqual(['other']);
    await engine.call('image/remove', { image: 'words:1' });
  });

  it('shows the container no more of the host than Docker would', async () => {
    const { stdout } = await run(engine, {
      command: ['sh', '-c', [
        'grep -c . /proc/1/cmdline', 'grep Seccomp: /proc/self/status', 'grep NoNewPrivs /proc/self/status', 'grep CapEff /proc/self/status',
        'head -c1 /proc/kcore | wc -c', 'echo x > /proc/sys/kernel/hostname || echo read-only', 'ls /sys/firmware | wc -l', 'mount -t tmpfs none /tmp 2>/dev/null || echo no mount', 'ls /dev | sort | tr "\\n" " "',
      ].join('; ')],
    });
    expect(stdout.slice(1)).toEqual([
      'Seccomp:\t2', 'NoNewPrivs:\t1', 'CapEff:\t00000000a80425fb', '0', 'read-only', '0', 'no mount',
      'fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero ',
    ]);
  });

  it('limits memory, processes and processor time, and says when the kernel ended it for memory', async () => {
    const { container } = await run(engine, { command: ['sh', '-c', 'x=a; while :; do x="$x$x"; done'], memoryBytes: 32 * 1024 * 1024 });
    expect(container).toMatchObject({ exitCode: 137, oomKilled: true, memoryBytes: 32 * 1024 * 1024 });
    // runc's own first steps in the container need about ten threads.
    const { stdout } = await run(engine, { command: ['sh', '-c', 'i=0; while [ $i -lt 60 ]; do sleep 1 & i=$((i+1)); done; echo reached'], processCount: 40 });
    expect(stdout).toEqual([]);
  });

  it('keeps the reason for which a container could not start, and starts it when the reason is gone', async () => {
    const source = mkdtempSync(join(tmpdir(), 'silo-source-'));
    rmSync(source, { recursive: true });
    await engine.call('container/create', { image: 'busybox:test', name: 'unlucky', command: ['cat', '/mnt/file'], mounts: [{ kind: 'Bind', source, target: '/mnt', readOnly: true }] }).catch(() => undefined);
    mkdirSync(source);
    writeFileSync(join(source, 'file'), 'here\n');
    await engine.call('container/create', { image: 'busybox:test', name: 'lucky', command: ['no-such-program'] });
    expect(await code(engine.call('container/start', { container: 'lucky' }))).toBe('ExecutableNotFound');
    const { items: [failed] } = await engine.call('container/list', { containers: ['lucky'] });
    expect(failed).toMatchObject({ state: 'Created', pid: null });
    expect(failed?.startError).toMatch(/no-such-program/);
    await engine.call('container/remove', { container: 'lucky' });
    const mounted = await run(engine, { command: ['sh', '-c', 'cat /mnt/file; touch /mnt/x 2>/dev/null || echo read-only'], mounts: [{ kind: 'Bind', source, target: '/mnt', readOnly: true }] });
    expect(mounted.stdout).toEqual(['here', 'read-only']);
    await engine.call('container/remove', { container: 'unlucky', force: true });
    rmSync(source, { recursive: true });
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('tells a container whose monitor was killed from a healthy one, and never invents its exit code', async () => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', name: 'unwatched', command: ['sleep', '1000'] });
    await engine.call('container/start', { container: 'unwatched' });
    const monitor = execFileSync('pgrep', ['-f', `conmon .*--cuuid ${container.id}`], { encoding: 'utf8' }).trim();
    process.kill(Number(monitor), 'SIGKILL');
    await expect.poll(async () => (await engine.call('container/list', { containers: ['unwatched'] })).items[0]).toMatchObject({ state: 'Running', monitored: false });
    const { container: ended } = await engine.call('container/stop', { container: 'unwatched', force: true });
    expect(ended).toMatchObject({ state: 'Exited', exitCode: null, exitReason: 'MonitorLost' });
    await engine.call('container/remove', { container: 'unwatched' });
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('stops what was asked to run when the request is cancelled, and removes it where it asked for that', async () => {
    const cancel = new AbortController();
    const lines: string[] = [];
    const call = engine.call('container/run', { image: 'busybox:test', name: 'cancelled', command: ['sh', '-c', 'trap "exit 0" TERM; echo up; while :; do sleep 0.05; done'], autoRemove: true }, { signal: cancel.signal, onItem: (item) => { lines.push((item as WireLogLine).text); cancel.abort(); } });
    expect(await code(call)).toBe('OperationCancelled');
    expect(lines).toEqual(['up']);
    expect((await engine.call('container/list', {})).items.map((item) => item.name)).not.toContain('cancelled');
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('gives the same container for the same specification, and names what differs otherwise', async () => {
    const params = { image: 'busybox:test', name: 'once', command: ['true'], labels: [{ name: 'tier', value: 'web' }], ifNotExists: true };
    const first = await engine.call('container/create', params);
    expect(await engine.call('container/create', params)).toMatchObject({ existed: true, container: { id: first.container.id } });
    const other = engine.call('container/create', { ...params, command: ['false'], labels: [] });
    await expect(other).rejects.toMatchObject({ data: { code: 'ContainerNameInUse', message: expect.stringMatching(/args, labels|labels, args/) as string } });
    await engine.call('container/remove', { container: 'once' });
  });

  it('takes images of more than a hundred layers', async () => {
    const archive = manyLayers(host.folder, 120);
    const { images: [image] } = await engine.call('image/import', { path: archive, reference: 'deep:120' });
    expect(image?.layerCount).toBe(121);
    expect((await run(engine, { image: 'deep:120', command: ['sh', '-c', 'ls /layers | wc -l; cat /layers/1 /layers/120'] })).stdout).toEqual(['120', '1', '120']);
    await engine.call('image/remove', { image: 'deep:120' });
    expect(await host.settledLeaks()).toEqual([]);
  }, 60_000);
});

describe.skipIf(reason !== undefined)(`a full disk${reason === undefined ? '' : `: ${reason}`}`, () => {
  it('in the middle of an import is told as DiskFull, loses nothing, and the import works when there is room', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'silo-small-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder]);
    const host = new TestHost(join(folder, 'root'));
    try {
      const engine = await host.engine();
      await engine.call('image/import', { path: host.archive, reference: 'fits:1' });
      const filler = join(folder, 'filler');
      const big = join(host.folder, 'big.tar');
      mkdirSync(join(host.folder, 'big'));
      writeFileSync(join(host.folder, 'big/file'), Buffer.alloc(3 * 1024 * 1024, 'x'));
      execFileSync('tar', ['-C', join(host.folder, 'big'), '-cf', big, '.']);
      writeFileSync(filler, Buffer.alloc(512 * 1024));
      const failed = engine.call('image/import', { path: big, reference: 'big:1' });
      await expect(failed).rejects.toMatchObject({ data: { code: 'DiskFull', category: 'QuotaExceeded' } });
      expect((await engine.call('image/list', {})).items.map((image) => image.name)).toEqual(['fits:1']);
      expect(await host.settledLeaks()).toEqual([]);
      execFileSync('mount', ['-o', 'remount,size=64m', folder]);
      await engine.call('image/import', { path: big, reference: 'big:1' });
      await engine.close();
    } finally {
      await host.close();
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});

/** An archive as `podman save` writes it: the busybox root, and `count` layers of one file each. */
const manyLayers = (parent: string, count: number): string => {
  const folder = join(parent, 'deep');
  mkdirSync(folder);
  const archives = [makeBusyboxArchive(mkdtempSync(join(parent, 'base-')))];
  for (let number = 1; number <= count; number++) {
    const layer = join(folder, `l${number}`);
    mkdirSync(join(layer, 'layers'), { recursive: true });
    writeFileSync(join(layer, 'layers', String(number)), `${number}\n`);
    execFileSync('tar', ['-C', layer, '-cf', join(folder, `${number}.tar`), '.']);
    archives.push(join(folder, `${number}.tar`));
  }
  const image = join(folder, 'image');
  mkdirSync(image);
  const hexes = archives.map((archive) => createHash('sha256').update(readFileSync(archive)).digest('hex'));
  for (const [index, archive] of archives.entries()) execFileSync('cp', [archive, join(image, `${hexes[index]}.tar`)]);
  const config = JSON.stringify({ architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', os: 'linux', config: { Env: ['PATH=/bin'] }, rootfs: { type: 'layers', diff_ids: hexes.map((hex) => `sha256:${hex}`) } });
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
  writeFileSync(join(image, configName), config);
  writeFileSync(join(image, 'manifest.json'), JSON.stringify([{ Config: configName, RepoTags: ['deep:120'], Layers: hexes.map((hex) => `${hex}.tar`) }]));
  const archive = join(parent, 'deep.tar');
  execFileSync('tar', ['-C', image, '-cf', archive, '.']);
  return archive;
};
