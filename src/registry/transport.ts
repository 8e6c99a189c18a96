import { Readable } from 'node:stream';
import { Answer } from './answer.ts';
import type { ClientLimits } from './client-limits.ts';
import type { Connections } from './connections.ts';
import { abortError } from './deadline.ts';
import type { EndpointRules } from './endpoint.ts';
import { shownUrl } from './host.ts';
import { fromNetworkError } from './network-error.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Bytes to send, openable again for a second try. */
export interface RequestBody {
  readonly sizeBytes: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface WireRequest {
  readonly method: Method;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody | Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * One request with its redirects. The Authorization header goes to the first origin (scheme, host,
 * port) only: after a redirect elsewhere it stays away, also where a further one leads back. A body is
 * never carried to another origin.
 */
export class Transport {
  readonly #connections: Connections;
  readonly #rules: EndpointRules;
  readonly #limits: ClientLimits;

  constructor(connections: Connections, rules: EndpointRules, limits: ClientLimits) {
    this.#connections = connections;
    this.#rules = rules;
    this.#limits = limits;
  }

  /**
   * @param registry for messages. @param onEnd called once, when the answer's body has ended or no answer came.
   * Errors: RegistryUnreachable, RegistryTimedOut, RegistryCertificateInvalid, RegistryAnswerInvalid,
   * RegistryPlainHttpRefused, OperationCancelled.
   */
  async send(registry: string, request: WireRequest, authorization: string | undefined, onEnd: () => void = () => undefined): Promise<Answer> {
    let { url } = request;
    let credential = authorization;
    let ledAway = false;
    try {
      for (let hop = 0; ; hop++) {
        const answer = await this.#sendOnce(registry, { ...request, url }, credential, ledAway, onEnd);
        const location = answer.header('location');
        if (!redirects.has(answer.status) || location === undefined) return answer;
        // The place is kept through all hops: only the last answer gives it back.
        await answer.drop();
        if (hop >= this.#limits.redirects) throw answer.invalid(`it redirects more than ${this.#limits.redirects} times`);
        const next = this.#rules.follow(url, location);
        if (next === undefined) throw answer.invalid('it redirects to an address that may not be followed');
        if (next.origin !== url.origin) {
          ledAway = true;
          credential = undefined;
        }
        const reads = request.method === 'GET' || request.method === 'HEAD';
        if (!reads && (ledAway || answer.status < 307)) throw answer.invalid(`it redirects what is sent to it to ${shownUrl(next)}`);
        url = next;
      }
    } catch (error) {
      onEnd();
      throw error;
    }
  }

  async #sendOnce(registry: string, request: WireRequest, authorization: string | undefined, ledAway: boolean, onEnd: () => void): Promise<Answer> {
    const { method, url, body, signal } = request;
    if (signal?.aborted) throw abortError(signal, registry);
    const dispatcher = await this.#connections.dispatcherFor(url);
    const headers: Record<string, string> = { 'user-agent': 'silo', ...request.headers, ...(authorization === undefined ? {} : { authorization }) };
    let sent: Uint8Array | Readable | null = null;
    const streams = body !== undefined && !(body instanceof Uint8Array);
    if (body instanceof Uint8Array) sent = body;
    else if (body !== undefined) {
      sent = Readable.from(body.open(), { objectMode: false, highWaterMark: 256 * 1024 });
      headers['content-length'] = String(body.sizeBytes);
    }
    try {
      // undici counts the time for sending as time without an answer; who streams brings a Deadline.
      const response = await dispatcher.request({ origin: url.origin, path: `${url.pathname}${url.search}`, method, headers, body: sent, ...(streams ? { headersTimeout: 0 } : {}), ...(signal === undefined ? {} : { signal }) });
      return new Answer(response, { registry, url, ledAway, limits: this.#limits, signal, onEnd });
    } catch (error) {
      if (sent instanceof Readable) sent.destroy();
      throw fromNetworkError(error, { registry: ledAway ? url.host : registry, timeoutMs: this.#limits.inactivityMs, signal });
    }
  }
}
