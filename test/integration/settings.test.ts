import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, WireLogLine } from '../../src/contract/index.ts';
import { diskObstacle } from '../../src/snapshot/overlay/limited-disk.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers();
type Request = Omit<Params<'container/create'>, 'image'>;

const status = readFileSync('/proc/self/status', 'utf8');
const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
const holdsResource = ((bounding >> 24n) & 1n) === 1n;
const ownHardFiles = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 0);
const version1 = !existsSync('/sys/fs/cgroup/cgroup.controllers');
const init = ['/usr/bin/catatonit', '/usr/libexec/podman/catatonit', '/usr/bin/tini-static'].some((path) => existsSync(path));
const disk = ['/dev/vda', '/dev/sda', '/dev/nvme0n1', '/dev/loop0'].find((path) => existsSync(path));

describe.skipIf(reason !== undefined)(`settings of containers${reason === undefined ? '' : `: ${reason}`}`, () => {
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

  const run = async (script: string, request: Request = {}): Promise<{ readonly lines: readonly string[]; readonly warning: string | null; readonly exitCode: number | null }> => {
    const lines: string[] = [];
    const { warning, container } = await engine.call('container/run', { image: 'busybox:test', autoRemove: true, network: 'none', ...request, command: ['sh', '-c', script] }, { onItem: (item) => lines.push((item as WireLogLine).text) });
    return { lines, warning, exitCode: container.exitCode };
  };
  /** Code and text of the refusal of a create; nothing may be there after it. */
  const refusal = async (request: Request): Promise<{ readonly code: string | undefined; readonly text: string }> => {
    const before = (await engine.call('container/list', {})).items.length;
    const found = await engine.call('container/create', { image: 'busybox:test', network: 'none', ...request }).then(() => ({ code: 'done', text: '' }), (error: unknown) => ({ code: errorCode(error), text: error instanceof Error ? error.message : '' }));
    expect((await engine.call('container/list', {})).items).toHaveLength(before);
    return found;
  };
  /** A file of the container's cgroup, read on the host while it runs. */
  const cgroupFile = async (request: Request, files: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', network: 'none', command: ['sleep', '100'], ...request });
    await engine.call('container/start', { container: container.id });
    try {
      return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, readFileSync(join('/sys/fs/cgroup', file.replace('<id>', `silo/${container.id}`)), 'utf8').trim()]));
    } finally {
      await engine.call('container/remove', { container: container.id, force: true });
    }
  };

  it('adds capabilities and drops them, one by one or all; what is named counts before ALL', async () => {
    const effective = async (request: Request): Promise<string | undefined> => (await run('grep CapEff /proc/self/status', request)).lines[0]?.split('\t')[1];
    expect(await effective({})).toBe('00000000a80425fb');
    expect(await effective({ addedCapabilities: ['sys_admin'], droppedCapabilities: ['CAP_MKNOD', 'net_raw'] })).toBe('00000000a02405fb');
    expect(await effective({ droppedCapabilities: ['ALL'], addedCapabilities: ['CHOWN'] })).toBe('0000000000000001');
    expect(await effective({ addedCapabilities: ['ALL'], droppedCapabilities: ['CHOWN'] })).toBe((bounding & ~1n).toString(16).padStart(16, '0'));
    expect(await refusal({ addedCapabilities: ['CAP_FLYING'] })).toMatchObject({ code: 'ParameterInvalid', text: expect.stringContaining("'CAP_FLYING' is not a capability") as string });
    if (!holdsResource) expect(await refusal({ addedCapabilities: ['SYS_RESOURCE'] })).toMatchObject({ code: 'OptionUnsupported', text: expect.stringContaining('CAP_SYS_RESOURCE') as string });
  });

  it('gives a further process the same capabilities, groups and limits', async () => {
    await engine.call('container/create', { image: 'busybox:test', name: 'further', network: 'none', command: ['sleep', '100'], droppedCapabilities: ['ALL'], additionalGroups: ['4711'], userLimits: [{ name: 'nofile', soft: 99 }] });
    await engine.call('container/start', { container: 'further' });
    const lines: string[] = [];
    await engine.call('process/run', { container: 'further', command: ['sh', '-c', 'grep CapEff /proc/self/status; id -G; ulimit -n'] }, { onItem: (item) => lines.push((item as WireLogLine).text) });
    expect(lines).toEqual(['CapEff:\t0000000000000000', '0 4711', '99']);
    await engine.call('container/remove', { container: 'further', force: true });
  });

  it('sets limits of processes, and lowers with a warning what the engine may not give', async () => {
    const { lines, warning } = await run('ulimit -Sn; ulimit -Hn; ulimit -Su; ulimit -Hc', { userLimits: [{ name: 'nofile', soft: 200, hard: 300 }, { name: 'NPROC', soft: 77 }, { name: 'core', soft: -1 }] });
    expect(lines.slice(0, 2)).toEqual(['200', '300']);
    expect(lines[3]).toBe('unlimited');
    expect(warning).toBeNull();
    expect((await run('grep processes /proc/self/limits', { userLimits: [{ name: 'nproc', soft: 77 }] })).lines[0]).toMatch(/^Max processes +77 +77 /);
    if (!holdsResource) {
      const raised = await run('ulimit -Hn', { userLimits: [{ name: 'nofile', soft: 100, hard: 1_000_000 }] });
      expect(raised.lines).toEqual([String(ownHardFiles)]);
      expect(raised.warning).toContain(`nofile is ${ownHardFiles} in place of 1000000`);
    }
    expect(await refusal({ userLimits: [{ name: 'hats', soft: 1 }] })).toMatchObject({ code: 'ParameterInvalid', text: expect.stringContaining('nofile') as string });
    expect(await refusal({ userLimits: [{ name: 'nofile', soft: 3, hard: 2 }] })).toMatchObject({ code: 'ParameterInvalid', text: expect.stringContaining('above the hard one') as string });
  });

  it('limits open files alike, whatever the limits of whoever started the engine', async () => {
    const other = new TestHost(host.root, ['prlimit', '--nofile=700:4096']);
    const started = await other.engine();
    const lines: string[] = [];
    await started.call('container/run', { image: 'busybox:test', autoRemove: true, network: 'none', command: ['sh', '-c', 'ulimit -Sn; ulimit -Hn'] }, { onItem: (item) => lines.push((item as WireLogLine).text) });
    expect(lines).toEqual(['1024', holdsResource ? '524288' : '4096']);
    await started.close();
    rmSync(other.folder, { recursive: true });
  });

  it('adjusts the score by which the kernel chooses whom to end for want of memory', async () => {
    expect((await run('cat /proc/self/oom_score_adj', { oomScoreAdjust: 321 })).lines).toEqual(['321']);
    const lower = await run('cat /proc/self/oom_score_adj', { oomScoreAdjust: -500 });
    if (holdsResource) expect(lower).toMatchObject({ lines: ['-500'], warning: null });
    else {
      expect(lower.lines).toEqual([readFileSync('/proc/self/oom_score_adj', 'utf8').trim()]);
      expect(lower.warning).toContain('CAP_SYS_RESOURCE');
    }
    expect(await refusal({ oomKillDisabled: true })).toMatchObject({ code: 'ParameterInvalid' });
    if (!version1) expect(await refusal({ oomKillDisabled: true, memoryBytes: 64 * 1024 * 1024 })).toMatchObject({ code: 'OptionUnsupported', text: expect.stringContaining('version 2') as string });
    else expect((await cgroupFile({ oomKillDisabled: true, memoryBytes: 64 * 1024 * 1024 }, { oom: 'memory/<id>/memory.oom_control' }))['oom']).toContain('oom_kill_disable 1');
  });

  it('limits swap beside memory, processors and block devices, as the kernel shows', async () => {
    const mebibyte = 1024 * 1024;
    const swapAccounted = existsSync('/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes') || !version1;
    const request = {
      memoryBytes: 64 * mebibyte, cpuSet: '0', ...(swapAccounted ? { memorySwapBytes: 32 * mebibyte } : {}),
      ...(disk === undefined ? {} : { blockIoLimits: [{ device: disk, readBytesPerSecond: 5 * mebibyte, writeBytesPerSecond: 3 * mebibyte }] }),
    };
    if (version1) {
      const read = await cgroupFile(request, {
        memory: 'memory/<id>/memory.limit_in_bytes', cpus: 'cpuset/<id>/cpuset.cpus', ...(swapAccounted ? { both: 'memory/<id>/memory.memsw.limit_in_bytes' } : {}),
        reads: 'blkio/<id>/blkio.throttle.read_bps_device', writes: 'blkio/<id>/blkio.throttle.write_bps_device',
      });
      expect(read).toMatchObject({ memory: String(64 * mebibyte), cpus: '0', ...(swapAccounted ? { both: String(96 * mebibyte) } : {}) });
      if (disk !== undefined) {
        expect(read['reads']).toMatch(new RegExp(`^\\d+:\\d+ ${5 * mebibyte}$`));
        expect(read['writes']).toMatch(new RegExp(`^\\d+:\\d+ ${3 * mebibyte}$`));
      }
    } else {
      const read = await cgroupFile(request, { memory: '<id>/memory.max', swap: '<id>/memory.swap.max', cpus: '<id>/cpuset.cpus', io: '<id>/io.max' });
      expect(read).toMatchObject({ memory: String(64 * mebibyte), swap: String(32 * mebibyte), cpus: '0' });
      if (disk !== undefined) expect(read['io']).toContain(`rbps=${5 * mebibyte} wbps=${3 * mebibyte}`);
    }
    expect((await run('grep Cpus_allowed_list /proc/self/status', { cpuSet: '0' })).lines).toEqual(['Cpus_allowed_list:\t0']);
    expect(await refusal({ cpuSet: '0,4000' })).toMatchObject({ code: 'ParameterInvalid', text: expect.stringContaining('no processor 4000') as string });
    expect(await refusal({ cpuSet: 'all' })).toMatchObject({ code: 'ParameterInvalid' });
    expect(await refusal({ memorySwapBytes: 1 })).toMatchObject({ code: 'ParameterInvalid' });
    expect(await refusal({ blockIoLimits: [{ device: '/dev/null', readBytesPerSecond: 1 }] })).toMatchObject({ code: 'ParameterInvalid', text: expect.stringContaining('not a block device') as string });
  });

  it('changes the limit of swap of a running container together with that of memory', async () => {
    await engine.call('container/create', { image: 'busybox:test', name: 'swapping', network: 'none', command: ['sleep', '100'], memoryBytes: 32 * 1024 * 1024, memorySwapBytes: 8 * 1024 * 1024 });
    const { container } = await engine.call('container/start', { container: 'swapping' });
    await engine.call('container/update', { container: 'swapping', memoryBytes: 48 * 1024 * 1024, cpuSet: '0' });
    if (version1) expect(readFileSync(`/sys/fs/cgroup/memory/silo/${container.id}/memory.memsw.limit_in_bytes`, 'utf8').trim()).toBe(String(56 * 1024 * 1024));
    else expect(readFileSync(`/sys/fs/cgroup/silo/${container.id}/memory.swap.max`, 'utf8').trim()).toBe(String(8 * 1024 * 1024));
    await engine.call('container/remove', { container: 'swapping', force: true });
  });

  it('shows the container a device of the host, under the name and with the access that were asked for', async () => {
    // Nothing is written to it: what is asked is whether it may be opened for that.
    const look = 'ls -l /dev/messages | cut -c1; (: > /dev/messages) 2>/dev/null && echo writing';
    expect((await run(look, { devices: ['/dev/kmsg:/dev/messages:r'] })).lines).toEqual(['c']);
    expect((await run(look, { devices: ['/dev/kmsg:/dev/messages:w'] })).lines).toEqual(['c', 'writing']);
    // A device that no container has by default.
    expect((await run('ls /dev/kmsg')).exitCode).not.toBe(0);
    expect((await run('ls /dev/kmsg', { devices: ['/dev/kmsg'] })).lines).toEqual(['/dev/kmsg']);
    expect(await refusal({ devices: ['/dev/no-such-device'] })).toMatchObject({ code: 'PathNotFound' });
    expect(await refusal({ devices: ['/etc/passwd'] })).toMatchObject({ code: 'ParameterInvalid', text: expect.stringContaining('not a device') as string });
    expect(await refusal({ devices: ['/dev/null::rx'] })).toMatchObject({ code: 'ParameterInvalid' });
  });

  it("sets kernel parameters of the container's own namespaces, and refuses those of the host by name", async () => {
    const { lines } = await run('cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shmmni', { kernelParameters: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '80' }, { name: 'kernel.shmmni', value: '123' }] });
    expect(lines).toEqual(['80', '123']);
    expect(await refusal({ kernelParameters: [{ name: 'vm.swappiness', value: '1' }] })).toMatchObject({ code: 'OptionUnsupported', text: expect.stringContaining('vm.swappiness') as string });
    expect(await refusal({ network: 'host', kernelParameters: [{ name: 'net.ipv4.ip_forward', value: '1' }] })).toMatchObject({ code: 'ParameterInvalid' });
    expect(await refusal({ kernelParameters: [{ name: 'net.ipv4.no_such_thing', value: '1' }] })).toMatchObject({ code: 'ParameterInvalid', text: expect.stringContaining('no parameter') as string });
  });

  it('runs under the seccomp profile that is named, or none', async () => {
    const seccomp = 'grep Seccomp: /proc/self/status';
    expect((await run(seccomp)).lines).toEqual(['Seccomp:\t2']);
    expect((await run(seccomp, { seccompProfile: 'Unconfined' })).lines).toEqual(['Seccomp:\t0']);
    const file = join(host.folder, 'no-mkdir.json');
    writeFileSync(file, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }] }));
    expect((await run('mkdir /tmp/x 2>/dev/null || echo refused; grep Seccomp: /proc/self/status', { seccompProfile: file })).lines).toEqual(['refused', 'Seccomp:\t2']);
    expect(await refusal({ seccompProfile: join(host.folder, 'missing.json') })).toMatchObject({ code: 'PathNotFound' });
    writeFileSync(file, '{"syscalls":[]}');
    expect(await refusal({ seccompProfile: file })).toMatchObject({ code: 'ParameterInvalid', text: expect.stringContaining('defaultAction') as string });
  });

  it('makes /dev/shm as large as was asked for', async () => {
    const size = 'df -k /dev/shm | tail -1 | awk \'{print $2}\'';
    expect((await run(size)).lines).toEqual(['65536']);
    expect((await run(size, { sharedMemoryBytes: 1024 * 1024 })).lines).toEqual(['1024']);
  });

  it.skipIf(!init)(`runs a small init as first process${init ? '' : ': neither catatonit nor tini-static is installed'}`, async () => {
    const { lines, exitCode } = await run('cat /proc/1/comm; echo $$; exit 7', { init: true });
    expect(lines[0]).toMatch(/^silo-init$/);
    expect(Number(lines[1])).toBeGreaterThan(1);
    expect(exitCode).toBe(7);
    expect((await run('sh -c "true & exec sh -c \\"sleep 0.3\\"" & sleep 0.6; ls -d /proc/[0-9]* | wc -l; ls /dev/silo-init', { init: true })).lines.at(-1)).toBe('/dev/silo-init');
  });

  it("shares the host's processes and ipc, or another container's", async () => {
    expect(Number((await run('cat /proc/1/comm > /dev/null; ls -d /proc/[0-9]* | wc -l', { pidMode: 'Host' })).lines[0])).toBeGreaterThan(5);
    const inode = (kind: string): string => String(statSync(`/proc/self/ns/${kind}`).ino);
    expect((await run('readlink /proc/self/ns/ipc', { ipcMode: 'host' })).lines[0]).toContain(inode('ipc'));
    await engine.call('container/create', { image: 'busybox:test', name: 'owner', network: 'none', command: ['sleep', '4242'] });
    expect(await engine.call('container/run', { image: 'busybox:test', network: 'none', autoRemove: true, pidMode: 'Container:owner', command: ['true'] }).catch((error: unknown) => errorCode(error))).toBe('ContainerNotRunning');
    const { container } = await engine.call('container/start', { container: 'owner' });
    const shared = await run("grep -l 4242 /proc/[0-9]*/cmdline | head -1; readlink /proc/self/ns/ipc", { pidMode: 'container:owner', ipcMode: 'container:owner' });
    expect(shared.lines[0]).toBe('/proc/1/cmdline');
    expect(shared.lines[1]).toContain(String(statSync(`/proc/${container.pid ?? 0}/ns/ipc`).ino));
    await engine.call('container/remove', { container: 'owner', force: true });
    expect(await refusal({ pidMode: 'Everybody' })).toMatchObject({ code: 'ParameterInvalid' });
    expect(await refusal({ pidMode: 'container:nobody' })).toMatchObject({ code: 'ContainerNotFound' });
    expect(await refusal({ ipcMode: 'host', sharedMemoryBytes: 65_536 })).toMatchObject({ code: 'ParameterInvalid' });
  });

  const noLimit = diskObstacle();
  it.skipIf(noLimit !== undefined)(`limits what a container writes to its root file system, from start to start${noLimit === undefined ? '' : `: ${noLimit}`}`, async () => {
    const fill = 'dd if=/dev/zero of=/large bs=1M count=64 2>/dev/null && echo all; stat -c %s /large 2>/dev/null';
    const { container } = await engine.call('container/create', { image: 'busybox:test', name: 'small', network: 'none', storageBytes: 32 * 1024 * 1024, command: ['sh', '-c', `[ -e /mark ] && { cat /mark; exit; }; echo kept > /mark; ${fill}; sleep 100`] });
    const log = async (): Promise<readonly string[]> => {
      const lines: string[] = [];
      await engine.call('container/log', { container: container.id }, { onItem: (item) => lines.push((item as WireLogLine).text) });
      return lines;
    };
    await engine.call('container/start', { container: 'small' });
    await expect.poll(async () => (await log()).length, { timeout: 20_000 }).toBe(1);
    const written = Number((await log())[0]);
    expect(written).toBeGreaterThan(8 * 1024 * 1024);
    expect(written).toBeLessThan(32 * 1024 * 1024);
    await engine.call('container/stop', { container: 'small', force: true });
    const onDisk = (): readonly string[] => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.includes(`${host.root}/snapshots/`));
    expect(onDisk()).toEqual([]);
    const changes = await engine.call('container/changes', { container: 'small' });
    expect(changes.items.map(({ path }) => path)).toEqual(expect.arrayContaining(['/mark', '/large']));
    expect(onDisk()).toEqual([]);
    await engine.call('container/start', { container: 'small' });
    await engine.call('container/wait', { container: 'small' });
    expect((await log()).at(-1)).toBe('kept');
    await engine.call('container/remove', { container: 'small', force: true });
    expect(onDisk()).toEqual([]);
    expect((await run(fill)).lines.at(0)).toBe('all');
  });

  it('refuses to remap users, by name, and leaves nothing of all this behind', async () => {
    expect(await refusal({ userNamespace: 'remap' })).toMatchObject({ code: 'OptionUnsupported', text: expect.stringContaining('userNamespace') as string });
    expect(await host.settledLeaks()).toEqual([]);
  });
});
