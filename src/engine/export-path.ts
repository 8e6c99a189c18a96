import { createHash } from 'node:crypto';
import { isAbsolute, normalize } from 'node:path';
import { SiloError } from '../base/index.ts';
import { clearUnfinished } from '../image/index.ts';
import type { Ports } from './ports.ts';

/** Where an archive is to be written. @throws SiloError ParameterInvalid */
export const exportPath = (path: string): string => {
  if (!isAbsolute(path) || path.includes('\0')) throw new SiloError('ParameterInvalid', { args: { parameter: 'path', reason: `'${path}' is not an absolute path` } });
  return normalize(path).replace(/(?<=.)\/+$/, '');
};

/**
 * Another engine that writes there has the same unfinished file. What engines that are gone left of their
 * archives, wherever that was, is taken away before.
 */
export const withExportLock = async <T>(ports: Ports, path: string, signal: AbortSignal | undefined, body: () => Promise<T>): Promise<T> => {
  const lock = await ports.locks.acquire(lockNameOf(path), signal === undefined ? {} : { signal });
  try {
    await clearExports(ports, path);
    await note(ports, path, true);
    try {
      return await body();
    } finally {
      // Where it stays noted, the next export finds nothing there.
      await note(ports, path, false).catch((error: unknown) => { ports.log.warn({ err: error, path }, 'the end of an export could not be noted'); });
    }
  } finally {
    await ports.locks.forget(lockNameOf(path));
    await lock.release();
  }
};

const lockNameOf = (path: string): string => `export-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;

/** Paths that engines of this store write to, or wrote to when they were killed: a list in JSON. */
const setting = 'exports';

const pathsOf = (text: string | undefined): readonly string[] => (text === undefined ? [] : (JSON.parse(text) as readonly string[]));

const note = (ports: Ports, path: string, begins: boolean): Promise<void> => ports.metadata.write((writer) => {
  const others = pathsOf(writer.setting(setting)).filter((other) => other !== path);
  writer.setSetting(setting, JSON.stringify(begins ? [...others, path] : others));
});

/** The caller holds the lock of `own`. */
const clearExports = async (ports: Ports, own: string): Promise<void> => {
  for (const path of ports.metadata.read((reader) => pathsOf(reader.setting(setting)))) {
    if (path === own) continue;
    const lock = await ports.locks.tryAcquire(lockNameOf(path));
    if (lock === undefined) continue;
    try {
      await clearUnfinished(path);
      await note(ports, path, false);
    } catch (error) {
      ports.log.warn({ err: error, path }, 'what a killed engine left of an archive could not be removed; the next export tries again');
    } finally {
      await ports.locks.forget(lockNameOf(path));
      await lock.release();
    }
  }
};
