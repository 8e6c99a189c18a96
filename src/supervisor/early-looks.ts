import { setTimeout as delay } from 'node:timers/promises';
import type { EarlyLook, Logger } from '../core/index.ts';

/** Time until the first look, and between two where much is going on; where little is, each is twice as far away as the one before. */
const firstPauseMs = 100;
/** A supervisor that is asked for a second after a start is at work by then. */
const lastLookMs = 3000;

type Wait = (ms: number, signal: AbortSignal) => Promise<void>;
const unreferencedDelay: Wait = (ms, signal) => delay(ms, undefined, { ref: false, signal }).catch(() => undefined);

/** Looks at what was just started, until a supervisor does. They keep no process alive: one that ends asks for a supervisor at once. */
export class EarlyLooks {
  readonly #log: Logger;
  readonly #wait: Wait;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  /** @param wait waits for so many ms, or until the signal; tests bring their own clock. */
  constructor(log: Logger, wait: Wait = unreferencedDelay) {
    this.#log = log;
    this.#wait = wait;
  }

  begin(look: () => Promise<EarlyLook>): void {
    const run = this.#run(look)
      .catch((error: unknown) => { this.#log.error({ err: error }, 'could not look after a container that was just started; the supervisor will'); })
      .finally(() => { this.#running.delete(run); });
    this.#running.add(run);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #run(look: () => Promise<EarlyLook>): Promise<void> {
    const { signal } = this.#stop;
    for (let waitedMs = 0, pauseMs = firstPauseMs; waitedMs + pauseMs <= lastLookMs; ) {
      await this.#wait(pauseMs, signal);
      if (signal.aborted) return;
      waitedMs += pauseMs;
      const found = await look();
      if (found === 'gone') return;
      pauseMs = found === 'growing' ? firstPauseMs : pauseMs * 2;
    }
  }
}
