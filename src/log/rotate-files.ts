import { rename, rm } from 'node:fs/promises';
import { hasErrno } from '../base/index.ts';

const renameIfThere = async (from: string, to: string): Promise<void> => {
  try {
    await rename(from, to);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error;
  }
};

/**
 * `log.1` becomes `log.2` and so on, and `log` becomes `log.1`; what would be the file after `keptFiles` goes.
 * Whoever has `log` open goes on writing to `log.1` until it is told to open `log` anew. After a kill in
 * between a number is missing, and the next turn closes the gap.
 */
export const rotateFiles = async (path: string, keptFiles: number): Promise<void> => {
  await rm(`${path}.${keptFiles}`, { force: true });
  for (let number = keptFiles - 1; number >= 1; number -= 1) await renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
  if (keptFiles >= 1) await renameIfThere(path, `${path}.1`);
};
