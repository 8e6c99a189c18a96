import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineClient } from '../../../build/engine-client.ts';
import { makeBareInitramfs } from '../../../build/machine/initramfs.mjs';
import { MachineHost } from '../../../src/runtime/microvm/index.ts';
import { machineArguments } from '../../../src/runtime/microvm/machine-plan.ts';
import { machineFolder } from '../../fixtures/machines.ts';
import { command } from '../command.ts';
import { measure } from '../measure.ts';
import { memoryOf } from '../process-memory.ts';
import { imageName, type Setting } from '../setting.ts';
import { megabytes, seconds, times, type Row } from '../table.ts';

const firstOutputGoal = 1.3;
const memoryGoalBytes = 40e6;
const plainBytes = 256 * 1024 * 1024;

const machine = { image: imageName, isolation: 'HyperV', network: 'None', stopTimeoutSeconds: 0 } as const;

/** Time from the request until the first line is with us; the machine is gone afterwards, outside of the time. */
const firstOutput = async (engine: EngineClient): Promise<number> => {
  const began = performance.now();
  let took = Number.NaN;
  await engine.call('container/run', { ...machine, memoryBytes: plainBytes / 2, command: ['/bin/echo', 'up'], autoRemove: true }, { onItem: () => { if (Number.isNaN(took)) took = performance.now() - began; } });
  if (Number.isNaN(took)) throw new Error('the container said nothing');
  return took;
};

/** The same kernel, machine and memory, with nothing in it but a program that powers off. */
const plainMachine = async (folder: string): Promise<() => Promise<void>> => {
  const [program, initramfs] = [join(folder, 'power-off'), join(folder, 'bare.cpio')];
  await command('gcc', ['-std=gnu11', '-Os', '-static', '-s', '-o', program, join(import.meta.dirname, '../../../native/guest-agent/power-off.c')]);
  writeFileSync(initramfs, makeBareInitramfs(program));
  const host = new MachineHost({ folder: machineFolder, runFolder: folder });
  // The processor's clock only needs to be told here; what it counts is nothing to a guest that ends at once.
  const [qemu = '', ...args] = machineArguments({ ...host.parts(), initramfs }, await host.accelerator(), plainBytes).map((argument) => argument.replace('@TSC@', '2000000'));
  return async () => { await command(qemu, [...args, '-smp', '1']); };
};

/** Memory of all programs of a machine without the files that machines share, less what its guest has taken of its own. */
const memoryBesideGuest = async (engine: EngineClient): Promise<number> => {
  const { container: { id } } = await engine.call('container/create', { ...machine, memoryBytes: plainBytes / 2, command: ['/bin/sleep', '1000'] });
  try {
    await engine.call('container/start', { container: id });
    // The guest gives back what it has set free within seconds.
    await delay(15_000);
    const lines: string[] = [];
    await engine.call('process/run', { container: id, command: ['/bin/cat', '/proc/meminfo'] }, { onItem: (item) => lines.push((item as { text: string }).text) });
    const freeBytes = Number(/MemFree:\s+(\d+)/.exec(lines.join('\n'))?.[1] ?? Number.NaN) * 1024;
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
      try { return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(id); } catch { return false; }
    });
    const all = pids.reduce((sum, pid) => sum + memoryOf(Number(pid)).own, 0);
    return all - (plainBytes - freeBytes);
  } finally {
    await engine.call('container/remove', { container: id, force: true });
  }
};

/** A utility VM beside QEMU without Silo: what it takes until something is said, and in memory. */
export const machineRows = async ({ engine, folder }: Setting, rounds: number): Promise<Row[]> => {
  const plain = await plainMachine(folder);
  const first = await firstOutput(engine);
  const measured = await measure([{ name: 'silo', round: () => firstOutput(engine) }, { name: 'plain', round: plain }], { rounds, warmUp: 1 });
  const [silo, qemu] = [measured.get('silo'), measured.get('plain')];
  if (silo === undefined || qemu === undefined) return [];
  const accelerator = await new MachineHost({ folder: machineFolder, runFolder: folder }).accelerator();
  const ratio = silo.medianMs / qemu.medianMs;
  const beside = await memoryBesideGuest(engine);
  return [
    { what: `first output of a container in a utility VM (${accelerator})`, measured: `${seconds(silo.medianMs)} (${seconds(silo.leastMs)} to ${seconds(silo.mostMs)})` },
    { what: `  against QEMU with an empty initramfs until it is off (${seconds(qemu.medianMs)})`, measured: times(ratio), goal: { text: `at most ${firstOutputGoal} x`, reached: ratio <= firstOutputGoal } },
    { what: '  the very first of an image', measured: seconds(first) },
    { what: 'memory of a utility VM beside what its guest uses', measured: megabytes(beside), goal: { text: `at most ${megabytes(memoryGoalBytes)}`, reached: beside <= memoryGoalBytes } },
  ];
};
