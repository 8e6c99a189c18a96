import { writeFileSync } from 'node:fs';
import { command } from './command.ts';

/** Time of `work` with nothing of the disk in memory: what is dirty is written, and what is clean is dropped, before it begins. */
export const timeColdly = async (work: () => Promise<unknown>): Promise<number> => {
  await command('sync', []);
  writeFileSync('/proc/sys/vm/drop_caches', '3');
  const began = performance.now();
  await work();
  return performance.now() - began;
};
