import { Readable, Writable } from 'node:stream';
import type { OverlappedPipe } from '../../../native/kernel32-io.ts';

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
    this.#pipe.close().then(() => { done(error); }, (problem: unknown) => { done(error ?? (problem as Error)); });
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
    this.#pipe.write(chunk).then(() => { done(); }, (error: unknown) => { done(error as Error); });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#close().then(() => this.#pipe.close()).then(() => { done(); }, (error: unknown) => { done(error as Error); });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#pipe.close().then(() => { done(error); }, (problem: unknown) => { done(error ?? (problem as Error)); });
  }
}
