import type { SiloError } from '../base/index.ts';
import type { Answer } from './answer.ts';
import type { Authorizer } from './authorizer.ts';
import { parseChallenges } from './challenge.ts';
import type { ClientLimits } from './client-limits.ts';
import { Deadline } from './deadline.ts';
import type { Endpoint, EndpointRules } from './endpoint.ts';
import { refusalOf } from './refusal.ts';
import { Retries, type OnRetry } from './retries.ts';
import { Slots } from './slots.ts';
import type { Method, RequestBody, Transport } from './transport.ts';

export interface RegistryRequest {
  readonly method: Method;
  readonly url: URL;
  /** What a token must allow (docker's token scopes), for example `repository:a/b:pull`. */
  readonly scopes: readonly string[];
  /** For messages. */
  readonly repository: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody | Uint8Array;
  /** Statuses that are answers, beside 2xx. */
  readonly allow?: readonly number[];
  /** The error for 404. */
  readonly notFound?: () => SiloError;
}

export interface ShortAnswer {
  readonly answer: Answer;
  /** Empty for HEAD and for statuses other than 2xx. */
  readonly bytes: Buffer;
}

/** Requests to registries with everything around them: places, authorization, refusals as errors, and repeats of short ones. */
export class Exchange {
  readonly limits: ClientLimits;
  readonly rules: EndpointRules;
  readonly #transport: Transport;
  readonly #authorizer: Authorizer;
  readonly #onRetry: OnRetry | undefined;
  readonly #transfers: Slots;
  readonly #documents: Slots;

  constructor(transport: Transport, authorizer: Authorizer, rules: EndpointRules, limits: ClientLimits, onRetry: OnRetry | undefined) {
    this.#transport = transport;
    this.#authorizer = authorizer;
    this.rules = rules;
    this.limits = limits;
    this.#onRetry = onRetry;
    this.#transfers = new Slots(limits.transfersPerRegistry);
    this.#documents = new Slots(limits.documentsPerRegistry);
  }

  retries(registry: string, signal: AbortSignal | undefined, limits: ClientLimits = this.limits): Retries {
    return new Retries(registry, limits, signal, this.#onRetry);
  }

  /** One attempt at a transfer; the answer's body holds a place until it ends. Errors: every code of a registry. */
  async open(endpoint: Endpoint, request: RegistryRequest, signal: AbortSignal | undefined): Promise<Answer> {
    const free = await this.#transfers.take(endpoint.registry, signal);
    return this.#send(endpoint, request, signal, free);
  }

  /** As `open`, without any credentials, at an address that is not the registry's. */
  async openElsewhere(registry: string, url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<Answer> {
    const free = await this.#transfers.take(registry, signal);
    const answer = await this.#transport.send(url.host, { method: 'GET', url, headers, signal }, undefined, free);
    if (answer.succeeded) return answer;
    throw await refusalOf(answer, { repository: registry, secrets: [], known: false });
  }

  /** A short exchange, repeated where that may help. Errors: every code of a registry. */
  async ask(endpoint: Endpoint, request: RegistryRequest, signal: AbortSignal | undefined, limits: ClientLimits = this.limits): Promise<ShortAnswer> {
    const retries = this.retries(endpoint.registry, signal, limits);
    for (;;) {
      try {
        return await this.askOnce(endpoint, request, signal);
      } catch (error) {
        await retries.afterFailure(error);
      }
    }
  }

  async askOnce(endpoint: Endpoint, request: RegistryRequest, signal: AbortSignal | undefined): Promise<ShortAnswer> {
    const free = await this.#documents.take(endpoint.registry, signal);
    const deadline = new Deadline(this.limits.documentTimeoutMs, signal);
    try {
      const answer = await this.#send(endpoint, request, deadline.signal, free);
      if (answer.succeeded && request.method !== 'HEAD') return { answer, bytes: await answer.read(this.limits.documentBytes) };
      await answer.discard();
      return { answer, bytes: Buffer.alloc(0) };
    } finally {
      deadline.end();
    }
  }

  async #send(endpoint: Endpoint, request: RegistryRequest, signal: AbortSignal | undefined, free: () => void): Promise<Answer> {
    const { scopes, repository, allow = [], notFound } = request;
    try {
      // An upload's place may be on another host: it gets what is sent there, and no credentials.
      const ours = request.url.origin === endpoint.base.origin;
      const header = ours ? await this.#authorizer.header(endpoint, scopes, signal) : undefined;
      let answer = await this.#transport.send(endpoint.registry, { ...request, signal }, header, free);
      if (answer.status === 401 && ours && !answer.ledAway) {
        const challenges = parseChallenges(answer.allHeaders('www-authenticate'));
        await answer.drop();
        const second = await this.#authorizer.answer(endpoint, scopes, challenges, header, signal);
        answer = await this.#transport.send(endpoint.registry, { ...request, signal }, second, free);
      }
      if (answer.succeeded || allow.includes(answer.status)) return answer;
      const known = ours && (await this.#authorizer.isKnown(endpoint, signal));
      throw await refusalOf(answer, { repository, secrets: this.#authorizer.secrets(endpoint), known, ...(notFound === undefined ? {} : { notFound }) });
    } catch (error) {
      free();
      throw error;
    }
  }
}
