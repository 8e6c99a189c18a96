import type { Dispatcher } from 'undici';
import { SiloError } from '../base/index.ts';
import { BodyPieces } from './body-pieces.ts';
import type { ClientLimits } from './client-limits.ts';
import { timedOut } from './deadline.ts';
import { fromNetworkError, type NetworkContext } from './network-error.ts';

/** Bytes in `inactivityMs` of waiting below which a body counts as stalled, however steadily it drips. */
const leastBytes = 1024;
const discardBytes = 64 * 1024;
const discardMs = 1000;

export interface AnswerOptions {
  readonly registry: string;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  /** True where a redirect led to another scheme, host or port. */
  readonly ledAway: boolean;
  readonly limits: ClientLimits;
  readonly signal: AbortSignal | undefined;
  /** Called once, when the body has been read, left or lost. */
  readonly onEnd: () => void;
}

/** Status and headers that arrived, and a body that must be taken by exactly one of `read`, `stream` and `discard`. */
export class Answer {
  readonly status: number;
  readonly url: URL;
  readonly ledAway: boolean;
  readonly registry: string;
  readonly #response: Dispatcher.ResponseData;
  readonly #options: AnswerOptions;

  constructor(response: Dispatcher.ResponseData, options: AnswerOptions) {
    this.#response = response;
    this.#options = options;
    this.status = response.statusCode;
    this.url = options.url;
    this.ledAway = options.ledAway;
    this.registry = options.registry;
    // Nobody may be listening when the connection dies: who reads meets the error, who doesn't need not.
    response.body.on('error', () => undefined);
  }

  get succeeded(): boolean { return this.status >= 200 && this.status < 300; }

  /** The only or first header of a name. */
  header(name: string): string | undefined {
    const value = this.#response.headers[name.toLowerCase()];
    return Array.isArray(value) ? value[0] : value;
  }

  allHeaders(name: string): readonly string[] {
    const value = this.#response.headers[name.toLowerCase()];
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  }

  /** Content-Length in bytes. Errors: RegistryAnswerInvalid. */
  get contentLength(): number | undefined {
    const text = this.header('content-length');
    if (text === undefined) return undefined;
    const length = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(length)) throw this.invalid('its Content-Length is not a number');
    return length;
  }

  /** The whole body. Errors: RegistryAnswerInvalid above the limit, RegistryUnreachable, RegistryTimedOut, OperationCancelled. */
  async read(limitBytes: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const piece of this.stream()) {
      sizeBytes += piece.length;
      if (sizeBytes > limitBytes) throw this.invalid(`it has more than ${limitBytes} bytes`);
      pieces.push(Buffer.from(piece));
    }
    return Buffer.concat(pieces, sizeBytes);
  }

  /**
   * The body as it comes, no faster than it is taken. A piece's memory is used again as soon as the next one is asked
   * for. Leaving the loop closes the connection. Errors as with `read`.
   */
  async *stream(): AsyncGenerator<Uint8Array> {
    const { inactivityMs } = this.#options.limits;
    const { body } = this.#response;
    let waitedMs = 0;
    let gotBytes = 0;
    try {
      this.#refuseEncoding();
      const sizeBytes = Number(this.header('content-length'));
      const pieces = new BodyPieces(body, Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined)[Symbol.asyncIterator]();
      for (;;) {
        const began = performance.now();
        const { done, value } = await pieces.next();
        if (done === true) return;
        // Only waiting counts: a consumer that takes its time is not the registry's fault.
        waitedMs += performance.now() - began;
        gotBytes += value.length;
        if (waitedMs > inactivityMs) {
          if (gotBytes < leastBytes) throw timedOut(this.registry, inactivityMs);
          waitedMs = 0;
          gotBytes = 0;
        }
        yield value;
      }
    } catch (error) {
      throw fromNetworkError(error, this.#context);
    } finally {
      body.destroy();
      this.#options.onEnd();
    }
  }

  /** Reads what is left where that is little, so that the connection can be used again; else closes it. Never throws. */
  async discard(): Promise<void> {
    await this.drop();
    this.#options.onEnd();
  }

  /** As `discard`, for an answer that another one follows: its place stays taken. */
  async drop(): Promise<void> {
    try {
      await this.#response.body.dump({ limit: discardBytes, signal: AbortSignal.timeout(discardMs) });
    } catch { /* the connection is gone, which is as good */ }
  }

  invalid(reason: string): SiloError {
    return new SiloError('RegistryAnswerInvalid', { args: { registry: this.registry, reason }, target: { kind: 'host', id: this.registry }, native: { httpStatus: this.status } });
  }

  get #context(): NetworkContext {
    return { registry: this.registry, timeoutMs: this.#options.limits.inactivityMs, signal: this.#options.signal };
  }

  /** None was asked for, and digests are of the content itself. */
  #refuseEncoding(): void {
    const encoding = this.header('content-encoding')?.toLowerCase() ?? 'identity';
    if (encoding !== 'identity') throw this.invalid(`its Content-Encoding is '${encoding.slice(0, 40)}', which was not asked for`);
  }
}
