import { readFileSync } from 'node:fs';

export interface ProcessMemory { readonly rss: number; readonly pss: number }

/** Kernel's own sums, in bytes (proc(5), smaps_rollup). PSS shares what several processes map, RSS counts it fully. */
export const memoryOf = (pid: number): ProcessMemory => {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024;
  return { rss: field('Rss'), pss: field('Pss') };
};
