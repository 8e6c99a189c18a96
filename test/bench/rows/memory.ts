import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineClient } from '../../../build/engine-client.ts';
import type { Setting } from '../setting.ts';
import { megabytes, type Row } from '../table.ts';

const goalBytes = 75e6;

/** Kernel's own sums (proc(5), smaps_rollup). PSS shares what several processes map, RSS counts it fully. */
const memoryOf = (pid: number): { readonly rss: number; readonly pss: number } => {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024;
  return { rss: field('Rss'), pss: field('Pss') };
};

const rowOf = (what: string, pid: number): Row => {
  const { rss, pss } = memoryOf(pid);
  return { what, measured: `${megabytes(rss)} RSS, ${megabytes(pss)} PSS`, goal: { text: 'at most 75 MB RSS', reached: rss <= goalBytes } };
};

/** Engines that nobody has asked anything for some seconds: one that has hardly worked, and the one that ran all the containers. */
export const memoryRows = async ({ engine, root }: Setting): Promise<Row[]> => {
  await using fresh = await EngineClient.start({ root });
  await fresh.call('container/list', {});
  await delay(3000);
  return [
    rowOf('engine at rest, after one request', fresh.process.pid ?? 0),
    rowOf('engine at rest, after all these containers', engine.process.pid ?? 0),
  ];
};
