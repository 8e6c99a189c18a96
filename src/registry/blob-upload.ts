import { isSiloError, SiloError, type Digest } from '../base/index.ts';
import type { Answer } from './answer.ts';
import { abortError, Deadline } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { takeBytes } from './exact-stream.ts';
import type { Exchange, RegistryRequest } from './exchange.ts';
import { pullScope, pushScope, repositoryUrl, type Repository } from './repository.ts';

export interface UploadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of a chunk; without it the blob goes in one request. A registry's OCI-Chunk-Min-Length raises it. */
  readonly chunkBytes?: number;
  /** Repositories of the same registry that have the blob; the registry may take it from there. */
  readonly mountFrom?: readonly string[];
  /** Bytes that the registry has so far; goes back where it lost some. */
  readonly onProgress?: (sentBytes: number) => void;
}

export interface UploadSource {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** The content from a byte on; called again for each chunk and attempt. */
  open(offset: number): AsyncIterable<Uint8Array>;
}

/** An upload that the registry has opened. Its place changes with every answer. */
interface Place { readonly url: URL; readonly chunkMinBytes: number }

const headwayBytes = 1024 * 1024;
const octets = { 'content-type': 'application/octet-stream' } as const;

/**
 * One blob's way into a registry (OCI distribution specification, "Pushing a blob monolithically" and "in
 * chunks"; after a cut, "Resuming an upload"): the registry is asked how much it has, and gets the rest.
 */
export class BlobUpload {
  readonly #exchange: Exchange;
  readonly #endpoint: Endpoint;
  readonly #repository: Repository;
  readonly #source: UploadSource;
  readonly #options: UploadOptions;
  #place: Place | undefined;

  constructor(exchange: Exchange, endpoint: Endpoint, repository: Repository, source: UploadSource, options: UploadOptions) {
    this.#exchange = exchange;
    this.#endpoint = endpoint;
    this.#repository = repository;
    this.#source = source;
    this.#options = options;
  }

  /** True where the registry took the blob from that repository. What it opened instead serves the upload. Errors: every code of a registry but its refusal to mount. */
  async mount(from: string): Promise<boolean> {
    const url = this.#uploadsUrl();
    url.searchParams.set('mount', this.#source.digest);
    url.searchParams.set('from', from);
    try {
      const { answer } = await this.#exchange.ask(this.#endpoint, { ...this.#request('POST', url), scopes: [pushScope(this.#repository), pullScope({ ...this.#repository, repository: from })] }, this.#options.signal);
      if (answer.status === 201) return true;
      this.#place = this.#nextPlace(answer, undefined);
      return false;
    } catch (error) {
      // Not everybody may read the other repository; the upload doesn't need it.
      if (isSiloError(error, 'RegistryAccessDenied') || isSiloError(error, 'RegistryRequestRefused') || isSiloError(error, 'RegistryOperationUnsupported')) return false;
      throw error;
    }
  }

  /** Errors: SizeMismatch and what the source throws; RegistryRequestRefused where the registry computes another digest; every code of a registry. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    const retries = this.#exchange.retries(this.#endpoint.registry, signal);
    let mark = 0;
    let resumed = false;
    try {
      for (let begun = false; ;) {
        try {
          const offset = begun && this.#place !== undefined ? await this.#status(this.#place) : 0;
          if (offset - mark >= headwayBytes) {
            mark = offset;
            retries.progressed();
          }
          this.#place ??= await this.#start();
          begun = true;
          resumed ||= offset > 0;
          await this.#send(this.#place, offset);
          return;
        } catch (error) {
          if (begun) retries.reached();
          if (resumed && isSiloError(error, 'RegistryRequestRefused') && error.native?.httpStatus === 400) {
            // What it kept of the first attempt was not what was sent ("0-0" can mean no byte and one): once more, from the beginning.
            await this.#abandon();
            resumed = false;
            begun = false;
            mark = 0;
            continue;
          }
          await retries.afterFailure(this.#forgotten(error) ?? error);
        }
      }
    } catch (error) {
      await this.#abandon();
      throw error;
    }
  }

  /** Where the registry knows the upload no more, another one is opened: that passes. */
  #forgotten(error: unknown): SiloError | undefined {
    if (this.#place === undefined || !(error instanceof SiloError) || error.native?.httpStatus !== 404) return undefined;
    this.#place = undefined;
    const { registry } = this.#endpoint;
    return new SiloError('RegistryUnreachable', { args: { registry, reason: 'it forgot the upload' }, target: { kind: 'host', id: registry }, native: { httpStatus: 404 }, cause: error, retryable: true });
  }

  /** Tells the registry that nothing more will come. Never throws, and doesn't take long. */
  async #abandon(): Promise<void> {
    const place = this.#place;
    this.#place = undefined;
    if (place === undefined) return;
    const deadline = new Deadline(2000);
    try {
      await this.#exchange.askOnce(this.#endpoint, this.#request('DELETE', place.url), deadline.signal);
    } catch { /* registries clear away what is left behind */ } finally {
      deadline.end();
    }
  }

  async #start(): Promise<Place> {
    const { answer } = await this.#exchange.askOnce(this.#endpoint, { ...this.#request('POST', this.#uploadsUrl()), headers: { 'content-length': '0' } }, this.#options.signal);
    return this.#nextPlace(answer, undefined);
  }

  /** Bytes that the registry has. */
  async #status(place: Place): Promise<number> {
    const { answer } = await this.#exchange.askOnce(this.#endpoint, this.#request('GET', place.url), this.#options.signal);
    this.#place = this.#nextPlace(answer, place);
    return keptBytes(answer, this.#source.sizeBytes);
  }

  async #send(start: Place, offset: number): Promise<void> {
    const { sizeBytes } = this.#source;
    const { chunkBytes, onProgress } = this.#options;
    if (chunkBytes === undefined && offset === 0) {
      await this.#transfer({ ...this.#request('PUT', this.#closing(start)), headers: octets }, 0, sizeBytes);
      return;
    }
    let place = start;
    let position = offset;
    const size = chunkBytes === undefined ? sizeBytes : Math.max(chunkBytes, place.chunkMinBytes);
    while (position < sizeBytes) {
      const length = Math.min(size, sizeBytes - position);
      const answer = await this.#transfer({ ...this.#request('PATCH', place.url), headers: { ...octets, 'content-range': `${position}-${position + length - 1}` } }, position, length);
      place = this.#nextPlace(answer, place);
      this.#place = place;
      const kept = answer.header('range') === undefined ? position + length : keptBytes(answer, sizeBytes);
      if (kept <= position) throw answer.invalid('it kept nothing of what was sent');
      position = kept;
      onProgress?.(position);
    }
    await this.#transfer({ ...this.#request('PUT', this.#closing(place)), headers: octets }, sizeBytes, 0);
  }

  /** Sends a part of the content. A stalled line and a registry that never answers end by their own times. */
  async #transfer(request: RegistryRequest, offset: number, length: number): Promise<Answer> {
    const { digest } = this.#source;
    const { inactivityMs, commitTimeoutMs } = this.#exchange.limits;
    const { signal, onProgress } = this.#options;
    const deadline = new Deadline(length === 0 ? commitTimeoutMs : inactivityMs, signal);
    const body = {
      sizeBytes: length,
      open: () => {
        let sent = 0;
        return takeBytes(this.#source.open(offset), length, digest, (bytes) => {
          sent += bytes;
          if (sent === length) deadline.restart(commitTimeoutMs);
          else deadline.refresh();
          onProgress?.(offset + sent);
        });
      },
    };
    try {
      const answer = await this.#exchange.open(this.#endpoint, length === 0 ? { ...request, body: new Uint8Array() } : { ...request, body }, deadline.signal);
      await answer.discard();
      const named = answer.header('docker-content-digest');
      if (request.method === 'PUT' && named !== undefined && named !== digest && named.startsWith(digest.slice(0, 7))) throw new SiloError('DigestMismatch', { args: { actual: named.slice(0, 140), expected: digest }, target: { kind: 'blob', id: digest } });
      return answer;
    } catch (error) {
      throw deadline.signal.aborted ? abortError(deadline.signal, this.#endpoint.registry) : error;
    } finally {
      deadline.end();
    }
  }

  #request(method: RegistryRequest['method'], url: URL): RegistryRequest {
    return { method, url, scopes: [pushScope(this.#repository)], repository: this.#repository.repository };
  }

  #uploadsUrl(): URL { return repositoryUrl(this.#endpoint, this.#repository, 'blobs/uploads/'); }

  #closing(place: Place): URL {
    const url = new URL(place.url);
    url.searchParams.set('digest', this.#source.digest);
    return url;
  }

  #nextPlace(answer: Answer, before: Place | undefined): Place {
    const location = answer.header('location');
    if (location === undefined && before !== undefined) return before;
    const url = location === undefined ? undefined : this.#exchange.rules.follow(answer.url, location);
    if (url === undefined) throw answer.invalid('it does not say where the upload goes on');
    const least = Number(answer.header('oci-chunk-min-length') ?? '0');
    return { url, chunkMinBytes: Number.isSafeInteger(least) && least > 0 ? least : (before?.chunkMinBytes ?? 0) };
  }
}

/** `Range: 0-<last byte>`, with or without `bytes=`. `0-0` is no byte: chunks of one byte are not sent. */
const keptBytes = (answer: Answer, sizeBytes: number): number => {
  const last = /^(?:bytes=)?0-(\d+)$/.exec(answer.header('range') ?? '0-0')?.[1];
  const kept = last === '0' ? 0 : Number(last) + 1;
  if (!Number.isSafeInteger(kept) || kept > sizeBytes) throw answer.invalid('it says that it has more of the upload than there is');
  return kept;
};
