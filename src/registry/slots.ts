import { SiloError } from '../base/index.ts';

/** A limited number of places for each key; who comes first is served first. */
export class Slots {
  readonly #limit: number;
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(limit: number) { this.#limit = limit; }

  /** Gives the function that frees the place; calling it again does nothing. Errors: OperationCancelled. */
  async take(key: string, signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) throw cancelled(signal);
    const taken = this.#taken.get(key) ?? 0;
    if (taken < this.#limit) this.#taken.set(key, taken + 1);
    else await this.#wait(key, signal);
    let freed = false;
    return () => {
      if (freed) return;
      freed = true;
      this.#free(key);
    };
  }

  #wait(key: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = this.#waiting.get(key) ?? [];
      this.#waiting.set(key, queue);
      const leave = (): void => {
        queue.splice(queue.indexOf(enter), 1);
        reject(cancelled(signal));
      };
      const enter = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      queue.push(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #free(key: string): void {
    const next = this.#waiting.get(key)?.shift();
    // The place goes straight to the next one, so that nobody can slip in between.
    if (next !== undefined) return next();
    const taken = (this.#taken.get(key) ?? 1) - 1;
    if (taken > 0) {
      this.#taken.set(key, taken);
      return;
    }
    this.#taken.delete(key);
    this.#waiting.delete(key);
  }
}

export const cancelled = (signal: AbortSignal | undefined): SiloError => new SiloError('OperationCancelled', { cause: signal?.reason });
