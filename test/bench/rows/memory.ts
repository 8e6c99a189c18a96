import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Setting } from '../setting.ts';
import { megabytes, type Row } from '../table.ts';

const goalBytes = 75e6;

/** Kernel's own sums (proc(5), smaps_rollup). PSS shares what several processes map, RSS counts it fully. */
const memoryOf = (pid: number): { readonly rss: number; readonly pss: number } => {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024;
  return { rss: field('Rss'), pss: field('Pss') };
};

/** An engine after some seconds in which nobody asked it anything. */
export const memoryRows = async (what: string, { engine }: Pick<Setting, 'engine'>): Promise<Row[]> => {
  await delay(3000);
  const { rss, pss } = memoryOf(engine.process.pid ?? 0);
  return [{ what, measured: `${megabytes(rss)} RSS, ${megabytes(pss)} PSS`, goal: { text: 'at most 75 MB RSS', reached: rss <= goalBytes } }];
};
