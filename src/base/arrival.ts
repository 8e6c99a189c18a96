const growing = 0n;
const whole = 1n;
const failed = 2n;

/** How long a reader waits without a sign before it looks by itself, in milliseconds. */
const lookEveryMs = 1000;

/**
 * How much of a file has arrived, shared between the thread that writes it and the one that reads it
 * meanwhile. Only counters are in it; the bytes are in the file.
 */
export class Arrival {
  readonly shared: SharedArrayBuffer;
  readonly #words: BigInt64Array;

  /** @param shared what another thread's Arrival has; a new one where left out. */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.shared = shared;
    this.#words = new BigInt64Array(shared);
  }

  get bytes(): number { return Number(Atomics.load(this.#words, 0)); }
  get state(): 'growing' | 'whole' | 'failed' { return (['growing', 'whole', 'failed'] as const)[Number(Atomics.load(this.#words, 1))] ?? 'failed'; }

  grownTo(bytes: number): void {
    Atomics.store(this.#words, 0, BigInt(bytes));
    Atomics.notify(this.#words, 0);
  }

  /** The first of `finish` and `fail` decides. */
  finish(): void { this.#end(whole); }
  fail(): void { this.#end(failed); }

  /** Settles when more than `seen` bytes may have arrived, or no more will. */
  async beyond(seen: number): Promise<void> {
    if (this.bytes > seen || this.state !== 'growing') return;
    const waiting = Atomics.waitAsync(this.#words, 0, BigInt(seen), lookEveryMs);
    if (waiting.async) await waiting.value;
  }

  #end(state: bigint): void {
    Atomics.compareExchange(this.#words, 1, growing, state);
    Atomics.notify(this.#words, 0);
  }
}
