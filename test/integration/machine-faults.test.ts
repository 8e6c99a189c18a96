import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isSiloError } from '../../src/base/index.ts';
import type { TaskSpec } from '../../src/core/index.ts';
import { MachineHost, type MicroVmRuntime } from '../../src/runtime/microvm/index.ts';
import { CriLogReader } from '../../src/store/index.ts';
import { makeMicroVm, type MicroVmHost } from '../conformance/microvm-host.ts';
import { machineFolder, whyNoMachines } from '../fixtures/machines.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { processesOf } from './machine-programs.ts';

// An emulated machine takes two seconds of a processor to boot, ten times that where ten others want it too.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 240_000 });

describe.skipIf(skipReason('utility VMs', whyNoMachines()))('a utility VM that fails', () => {
  let host: MicroVmHost;
  let folder: string;
  let standStill: string;
  beforeAll(async () => {
    host = await makeMicroVm();
    folder = mkdtempSync(join(tmpdir(), 'silo-machine-parts-'));
    standStill = join(folder, 'stand-still');
    execFileSync('gcc', ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-o', standStill, join(import.meta.dirname, '../fixtures/stand-still.c')]);
  });
  afterAll(async () => {
    await host?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** The set-up's own parts, some of them replaced. */
  const withParts = (name: string, parts: Readonly<Record<string, string | Uint8Array>>, bootSeconds?: number): MicroVmRuntime => {
    const own = join(folder, name);
    mkdirSync(own);
    for (const part of ['vmlinux', 'initramfs', 'machine-keeper']) copyFileSync(join(machineFolder, part), join(own, part));
    for (const [part, content] of Object.entries(parts)) writeFileSync(join(own, part), content);
    return host.runtimeWith({ machines: new MachineHost({ folder: own, runFolder: host.runFolder }), ...(bootSeconds === undefined ? {} : { bootSeconds }) });
  };
  const failure = async (work: Promise<unknown>): Promise<string> => work.then(() => 'no error', (error: unknown) => (isSiloError(error) ? `${error.code}: ${JSON.stringify(error.args)}` : String(error)));
  const sleeping = (script = 'sleep 1000'): Promise<TaskSpec> => host.task({ args: ['/bin/sh', '-c', script] });
  const started = async (spec: Promise<TaskSpec>): Promise<TaskSpec> => {
    const made = await spec;
    await host.runtime.create(made);
    await host.runtime.start(made.id);
    return made;
  };
  const keeperOf = async (id: string): Promise<number> => (await host.runtime.status(id)).pid ?? 0;

  it.each([
    ['has no kernel', (): MicroVmRuntime => host.runtimeWith({ machines: new MachineHost({ folder: '/nowhere', runFolder: host.runFolder }) }), /^MachineFailed: .*vmlinux is missing/],
    ['has a kernel that is none', (): MicroVmRuntime => withParts('kernel', { vmlinux: 'no kernel' }), /^MachineFailed: .*QEMU ended/],
    ['has nothing to run', (): MicroVmRuntime => withParts('initramfs', { initramfs: Buffer.alloc(512) }), /^MachineFailed: .*Kernel panic/],
    ['does not boot in its time', (): MicroVmRuntime => withParts('time', {}, 0), /^MachineFailed: .*did not start in time/],
  ])('says why, where it %s, and leaves nothing', async (_, make, expected) => {
    const spec = await sleeping();
    expect(await failure(make().create(spec))).toMatch(expected);
    expect(await host.leftovers(spec.id)).toEqual([]);
  });

  it('says which volume is gone', async () => {
    const spec = await host.task({ args: ['/bin/true'] }, { mounts: [{ source: join(folder, 'gone'), target: '/data', readOnly: false }] });
    expect(await failure(host.runtime.create(spec))).toMatch(/^PathNotFound/);
    expect(await host.leftovers(spec.id)).toEqual([]);
  });

  it('is told apart from a slow one, and can be ended', async () => {
    const spec = await started(sleeping());
    process.kill(await keeperOf(spec.id), 'SIGSTOP');
    expect(await failure(host.runtimeWith({ answerSeconds: 1 }).statistics(spec.id))).toBe('MachineNotResponding: {"timeoutSeconds":1}');
    await host.runtime.delete(spec.id);
    expect(await host.leftovers(spec.id)).toEqual([]);
  });

  it('is told apart where its guest stands still, and can be ended', async () => {
    const spec = await started(sleeping());
    const [machine = 0] = processesOf(spec.id, /qemu-system/);
    // A signal would pause it.
    const holder = spawn(standStill, [String(machine)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const released = once(holder, 'exit');
    await once(holder.stdout, 'data');
    expect(await failure(host.runtimeWith({ answerSeconds: 1 }).statistics(spec.id))).toBe('MachineNotResponding: {"timeoutSeconds":1}');
    await host.runtime.delete(spec.id);
    expect(await released).toEqual([0, null]);
    expect(await host.leftovers(spec.id)).toEqual([]);
  });

  it('says so where the host has not the memory that it wants', async () => {
    const spec = await host.task({ args: ['/bin/true'] }, { resources: { memoryBytes: 2 ** 50 } });
    expect(await failure(host.runtime.create(spec))).toMatch(/^MachineFailed: .*[Mm]emory/);
    expect(await host.leftovers(spec.id)).toEqual([]);
  });

  it('ends a container that wants more memory than its machine has, and no other thing', async () => {
    const spec = await started(host.task({ args: ['/bin/sh', '-c', 'x=12345678; while :; do x="$x$x"; done'] }, { resources: { memoryBytes: 32 * 1024 ** 2 } }));
    expect(await host.runtime.wait(spec.id)).toMatchObject({ exitCode: 137, oomKilled: true });
    await host.runtime.delete(spec.id);
    expect(await host.leftovers(spec.id)).toEqual([]);
  });

  it('makes a container that floods its output wait, and loses nothing of it', async () => {
    const lines = 60_000;
    const spec = await started(sleeping(`yes ${'0123456789'.repeat(4)} | head -n ${lines}`));
    const monitor = Number(readFileSync(join(host.runFolder, 'machines', spec.id, 'monitor-pid'), 'utf8'));
    // Nobody reads for a while.
    process.kill(monitor, 'SIGSTOP');
    await delay(5000);
    const keeper = readFileSync(`/proc/${await keeperOf(spec.id)}/status`, 'utf8');
    expect(Number(/VmRSS:\s+(\d+)/.exec(keeper)?.[1])).toBeLessThan(4096);
    process.kill(monitor, 'SIGCONT');
    expect(await host.runtime.wait(spec.id)).toMatchObject({ exitCode: 0 });
    let count = 0;
    // What was cut where a buffer ended is joined by whoever reads.
    for await (const batch of new CriLogReader().read(spec.logPath, {})) count += batch.filter(({ text }) => text === '0123456789'.repeat(4)).length;
    expect(count).toBe(lines);
    await host.runtime.delete(spec.id);
  });
});
