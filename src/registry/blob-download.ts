import { createHash } from 'node:crypto';
import { digestParts, isSiloError, SiloError, type Digest } from '../base/index.ts';
import type { Answer } from './answer.ts';
import type { Endpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { blobUrl, pullScope, type Repository } from './repository.ts';
import { releaseReceived } from './young-memory.ts';

/** What is needed of an OCI descriptor to fetch its content. */
export interface BlobDescriptor {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Addresses outside of registries (foreign layers); tried before the registry, never with credentials. */
  readonly urls?: readonly string[];
}

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** First byte that is wanted; what comes from an offset is not verified. */
  readonly offset?: number;
  /** False where the consumer checks the digest itself, as a ContentStore does; the size is checked always. */
  readonly verify?: boolean;
}

type Source = { readonly endpoint: Endpoint } | { readonly url: URL };

/** Bytes that count as headway: a registry that cuts after every few must not keep a download going for ever. */
const headwayBytes = 1024 * 1024;

const sizeMismatch = (digest: Digest, actual: number | string, expected: number): SiloError =>
  new SiloError('SizeMismatch', { args: { actual, expected }, target: { kind: 'blob', id: digest } });

/**
 * A blob's bytes, once each and in order, whatever happens on the way: after a cut, a stall, 429 or 5xx it
 * goes on by range (OCI distribution specification, "Pulling blobs"), and to the next source where one
 * fails. See RegistryClient.fetchBlob for its errors.
 */
export async function* fetchBlob(exchange: Exchange, repository: Repository, descriptor: BlobDescriptor, { signal, offset = 0, verify = true }: FetchOptions): AsyncGenerator<Uint8Array> {
  const { digest, sizeBytes } = descriptor;
  const hash = verify && offset === 0 ? createHash(digestParts(digest).algorithm) : undefined;
  const sources = sourcesOf(exchange, repository, descriptor);
  let received = offset;
  let error: unknown;
  for (const source of sources) {
    const name = 'endpoint' in source ? source.endpoint.registry : source.url.host;
    const retries = exchange.retries(name, signal);
    let mark = received;
    for (;;) {
      try {
        for await (const piece of attempt(exchange, source, repository, descriptor, received, signal)) {
          received += piece.length;
          hash?.update(piece);
          yield piece;
        }
        if (received < sizeBytes) throw new SiloError('RegistryUnreachable', { args: { registry: name, reason: `it ended after ${received} of ${sizeBytes} bytes` }, target: { kind: 'blob', id: digest }, retryable: true });
        const actual = hash === undefined ? digest : `${digestParts(digest).algorithm}:${hash.digest('hex')}`;
        if (actual !== digest) throw new SiloError('DigestMismatch', { args: { actual, expected: digest }, target: { kind: 'blob', id: digest } });
        return;
      } catch (failure) {
        if (isSiloError(failure, 'OperationCancelled') || isSiloError(failure, 'DigestMismatch')) throw failure;
        if (received > mark) retries.reached();
        if (received - mark >= headwayBytes) {
          retries.progressed();
          mark = received;
        }
        try {
          await retries.afterFailure(failure);
        } catch (final) {
          if (isSiloError(final, 'OperationCancelled')) throw final;
          // A registry rarely has a layer that has an address of its own: that it doesn't is no news.
          if (error === undefined || !isSiloError(final, 'RegistryBlobNotFound')) error = final;
          break;
        }
      }
    }
  }
  throw error;
}

const sourcesOf = (exchange: Exchange, { registry }: Repository, { urls = [] }: BlobDescriptor): readonly Source[] => {
  const endpoints = exchange.rules.pullEndpoints(registry);
  const own = endpoints.at(-1)?.base;
  // Read as if the registry had led there: no plain HTTP to strangers, nothing on this machine.
  const foreign = own === undefined ? [] : urls.slice(0, 8).flatMap((text) => {
    if (!URL.canParse(text)) return [];
    try {
      const url = exchange.rules.follow(own, text);
      return url === undefined ? [] : [{ url }];
    } catch {
      return [];
    }
  });
  return [...foreign, ...endpoints.map((endpoint) => ({ endpoint }))];
};

const openAt = (exchange: Exchange, source: Source, repository: Repository, digest: Digest, received: number, signal: AbortSignal | undefined): Promise<Answer> => {
  const headers: Readonly<Record<string, string>> = received > 0 ? { range: `bytes=${received}-` } : {};
  if ('url' in source) return exchange.openElsewhere(repository.registry, source.url, headers, signal);
  const { endpoint } = source;
  return exchange.open(endpoint, {
    method: 'GET', url: blobUrl(endpoint, repository, digest), headers, scopes: [pullScope(repository)], repository: repository.repository,
    notFound: () => new SiloError('RegistryBlobNotFound', { args: { registry: endpoint.registry, digest, repository: repository.repository }, target: { kind: 'blob', id: digest }, native: { httpStatus: 404 } }),
  }, signal);
};

/** What one answer brings of the bytes from `received` on. */
async function* attempt(exchange: Exchange, source: Source, repository: Repository, { digest, sizeBytes }: BlobDescriptor, received: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const answer = await openAt(exchange, source, repository, digest, received, signal);
  let skip: number;
  try {
    skip = bytesToSkip(answer, digest, sizeBytes, received);
  } catch (error) {
    await answer.discard();
    throw error;
  }
  let position = received;
  for await (const piece of answer.stream()) {
    const rest = skip < piece.length ? piece.subarray(skip) : undefined;
    skip -= Math.min(skip, piece.length);
    if (rest === undefined) continue;
    position += rest.length;
    if (position > sizeBytes) throw sizeMismatch(digest, `more than ${sizeBytes}`, sizeBytes);
    yield rest;
    releaseReceived(rest.length);
  }
}

/** Bytes at the beginning of the body that came before already: a server may ignore Range (RFC 9110, 14.2). */
const bytesToSkip = (answer: Answer, digest: Digest, sizeBytes: number, received: number): number => {
  const length = answer.contentLength;
  if (answer.status === 206) {
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.header('content-range') ?? '') ?? [];
    if (Number(from) !== received) throw answer.invalid('its Content-Range is not the one that was asked for');
    if (total !== '*' && Number(total) !== sizeBytes) throw sizeMismatch(digest, Number(total), sizeBytes);
    if (length !== undefined && received + length > sizeBytes) throw sizeMismatch(digest, received + length, sizeBytes);
    return 0;
  }
  if (length !== undefined && length !== sizeBytes) throw sizeMismatch(digest, length, sizeBytes);
  return received;
};
