import { SiloError } from '../base/index.ts';

class DeadlinePassed extends Error {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super('deadline passed');
    this.timeoutMs = timeoutMs;
  }
}

/** A caller's signal with a time of its own; `end` must be called. */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #own = new AbortController();
  #timer: NodeJS.Timeout;

  constructor(timeoutMs: number, outer?: AbortSignal) {
    this.signal = outer === undefined ? this.#own.signal : AbortSignal.any([outer, this.#own.signal]);
    this.#timer = this.#start(timeoutMs);
  }

  /** There was a sign of life: the time begins anew. */
  refresh(): void { this.#timer.refresh(); }

  /** Another phase begins, with another time. */
  restart(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start(timeoutMs);
  }

  end(): void { clearTimeout(this.#timer); }

  #start(timeoutMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#own.abort(new DeadlinePassed(timeoutMs)), timeoutMs);
  }
}

export const timedOut = (registry: string, timeoutMs: number, cause?: unknown): SiloError =>
  new SiloError('RegistryTimedOut', { args: { registry, timeoutSeconds: Math.ceil(timeoutMs / 1000) }, target: { kind: 'host', id: registry }, retryable: true, ...(cause === undefined ? {} : { cause }) });

/** RegistryTimedOut where a Deadline passed, OperationCancelled where somebody called it off. */
export const abortError = (signal: AbortSignal | undefined, registry: string): SiloError =>
  signal?.reason instanceof DeadlinePassed ? timedOut(registry, signal.reason.timeoutMs) : new SiloError('OperationCancelled', { cause: signal?.reason });
