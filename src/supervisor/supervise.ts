import { watch, type FSWatcher } from 'node:fs';
import { hasErrno } from '../base/index.ts';
import type { Lock } from '../core/index.ts';
import { lockName, removeIfAutomatic, settle, supervisedContainers, type Engine } from '../engine/index.ts';

/** Held by the supervisor of a root for as long as it works. */
export const supervisorLockName = 'supervisor';

const pollMs = 1000;
/** Looks without any work before the supervisor ends. One that serves engines is needed again soon, and takes a second to start. */
const idleLooks = 5;
const idleLooksOfService = 300;

/** What a supervisor does for engines while it is at work. */
export interface SupervisedService {
  /** Whether ending now would take something from somebody. */
  readonly isNeeded: boolean;
  close(): Promise<void>;
}

/**
 * Watches the exits of a root's containers until none needs it: records how they ended, releases what
 * they held, and removes those that asked for it. Returns at once where another supervisor is at work.
 * `serve` is called when this one is, and what it answers is closed before another can be.
 */
export const supervise = async (engine: Engine, exitsFolder: string, signal: AbortSignal, serve?: () => Promise<SupervisedService>): Promise<void> => {
  for (;;) {
    const lock = await engine.ports.locks.tryAcquire(supervisorLockName);
    if (lock === undefined) return;
    await work(engine, exitsFolder, lock, signal, serve);
    // A container may have been started between the last look and the release: whoever started it saw the lock taken.
    if (signal.aborted || supervisedContainers(engine.ports).length === 0) return;
  }
};

const work = async (engine: Engine, exitsFolder: string, lock: Lock, signal: AbortSignal, serve?: () => Promise<SupervisedService>): Promise<void> => {
  let service: SupervisedService | undefined;
  let wake: (() => void) | undefined;
  const watcher = watchIfPossible(exitsFolder, () => { wake?.(); });
  const onAbort = (): void => { wake?.(); };
  signal.addEventListener('abort', onAbort);
  try {
    service = await serve?.();
    for (let idle = 0; idle < (service === undefined ? idleLooks : idleLooksOfService) && !signal.aborted;) {
      idle = (await lookAtAll(engine)) || service?.isNeeded === true ? 0 : idle + 1;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const timer = setTimeout(resolve, pollMs);
      await promise;
      clearTimeout(timer);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    watcher?.close();
    await service?.close();
    await lock.release();
  }
};

/** The kernel gives a user only so many watches (ENOSPC) and watchers (EMFILE): without one the look every second must do. */
const watchIfPossible = (folder: string, changed: () => void): FSWatcher | undefined => {
  try {
    return watch(folder, changed).on('error', () => undefined);
  } catch (error) {
    if (hasErrno(error, 'ENOSPC', 'EMFILE')) return undefined;
    throw error;
  }
};

/** True where there is still something to watch. */
const lookAtAll = async ({ ports }: Engine): Promise<boolean> => {
  const containers = supervisedContainers(ports);
  for (const { id } of containers) {
    const lock = await ports.locks.tryAcquire(lockName(id));
    if (lock === undefined) continue;
    try {
      const record = ports.metadata.read((reader) => reader.container(id));
      if (record !== undefined) await removeIfAutomatic(ports, await settle(ports, record));
    } catch (error) {
      ports.log.error({ err: error, container: id }, 'could not look after a container; trying again');
    } finally {
      await lock.release();
    }
  }
  return containers.length > 0;
};
