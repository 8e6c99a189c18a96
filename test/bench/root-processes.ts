import { readFileSync, readdirSync } from 'node:fs';
import { linuxHostFacts } from '../../src/host/index.ts';
import { runFolderOf } from '../../src/open-linux.ts';

/** Process ids of what a state root has at work: the monitors of its containers, or its supervisor. */
export const rootProcesses = (root: string, kind: 'conmon' | 'supervisor'): readonly number[] => {
  const runFolder = runFolderOf(root, linuxHostFacts().bootId);
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    const words = read(`/proc/${pid}/cmdline`).split('\0');
    if (kind === 'conmon') return words[0]?.endsWith('conmon') === true && words.some((word) => word.includes(`${runFolder}/`));
    return words.includes('supervise') && read(`/proc/${pid}/environ`).split('\0').includes(`SILO_ROOT=${root}`);
  }).map(Number);
};

/** Empty where the process has ended. */
const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};
