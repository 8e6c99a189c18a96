import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { hasErrno } from '../../base/index.ts';

/**
 * Where a root's supervisor listens. The file lies in the state root, which only administrators can read: who knows
 * the token is one, and who proves it on the pipe is the supervisor and no other that took its name.
 */
export interface Address {
  /** Path of a socket, or name of a Windows pipe. */
  readonly address: string;
  readonly token: string;
  readonly pid: number;
}

/** Undefined where there is none, or none that can be read. */
export const readAddress = async (file: string): Promise<Address | undefined> => {
  try {
    const { address, token, pid } = JSON.parse(await readFile(file, 'utf8')) as Partial<Address>;
    return typeof address === 'string' && typeof token === 'string' && typeof pid === 'number' ? { address, token, pid } : undefined;
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
};

export const writeAddress = async (file: string, address: Address): Promise<void> => {
  const partial = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(partial, JSON.stringify(address), { mode: 0o600 });
  await rename(partial, file);
};

/** Only where it is still this process's own. */
export const removeAddress = async (file: string, pid: number): Promise<void> => {
  if ((await readAddress(file))?.pid === pid) await rm(file, { force: true });
};
