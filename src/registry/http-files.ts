import { isSiloError, SiloError } from '../base/index.ts';
import type { WebFile, WebFiles } from '../core/index.ts';
import type { Answer } from './answer.ts';
import { defaultLimits, type ClientLimits } from './client-limits.ts';
import { Connections, type Environment } from './connections.ts';
import { EndpointRules } from './endpoint.ts';
import { shownUrl } from './host.ts';
import { readRegistrySettings } from './registry-settings.ts';
import { parseRetryAfter } from './retry-after.ts';
import { Retries } from './retries.ts';
import { Transport } from './transport.ts';
import { releaseReceived } from './young-memory.ts';

/** Bytes that count as headway, as with blobs. */
const headwayBytes = 1024 * 1024;
/** A Last-Modified that is older than its answer by this much tells contents apart (RFC 9110, 8.8.2.2). */
const settledMs = 60_000;

export interface HttpFilesOptions {
  readonly limits?: Partial<ClientLimits>;
  /** Where the proxies are read from; this process's own. */
  readonly environment?: Environment;
}

interface Way {
  readonly connections: Connections;
  readonly rules: EndpointRules;
  readonly transport: Transport;
}

/**
 * Files of the web by the rules that registries are reached by: their proxies, authorities, hosts of plain
 * HTTP, redirects and times. Nobody's credentials are sent anywhere.
 */
export class HttpFiles implements WebFiles {
  readonly #settingsPath: string;
  readonly #limits: ClientLimits;
  readonly #environment: Environment;
  #way: Promise<Way> | undefined;

  /** @param settingsPath the registry settings; a missing file means the defaults. */
  constructor(settingsPath: string, { limits, environment = process.env }: HttpFilesOptions = {}) {
    this.#settingsPath = settingsPath;
    this.#limits = { ...defaultLimits, ...limits };
    this.#environment = environment;
  }

  async open(address: string, signal?: AbortSignal): Promise<WebFile> {
    const url = new URL(address);
    const way = await this.#open();
    way.rules.assertTransport(url);
    const retries = new Retries(url.host, this.#limits, signal, undefined);
    for (;;) {
      try {
        const answer = await this.#ask(way, url, {}, signal);
        if (answer.status !== 200) throw await refusal(answer, url);
        return this.#file(way, url, answer, signal);
      } catch (error) {
        await retries.afterFailure(error).catch((final: unknown) => { throw asDownload(final, url); });
      }
    }
  }

  async close(): Promise<void> {
    const way = await this.#way?.catch(() => undefined);
    await way?.connections.close();
  }

  #open(): Promise<Way> {
    this.#way ??= readRegistrySettings(this.#settingsPath).then((settings) => {
      const rules = new EndpointRules(settings);
      const connections = new Connections(rules, this.#limits, this.#environment);
      return { rules, connections, transport: new Transport(connections, rules, this.#limits) };
    }).catch((error: unknown) => {
      // Mended, the file is read again by the next call.
      this.#way = undefined;
      throw error;
    });
    return this.#way;
  }

  #ask(way: Way, url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<Answer> {
    return way.transport.send(url.host, { method: 'GET', url, headers: { 'accept': '*/*', 'accept-encoding': 'identity', ...headers }, signal }, undefined);
  }

  #file(way: Way, url: URL, answer: Answer, signal: AbortSignal | undefined): WebFile {
    let taken = false;
    const modifiedAt = dateOf(answer, 'last-modified');
    return {
      identity: identityOf(answer, modifiedAt),
      modifiedAt,
      read: () => {
        taken = true;
        return this.#read(way, url, answer, signal);
      },
      close: async () => {
        if (!taken) await answer.discard();
        taken = true;
      },
    };
  }

  /** After a cut it goes on where it was, as far as the host says that the file is still the same. */
  async *#read(way: Way, url: URL, first: Answer, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const limitBytes = this.#limits.fileBytes;
    const tooLarge = (): SiloError => new SiloError('DownloadTooLarge', { args: { url: shownUrl(url), limitBytes }, target: { kind: 'host', id: url.host } });
    const etag = strongTag(first);
    const retries = new Retries(url.host, this.#limits, signal, undefined);
    let answer: Answer | undefined = first;
    let received = 0;
    let mark = 0;
    for (;;) {
      try {
        answer ??= await this.#ask(way, url, { 'range': `bytes=${received}-`, 'if-range': etag ?? '' }, signal);
        let skip = answer === first ? 0 : await bytesToSkip(answer, url, etag, received);
        if ((answer.contentLength ?? 0) - skip > limitBytes - received) {
          await answer.discard();
          throw tooLarge();
        }
        for await (const piece of answer.stream()) {
          const rest = skip === 0 ? piece : piece.subarray(Math.min(skip, piece.length));
          skip -= piece.length - rest.length;
          received += rest.length;
          if (received > limitBytes) throw tooLarge();
          if (rest.length > 0) yield rest;
          releaseReceived(rest.length);
        }
        return;
      } catch (error) {
        if (etag === undefined) throw asDownload(error, url);
        if (received > mark) retries.reached();
        if (received - mark >= headwayBytes) {
          retries.progressed();
          mark = received;
        }
        answer = undefined;
        await retries.afterFailure(error).catch((final: unknown) => { throw asDownload(final, url); });
      }
    }
  }
}

/** Bytes at the beginning of a later answer that came before already. */
const bytesToSkip = async (answer: Answer, url: URL, etag: string | undefined, received: number): Promise<number> => {
  if (answer.status === 206 && new RegExp(`^bytes ${received}-\\d+/(?:\\d+|\\*)$`).test(answer.header('content-range') ?? '')) return 0;
  if (answer.status === 200 && strongTag(answer) === etag) return received;
  if (answer.status !== 200 && answer.status !== 206) throw await refusal(answer, url);
  await answer.discard();
  throw failed(url, 'it changed while it was fetched');
};

const strongTag = (answer: Answer): string | undefined => {
  const tag = answer.header('etag');
  return tag !== undefined && /^"[\x21\x23-\x7e]*"$/.test(tag) ? tag : undefined;
};

const dateOf = (answer: Answer, name: string): Date | undefined => {
  const text = answer.header(name);
  // The form of today alone: others are read differently by everybody.
  if (text === undefined || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) || date.getTime() < 0 ? undefined : date;
};

const identityOf = (answer: Answer, modifiedAt: Date | undefined): string | undefined => {
  const tag = strongTag(answer);
  if (tag !== undefined) return JSON.stringify(['etag', tag, modifiedAt?.getTime() ?? null]);
  const answeredAt = dateOf(answer, 'date');
  const length = answer.header('content-length');
  if (modifiedAt === undefined || answeredAt === undefined || length === undefined || answeredAt.getTime() - modifiedAt.getTime() < settledMs) return undefined;
  return JSON.stringify(['modified', modifiedAt.getTime(), length]);
};

const failed = (url: URL, reason: string, more: { readonly retryable?: boolean; readonly cause?: unknown; readonly native?: SiloError['native']; readonly retryAfterSeconds?: number | undefined } = {}): SiloError => {
  const { retryAfterSeconds, native, ...rest } = more;
  return new SiloError('DownloadFailed', { args: { url: shownUrl(url), reason, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }, target: { kind: 'host', id: url.host }, ...(native === undefined ? {} : { native }), ...rest });
};

const refusal = async (answer: Answer, url: URL): Promise<SiloError> => {
  await answer.discard();
  const { status } = answer;
  const native = { httpStatus: status };
  if (status === 404 || status === 410) return new SiloError('WebFileNotFound', { args: { url: shownUrl(url) }, target: { kind: 'host', id: url.host }, native });
  const waitMs = parseRetryAfter(answer.header('retry-after'), Date.now());
  const retryable = status === 408 || status === 429 || status >= 500;
  return failed(url, `${answer.ledAway ? `'${answer.url.host}', to which it redirects, ` : 'its host '}answered ${status}`, { native, retryable, retryAfterSeconds: waitMs === undefined || !retryable ? undefined : Math.ceil(waitMs / 1000) });
};

/** What goes wrong on the way, said of a file: the codes of registries would speak of something else. */
const asDownload = (error: unknown, url: URL): unknown => {
  if (!isSiloError(error)) return error;
  const { args, retryable, native } = error;
  const told = { cause: error, retryable, native };
  switch (error.code) {
    case 'RegistryTimedOut': return failed(url, `its host took longer than ${String(args['timeoutSeconds'])} seconds to go on`, told);
    case 'RegistryUnreachable':
    case 'RegistryAnswerInvalid': return failed(url, String(args['reason']), told);
    default: return error;
  }
};
