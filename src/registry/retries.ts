import { setTimeout as delay } from 'node:timers/promises';
import { isSiloError } from '../base/index.ts';
import type { ClientLimits } from './client-limits.ts';
import { cancelled } from './slots.ts';

/** A failure that is followed by another attempt; holds no secrets. */
export interface RetryNotice {
  readonly registry: string;
  /** The failed attempt; 1 is the first. */
  readonly attempt: number;
  readonly waitMs: number;
  /** Code and sentence of the failure. */
  readonly code: string;
  readonly reason: string;
}

export type OnRetry = (notice: RetryNotice) => void;

/** These tell of a wrong name or a service that is down; a person waits for the answer. */
const neverThere: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Counts failures in a row and says how long to wait before the next attempt: exponential with full jitter, or what the registry asks for. */
export class Retries {
  readonly #registry: string;
  readonly #limits: ClientLimits;
  readonly #signal: AbortSignal | undefined;
  readonly #onRetry: OnRetry | undefined;
  #failures = 0;
  #begun = false;

  constructor(registry: string, limits: ClientLimits, signal: AbortSignal | undefined, onRetry: OnRetry | undefined) {
    this.#registry = registry;
    this.#limits = limits;
    this.#signal = signal;
    this.#onRetry = onRetry;
  }

  /** Headway was made: the count begins anew, and the registry is known to be there. */
  progressed(): void {
    this.#failures = 0;
    this.#begun = true;
  }

  /** The registry was reached; a refused connection from now on is a restart of it. */
  reached(): void { this.#begun = true; }

  /** Waits where another attempt may help; throws `error` where not. Errors: OperationCancelled. */
  async afterFailure(error: unknown): Promise<void> {
    this.#failures += 1;
    if (!isSiloError(error) || !error.retryable || this.#failures >= this.#limits.attempts) throw error;
    if (!this.#begun && neverThere.has(error.native?.errno ?? '')) throw error;
    const asked = error.args['retryAfterSeconds'];
    const askedMs = typeof asked === 'number' ? asked * 1000 : undefined;
    if (askedMs !== undefined && askedMs > this.#limits.longestWaitMs) throw error;
    const ceilingMs = Math.min(this.#limits.longestWaitMs, this.#limits.backoffMs * 2 ** (this.#failures - 1));
    // Several clients that were told the same time must not come back together.
    const waitMs = Math.min(this.#limits.longestWaitMs, Math.round(askedMs === undefined ? Math.random() * ceilingMs : askedMs + Math.random() * Math.min(ceilingMs, 1000)));
    this.#onRetry?.({ registry: this.#registry, attempt: this.#failures, waitMs, code: error.code, reason: error.message });
    try {
      await delay(waitMs, undefined, this.#signal === undefined ? {} : { signal: this.#signal });
    } catch {
      throw cancelled(this.#signal);
    }
  }
}
