import { readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../../base/index.ts';

const pathNote = 'network-namespace';
const changeNote = 'network-changed';

/** Notes in a machine's folder which network namespace is its container's. */
export const writeNetworkNote = (folder: string, path: string | undefined): Promise<void> => (path === undefined ? Promise.resolve() : writeFile(join(folder, pathNote), path));

/** Undefined where it has none, or the machine is gone. */
export const readNetworkNote = (folder: string): Promise<string | undefined> =>
  readFile(join(folder, pathNote), 'utf8').catch((error: unknown) => { if (hasErrno(error, 'ENOENT')) return undefined; throw error; });

/** While a machine was paused its network changed: it hears that when it is resumed. */
export const noteNetworkChange = (folder: string): Promise<void> => writeFile(join(folder, changeNote), '');

export const hasNetworkChange = (folder: string): boolean => existsSync(join(folder, changeNote));

export const forgetNetworkChange = (folder: string): Promise<void> => rm(join(folder, changeNote), { force: true });
