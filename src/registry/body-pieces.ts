import type { Readable } from 'node:stream';

/** Most bytes of one piece. */
const pieceBytes = 256 * 1024;
/** How long a piece is gathered for whoever waits for it, in milliseconds: a line that is slower gives what it has. */
const gatherMs = 20;

/**
 * A body's bytes, gathered to pieces in two buffers in turn: while one is used, the other is filled. undici hands them over
 * by the 64 KiB, in buffers of their own; to take each of them through iterators, hash and file by itself cost more than
 * to copy it (src/adr/0034-layers-at-once.md).
 */
export class BodyPieces {
  readonly #body: Readable;
  readonly #buffers: readonly [Buffer, Buffer];
  #turn: 0 | 1 = 0;
  #filled = 0;
  /** What had no room any more. */
  #rest: Uint8Array | undefined;
  #state: { readonly kind: 'open' } | { readonly kind: 'ended' } | { readonly kind: 'failed'; readonly error: unknown } = { kind: 'open' };
  #wake: (() => void) | undefined;

  /** @param sizeBytes of the whole body, where it is known. */
  constructor(body: Readable, sizeBytes = pieceBytes) {
    this.#body = body;
    const length = Math.max(1, Math.min(pieceBytes, sizeBytes));
    this.#buffers = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)];
  }

  /** Each piece is valid until the next one is asked for. What came before a failure is given first. Leaving it early leaves the body paused. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const onData = (chunk: Uint8Array): void => { this.#take(chunk); };
    const onEnd = (): void => { this.#end({ kind: 'ended' }); };
    const onError = (error: unknown): void => { this.#end({ kind: 'failed', error }); };
    const onClose = (): void => { onError(Object.assign(new Error('the body was cut'), { code: 'ERR_STREAM_PREMATURE_CLOSE' })); };
    const body = this.#body.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
    // Before anybody listened.
    if (body.errored !== null) onError(body.errored);
    else if (body.readableEnded) onEnd();
    else if (body.destroyed) onClose();
    try {
      for (;;) {
        await this.#gathered();
        const piece = this.#buffers[this.#turn].subarray(0, this.#filled);
        if (piece.length === 0) {
          if (this.#state.kind === 'failed') throw this.#state.error;
          return;
        }
        this.#turn = this.#turn === 0 ? 1 : 0;
        this.#filled = 0;
        const rest = this.#rest;
        this.#rest = undefined;
        if (rest !== undefined) this.#take(rest);
        if (this.#rest === undefined) body.resume();
        yield piece;
      }
    } finally {
      body.pause();
      body.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    }
  }

  #take(chunk: Uint8Array): void {
    const buffer = this.#buffers[this.#turn];
    const length = Math.min(chunk.length, buffer.length - this.#filled);
    buffer.set(length === chunk.length ? chunk : chunk.subarray(0, length), this.#filled);
    this.#filled += length;
    if (length < chunk.length) this.#rest = chunk.subarray(length);
    if (this.#filled < buffer.length) return;
    this.#body.pause();
    this.#wake?.();
  }

  /** The first that is told counts. */
  #end(state: { readonly kind: 'ended' } | { readonly kind: 'failed'; readonly error: unknown }): void {
    if (this.#state.kind === 'open') this.#state = state;
    this.#wake?.();
  }

  /** Settles when the buffer is full, the body is at its end, or what came is to be given without more. */
  async #gathered(): Promise<void> {
    const enough = (): boolean => this.#state.kind !== 'open' || this.#filled === this.#buffers[this.#turn].length;
    if (enough()) return;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake?.();
    }, gatherMs);
    try {
      while (!enough() && !(late && this.#filled > 0)) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          if (late) this.#body.once('data', () => { resolve(); });
        });
      }
    } finally {
      clearTimeout(timer);
      this.#wake = undefined;
    }
  }
}
