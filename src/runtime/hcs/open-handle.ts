import { SiloError } from '../../base/index.ts';
import type { Pointer } from '../../../native/dynamic-library.ts';
import type { CallContext } from './hcs-error.ts';

/** A handle that is closed once, when no call uses it any more. */
export class OpenHandle {
  readonly #handle: Pointer;
  readonly #close: (handle: Pointer) => Promise<void>;
  readonly #inFlight = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(handle: Pointer, close: (handle: Pointer) => Promise<void>) {
    this.#handle = handle;
    this.#close = close;
  }

  get isClosed(): boolean { return this.#closed !== undefined; }

  /** @throws SiloError HcsFailed where it is closed */
  async use<T>(context: CallContext, work: (handle: Pointer) => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) {
      const { operation, target } = context;
      throw new SiloError('HcsFailed', { args: { operation, id: target.id, reason: 'its handle was closed', advice: 'Open it again.' }, target, operation: `hcs ${operation}` });
    }
    const running = work(this.#handle);
    this.#inFlight.add(running);
    try {
      return await running;
    } finally {
      this.#inFlight.delete(running);
    }
  }

  /** Waits for the calls in flight. May be repeated. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      await Promise.allSettled(this.#inFlight);
      await this.#close(this.#handle);
    })();
    return this.#closed;
  }
}
