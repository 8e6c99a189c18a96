import { Readable, Writable } from 'node:stream';
import type { OverlappedPipe } from '../../../native/kernel32-io.ts';

/** Tells a stream's callback how work ended. The stream calls are made where the promise's own handlers have returned: what throws there is no rejection. */
const tell = (work: Promise<unknown>, done: (error?: Error | null) => void): void => {
  const settle = (error: Error | null): void => { process.nextTick(done, error); };
  work.then(() => { settle(null); }, (error: unknown) => { settle(error as Error); });
};

/** Standard output or error of a process; ends where the process has closed it, or the handle was closed. */
export class ProcessOutput extends Readable {
  readonly #pipe: OverlappedPipe;

  constructor(pipe: OverlappedPipe) {
    super({ highWaterMark: 64 * 1024 });
    this.#pipe = pipe;
  }

  override _read(): void {
    this.#pipe.read().then((bytes) => { this.push(bytes ?? null); }, (error: unknown) => { this.destroy(error as Error); });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    tell(this.#pipe.close(), (problem) => { done(error ?? problem ?? null); });
  }
}

/** Standard input of a process. A process that reads no more is no error: what is written then is lost, as with a pipe that nobody empties. */
export class ProcessInput extends Writable {
  readonly #pipe: OverlappedPipe;
  readonly #close: () => Promise<void>;

  /** `close` tells the guest that no more comes. */
  constructor(pipe: OverlappedPipe, close: () => Promise<void>) {
    super({ highWaterMark: 64 * 1024 });
    this.#pipe = pipe;
    this.#close = close;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    tell(this.#pipe.write(chunk), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    tell(this.#close().then(() => this.#pipe.close()), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    tell(this.#pipe.close(), (problem) => { done(error ?? problem ?? null); });
  }
}
