import { watch, type FSWatcher } from 'node:fs';
import { hasErrno } from '../../base/index.ts';

const pollMs = 1000;

/**
 * Wakes waiters when conmon writes an exit file. One inotify watch serves all tasks; it says only that a
 * name changed, and every second all waiters look by themselves: a lost event costs a second, no more.
 */
export class ExitWatch {
  readonly #folder: string;
  readonly #waiters = new Map<string, Set<() => void>>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string) { this.#folder = folder; }

  /** Calls `look` on each sign of a change of `name`, until the returned function is called. */
  watch(name: string, look: () => void): () => void {
    const looks = this.#waiters.get(name) ?? new Set();
    this.#waiters.set(name, looks.add(look));
    this.#open();
    return () => {
      looks.delete(look);
      if (looks.size === 0 && this.#waiters.get(name) === looks) this.#waiters.delete(name);
      if (this.#waiters.size === 0) this.#close();
    };
  }

  #open(): void {
    if (this.#timer !== undefined) return;
    try {
      this.#watcher = watch(this.#folder, (_, name) => {
        // conmon writes a temporary file "<id>.XXXXXX" and renames it; either name is a sign.
        const id = name?.split('.')[0];
        for (const look of (id === undefined ? undefined : this.#waiters.get(id)) ?? []) look();
      });
      this.#watcher.on('error', () => { this.#watcher?.close(); });
    } catch (error) {
      // The kernel gives a user only so many watches (ENOSPC) and watchers (EMFILE): then the look every second must do.
      if (!hasErrno(error, 'ENOSPC', 'EMFILE')) throw error;
    }
    this.#timer = setInterval(() => { for (const looks of this.#waiters.values()) for (const look of looks) look(); }, pollMs);
  }

  #close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
