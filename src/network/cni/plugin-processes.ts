import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const patienceMs = 10_000;
const lookMs = 20;

const runsFor = async (containerId: string): Promise<boolean> => {
  const mark = `CNI_CONTAINERID=${containerId}`;
  const found = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(async (pid) => {
    // A process that has ended meanwhile.
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    return environment.split('\0').includes(mark);
  }));
  return found.includes(true);
};

/** A plugin outlives the engine that ran it: what it is still making would stay, if it were told to undo it before it has ended. */
export const awaitPlugins = async (containerId: string): Promise<void> => {
  for (const began = performance.now(); performance.now() - began < patienceMs && await runsFor(containerId); await delay(lookMs));
};
