import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { EngineClient } from '../../../build/engine-client.ts';
import { measure } from '../measure.ts';
import type { Setting } from '../setting.ts';
import { milliseconds, times, type Row } from '../table.ts';

const goalMs = 120;

/** The least that an engine of this kind could do: Node, the native bindings and a database that is open. */
const bare = `
  const koffi = require('koffi');
  koffi.load('libc.so.6').func('int getppid()')();
  const { DatabaseSync } = require('node:sqlite');
  new DatabaseSync(':memory:').exec('CREATE TABLE t (a)');
  process.stdout.write('ready');
  process.stdin.on('data', () => {});
`;

const timeBare = async (): Promise<number> => {
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', bare], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const took = performance.now() - began;
  child.stdin.end();
  await once(child, 'exit');
  return took;
};

const timeEngine = async (root: string, ask: (engine: EngineClient) => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  const engine = await EngineClient.start({ root });
  await ask(engine);
  const took = performance.now() - began;
  await engine.close();
  return took;
};

/** From the engine's start to the answer to `initialize`, which is a client's first request, and to one that needs the store. */
export const startUpRows = async ({ root }: Setting, rounds: number): Promise<Row[]> => {
  const measured = await measure([
    { name: 'engine', round: () => timeEngine(root, async () => {}) },
    { name: 'store', round: () => timeEngine(root, (engine) => engine.call('container/list', { limit: 1 })) },
    { name: 'bare', round: timeBare },
  ], { rounds });
  const [engine, store, floor] = [measured.get('engine'), measured.get('store'), measured.get('bare')];
  if (engine === undefined || store === undefined || floor === undefined) return [];
  return [
    { what: 'engine: spawn to first answer', measured: `${milliseconds(engine.medianMs)} (${milliseconds(engine.leastMs)} to ${milliseconds(engine.mostMs)})`, goal: { text: `at most ${goalMs} ms`, reached: engine.medianMs <= goalMs } },
    { what: '  to the first answer from the store', measured: milliseconds(store.medianMs) },
    { what: `  against bare Node with koffi and SQLite (${milliseconds(floor.medianMs)})`, measured: times(engine.medianMs / floor.medianMs) },
  ];
};
