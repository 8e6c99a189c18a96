import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fromFileError, hasErrno, SiloError } from '../base/index.ts';
import type { Lock, Locks } from '../core/index.ts';
import { linuxLocking, type FileLocking } from './file-locking.ts';

/** Time between two tries, in milliseconds: short locks are had soon, long ones cost little. */
const firstRetryMs = 2;
const lastRetryMs = 50;
/** A file that cannot be opened for longer than this is not one that is just being removed. */
const goingMs = 500;

/**
 * One locked file a name. The lock belongs to the open file, so two locks of one process exclude
 * each other too, children do not inherit it (Node's files are never inherited), and the kernel releases it
 * with the process. Never waits in the kernel: a blocking call would hold a thread of Node's pool.
 */
export class FileLocks implements Locks {
  readonly #folder: string;
  readonly #locking: FileLocking;

  /** @param folder the state root's `locks`; made on first use. */
  constructor(folder: string, locking: FileLocking = linuxLocking) {
    this.#folder = folder;
    this.#locking = locking;
  }

  async acquire(name: string, options: { readonly timeoutMs?: number; readonly signal?: AbortSignal; readonly shared?: boolean } = {}): Promise<Lock> {
    const deadline = options.timeoutMs === undefined ? Infinity : performance.now() + options.timeoutMs;
    let waitMs = firstRetryMs;
    for (;;) {
      if (options.signal?.aborted) throw new SiloError('OperationCancelled', { cause: options.signal.reason });
      const lock = await this.tryAcquire(name, options);
      if (lock !== undefined) return lock;
      const left = deadline - performance.now();
      if (left <= 0) throw busy(name);
      // A random share keeps engines that were refused together from coming back together.
      await delay(Math.min(left, waitMs * (0.75 + Math.random() / 2)), undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, lastRetryMs);
    }
  }

  async tryAcquire(name: string, options: { readonly shared?: boolean } = {}): Promise<Lock | undefined> {
    const path = this.#path(name);
    const began = performance.now();
    for (;;) {
      let file: FileHandle;
      try {
        file = await this.#open(path);
      } catch (error) {
        if (!this.#locking.isGoing(error) || performance.now() - began > goingMs) throw fromFileError(error, path);
        await delay(firstRetryMs);
        continue;
      }
      let held = false;
      try {
        if (!this.#locking.lock(file.fd, options.shared === true ? 'shared' : 'exclusive')) return undefined;
        // `forget` may have unlinked the file between open and lock: a lock on it would exclude nobody.
        held = await isSameFile(file, path);
        if (held) return { release: () => file.close() };
      } catch (error) {
        throw fromFileError(error, path);
      } finally {
        if (!held) await file.close();
      }
    }
  }

  async forget(name: string): Promise<void> {
    const path = this.#path(name);
    try {
      await unlink(path);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw fromFileError(error, path);
    }
  }

  #path(name: string): string {
    const encoded = encodeURIComponent(name).replace(/^\./, '%2E');
    // File names end at 255 bytes.
    return join(this.#folder, encoded.length <= 200 ? encoded : createHash('sha256').update(name).digest('hex'));
  }

  async #open(path: string): Promise<FileHandle> {
    for (;;) {
      try {
        return await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
      } catch (error) {
        if (!hasErrno(error, 'ENOENT')) throw error;
        await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      }
    }
  }
}

const isSameFile = async (file: FileHandle, path: string): Promise<boolean> => {
  // Windows' file numbers need more bits than a number has.
  const mine = await file.stat({ bigint: true });
  try {
    const named = await stat(path, { bigint: true });
    return named.ino === mine.ino && named.dev === mine.dev;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false;
    throw error;
  }
};

/** A container's lock bears its id, or `container` and its id. */
const busy = (name: string): SiloError => {
  const id = /^(?:container[-:/.])?([0-9a-f]{64})$/.exec(name)?.[1];
  return id === undefined ? new SiloError('StoreBusy', { target: { kind: 'store', id: name } }) : new SiloError('ContainerBusy', { args: { id }, target: { kind: 'container', id } });
};
