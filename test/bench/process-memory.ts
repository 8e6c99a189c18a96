import { readFileSync } from 'node:fs';

/** `own`: the share without files, whose pages the kernel can drop and all who map them have together. */
export interface ProcessMemory { readonly rss: number; readonly pss: number; readonly own: number }

/** Kernel's own sums, in bytes (proc(5), smaps_rollup). PSS shares what several processes map, RSS counts it fully. */
export const memoryOf = (pid: number): ProcessMemory => {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024;
  return { rss: field('Rss'), pss: field('Pss'), own: field('Pss_Anon') + field('Pss_Shmem') };
};
