import { createHash } from 'node:crypto';
import { isAbsolute, normalize } from 'node:path';
import { SiloError } from '../base/index.ts';
import type { Ports } from './ports.ts';

/** Where an archive is to be written. @throws SiloError ParameterInvalid */
export const exportPath = (path: string): string => {
  if (!isAbsolute(path) || path.includes('\0')) throw new SiloError('ParameterInvalid', { args: { parameter: 'path', reason: `'${path}' is not an absolute path` } });
  return normalize(path).replace(/(?<=.)\/+$/, '');
};

/** Another engine that writes there has the same unfinished file. */
export const withExportLock = async <T>(ports: Ports, path: string, signal: AbortSignal | undefined, body: () => Promise<T>): Promise<T> => {
  const lockName = `export-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
  const lock = await ports.locks.acquire(lockName, signal === undefined ? {} : { signal });
  try {
    return await body();
  } finally {
    await ports.locks.forget(lockName);
    await lock.release();
  }
};
