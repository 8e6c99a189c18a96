import { SiloError } from '../../base/index.ts';
import { streamWindowBytes } from '../../contract/index.ts';

/** What one line costs beside its text: time, names and punctuation of its JSON. */
const itemOverheadBytes = 96;

/** Sends one stream's batches, never more than the window ahead of the client. */
export class CreditedStream {
  readonly #name: string;
  readonly #notify: (params: { stream: string; items: readonly unknown[]; bytes: number }) => Promise<void>;
  #unacknowledged = 0;
  #wake: (() => void) | undefined;

  constructor(name: string, notify: (params: { stream: string; items: readonly unknown[]; bytes: number }) => Promise<void>) {
    this.#name = name;
    this.#notify = notify;
  }

  /** Waits for credit, then sends. A batch that is larger than the window goes alone. Errors: OperationCancelled. */
  async send(items: readonly object[], signal: AbortSignal): Promise<void> {
    const bytes = items.reduce((sum, item) => sum + ('text' in item ? Buffer.byteLength(String(item.text)) + itemOverheadBytes : Buffer.byteLength(JSON.stringify(item))), 0);
    while (this.#unacknowledged > 0 && this.#unacknowledged + bytes > streamWindowBytes && !signal.aborted) await this.#credited(signal);
    if (signal.aborted) throw new SiloError('OperationCancelled');
    this.#unacknowledged += bytes;
    await this.#notify({ stream: this.#name, items, bytes });
  }

  async #credited(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => { resolve(); };
    this.#wake = wake;
    signal.addEventListener('abort', wake);
    await promise;
    signal.removeEventListener('abort', wake);
  }

  credit(bytes: number): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - bytes);
    this.#wake?.();
  }
}

/** The open streams of a connection by the client's names. */
export class Streams {
  readonly #open = new Map<string, CreditedStream>();
  readonly #notify: ConstructorParameters<typeof CreditedStream>[1];

  constructor(notify: ConstructorParameters<typeof CreditedStream>[1]) { this.#notify = notify; }

  /** Opens a stream for the time of `body`. Errors: ParameterInvalid where the name is taken. */
  async with<T>(name: string | undefined, body: (stream: CreditedStream | undefined) => Promise<T>): Promise<T> {
    if (name === undefined) return body(undefined);
    if (this.#open.has(name)) throw new SiloError('ParameterInvalid', { args: { parameter: 'stream', reason: `'${name}' is open already` } });
    const stream = new CreditedStream(name, this.#notify);
    this.#open.set(name, stream);
    try {
      return await body(stream);
    } finally {
      this.#open.delete(name);
    }
  }

  credit(name: string, bytes: number): void { this.#open.get(name)?.credit(bytes); }
}
