import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { HostComputeService, type ComputeSystemDocument } from '../../../src/runtime/hcs/index.ts';
import { buildHcsSimulator, startSimulator, whyNoSimulator } from '../../fixtures/hcs-simulator.ts';
import { milliseconds, type Row } from '../table.ts';

const run = promisify(execFile);
const goals = { overheadMicroseconds: 200, listMs: 250, blockedMs: 20 };
const calls = 500;
const systems = 1000;
const slowOperations = 300;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const wrapperMicroseconds = async (service: HostComputeService, id: string): Promise<number> => {
  const system = await service.openSystem(id);
  const times: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const began = performance.now();
    await system.properties();
    times.push((performance.now() - began) * 1000);
  }
  await system.close();
  return median(times);
};

const plainMicroseconds = async (program: string, library: string, id: string): Promise<number> =>
  median((await run(program, [library, id, String(calls)])).stdout.trim().split('\n').map(Number));

const middleMs = async (rounds: number, work: () => Promise<unknown>): Promise<number> => {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return median(times);
};

/** The wrapper of the Host Compute Service on the simulator: what it costs above the DLL, whose own work is the simulator's here. */
export const hcsRows = async (folder: string, rounds: number): Promise<Row[]> => {
  const reason = whyNoSimulator('linux');
  if (reason !== undefined) return [{ what: 'the wrapper of HCS', measured: reason }];
  const files = await buildHcsSimulator({ target: 'linux' });
  const library = files.libraries['computecore.dll'];
  const program = join(folder, 'hcs-calls');
  await run('gcc', ['-O2', '-pthread', '-o', program, join(import.meta.dirname, '../hcs-calls.c'), '-ldl']);
  const simulator = startSimulator(files);
  Object.assign(process.env, simulator.environment);
  const service = new HostComputeService({ computeCore: library, kernel32: library });
  try {
    mkdirSync(join(folder, 'layer'));
    const document: ComputeSystemDocument = {
      Owner: 'bench', SchemaVersion: { Major: 2, Minor: 1 }, ShouldTerminateOnLastHandleClosed: true,
      Container: { Storage: { Layers: [{ Id: '11111111-1111-1111-1111-111111111111', Path: join(folder, 'layer') }], Path: folder } },
    };
    for (let index = 0; index < systems; index += 1) await service.createSystem(`bench-${index}`, document);
    await wrapperMicroseconds(service, 'bench-0');
    const [wrapper, plain] = [await wrapperMicroseconds(service, 'bench-0'), await plainMicroseconds(program, library, 'bench-0')];
    const over = Math.max(0, wrapper - plain);
    const listMs = await middleMs(rounds, async () => { if ((await service.listSystems()).length !== systems) throw new Error('not every system was listed'); });

    writeFileSync(join(simulator.root, 'faults.json'), JSON.stringify({ Faults: [{ Function: 'HcsGetComputeSystemProperties', DelayInMs: 500 }] }));
    const system = await service.openSystem('bench-0');
    const delays = monitorEventLoopDelay({ resolution: 1 });
    delays.enable();
    const began = performance.now();
    await Promise.all(Array.from({ length: slowOperations }, () => system.properties()));
    const slowMs = performance.now() - began;
    delays.disable();
    const blockedMs = delays.max / 1e6;
    writeFileSync(join(simulator.root, 'faults.json'), '{"Faults":[]}');
    return [
      { what: `HCS call through the wrapper, above the same in C (${plain.toFixed(0)} us)`, measured: `${over.toFixed(0)} us`, goal: { text: `at most ${goals.overheadMicroseconds} us`, reached: over <= goals.overheadMicroseconds } },
      { what: `${systems.toLocaleString('en')} systems with their properties`, measured: milliseconds(listMs), goal: { text: `at most ${goals.listMs} ms`, reached: listMs <= goals.listMs } },
      { what: `${slowOperations} operations of 500 ms at once: all`, measured: milliseconds(slowMs) },
      { what: '  longest time that the event loop was blocked', measured: milliseconds(blockedMs), goal: { text: `at most ${goals.blockedMs} ms`, reached: blockedMs <= goals.blockedMs } },
    ];
  } finally {
    await service.close();
    await simulator.stop();
  }
};
