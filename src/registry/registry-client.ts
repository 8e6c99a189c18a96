import { isSiloError, SiloError, type Digest, type ImageReference } from '../base/index.ts';
import type { BlobInfo, ContentStore } from '../core/index.ts';
import { Authorizer } from './authorizer.ts';
import { fetchBlob, type BlobDescriptor, type FetchOptions } from './blob-download.ts';
import { BlobTee } from './blob-tee.ts';
import { BlobUpload, type UploadOptions, type UploadSource } from './blob-upload.ts';
import { defaultLimits, type ClientLimits } from './client-limits.ts';
import { Connections, type Environment } from './connections.ts';
import { anonymous, type CredentialProvider } from './credentials.ts';
import { EndpointRules, type Endpoint } from './endpoint.ts';
import { Exchange } from './exchange.ts';
import type { ManifestHead, RegistryManifest } from './manifest-answer.ts';
import { Manifests, wantedName } from './manifests.ts';
import { readPages } from './paged-list.ts';
import type { Referrer } from './referrers.ts';
import { defaultSettings, type RegistrySettings } from './registry-settings.ts';
import { blobUrl, catalogScope, deleteScope, pullScope, pushScope, repositoryUrl, type Repository } from './repository.ts';
import type { OnRetry } from './retries.ts';
import { Transport } from './transport.ts';

export interface RegistryClientOptions {
  readonly settings?: RegistrySettings;
  readonly credentials?: CredentialProvider;
  readonly limits?: Partial<ClientLimits>;
  /** Hears of every failure that is followed by another attempt. */
  readonly onRetry?: OnRetry;
  /** Where the proxies are read from; this process's own. */
  readonly environment?: Environment;
}

export interface Cancellable { readonly signal?: AbortSignal | undefined }

export interface DownloadOptions extends Cancellable {
  /**
   * Reads the content while it comes, for example to unpack it: one pass from the wire. What it made of
   * it is good only when `downloadBlob` has returned, since the digest is known at the end.
   */
  readonly consume?: (pieces: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Bytes that came so far. */
  readonly onProgress?: (receivedBytes: number) => void;
}

export interface ListOptions extends Cancellable {
  /** Entries that the registry is asked for at once; it may give fewer. */
  readonly pageSize?: number;
  /** Only entries after this one, by the registry's order. */
  readonly after?: string;
}

export type PushOutcome = 'exists' | 'mounted' | 'uploaded';

/**
 * Registries of the OCI distribution specification 1.1 and of Docker's schema 2, over HTTP/1.1. One
 * client serves any number of operations at once; `close` ends its connections. Everything that
 * registries answer is taken for hostile. Every method can throw, beside what it names:
 * RegistryUnreachable, RegistryTimedOut, RegistryCertificateInvalid, RegistryPlainHttpRefused,
 * RegistryLoginRequired, RegistryAccessDenied, RegistryRateLimited, RegistryAnswerInvalid,
 * RegistryRequestRefused, CredentialFileInvalid, CredentialHelperFailed, ImageReferenceInvalid and
 * OperationCancelled. Short requests are repeated after passing failures, and transfers go on where
 * they were.
 */
export class RegistryClient {
  readonly #rules: EndpointRules;
  readonly #connections: Connections;
  readonly #authorizer: Authorizer;
  readonly #exchange: Exchange;
  readonly #manifests: Manifests;

  constructor({ settings = defaultSettings, credentials = anonymous, limits, onRetry, environment = process.env }: RegistryClientOptions = {}) {
    const whole: ClientLimits = { ...defaultLimits, ...limits };
    this.#rules = new EndpointRules(settings);
    this.#connections = new Connections(this.#rules, whole, environment);
    const transport = new Transport(this.#connections, this.#rules, whole);
    this.#authorizer = new Authorizer(credentials, this.#rules, transport, whole.documentTimeoutMs);
    this.#exchange = new Exchange(transport, this.#authorizer, this.#rules, whole, onRetry);
    this.#manifests = new Manifests(this.#exchange);
  }

  /** Cuts what is under way. */
  close(): Promise<void> { return this.#connections.close(); }

  /** Forgets what is known of a registry's credentials, after a login or logout. */
  forget(registry: string): void { this.#authorizer.forget(registry); }

  /** Whether the registry is there, speaks the protocol and takes the credentials (specification, "Determining Support"). */
  async ping(registry: string, { signal }: Cancellable = {}): Promise<void> {
    const endpoint = this.#rules.endpoint(registry);
    await this.#exchange.ask(endpoint, { method: 'GET', url: new URL('/v2/', endpoint.base), scopes: [], repository: registry }, signal);
  }

  /**
   * The manifest or index that a reference names, verified: by its digest where it has one, else by what
   * the headers say. Mirrors are asked first. Indexes are not followed: that is the caller's, with its own limit.
   * Errors: TagNotFound, DigestMismatch, ManifestSchemaUnsupported.
   */
  resolve(reference: ImageReference, { signal }: Cancellable = {}): Promise<RegistryManifest> {
    return this.#fromAny(reference, (endpoint) => this.#manifests.get(endpoint, reference, wantedName(reference), signal));
  }

  /** As `resolve`, without the bytes: whether a tag has moved. Docker Hub doesn't count it as a pull. Errors: those of `resolve`. */
  head(reference: ImageReference, { signal }: Cancellable = {}): Promise<ManifestHead> {
    return this.#fromAny(reference, (endpoint) => this.#manifests.head(endpoint, reference, wantedName(reference), signal));
  }

  /**
   * A blob's bytes from `offset`, once each and in order. Cuts, stalls, 429 and 5xx are dealt with inside:
   * it goes on by range. Size and (from the beginning) digest are verified when it ends, so what was read
   * counts only when the loop has ended without an error. A piece's memory is used again as soon as the next
   * one is asked for; a place among the registry's transfers is held while it is read.
   * Errors: RegistryBlobNotFound, DigestMismatch, SizeMismatch.
   */
  fetchBlob(repository: Repository, descriptor: BlobDescriptor, options: FetchOptions = {}): AsyncIterable<Uint8Array> {
    return fetchBlob(this.#exchange, repository, descriptor, options);
  }

  /**
   * Brings a blob into a store, and to `consume` on its way. Nothing is in the store where it fails. A
   * blob that the store has already is read from there. Errors: those of `fetchBlob`, DiskFull, and what
   * `consume` throws; damaged content is DigestMismatch also where it made `consume` fail.
   */
  async downloadBlob(repository: Repository, descriptor: BlobDescriptor, content: ContentStore, { signal, consume, onProgress }: DownloadOptions = {}): Promise<BlobInfo> {
    const { digest, sizeBytes } = descriptor;
    const present = await content.stat(digest);
    if (present !== undefined) {
      if (present.sizeBytes !== sizeBytes) throw new SiloError('SizeMismatch', { args: { actual: present.sizeBytes, expected: sizeBytes }, target: { kind: 'blob', id: digest } });
      await consume?.(content.read(digest, signal === undefined ? {} : { signal }));
      return present;
    }
    const writer = await content.ingest({ expected: digest, expectedSizeBytes: sizeBytes, ...(signal === undefined ? {} : { signal }) });
    const tee = new BlobTee(counted(fetchBlob(this.#exchange, repository, descriptor, { signal, verify: false }), onProgress), writer);
    try {
      try {
        await consume?.(tee.pieces);
      } catch (error) {
        // Unpacking fails on damaged bytes before their digest is known; the digest is the better reason.
        if (!signal?.aborted && !(error instanceof SiloError && ['cancelled', 'resourceExhausted', 'unavailable', 'deadlineExceeded'].includes(error.class))) await tee.finish();
        throw error;
      }
      return await tee.finish();
    } finally {
      await tee.close();
    }
  }

  /** Size in bytes; undefined where the repository doesn't have it. */
  async statBlob(repository: Repository, digest: Digest, { signal }: Cancellable = {}): Promise<number | undefined> {
    const endpoint = this.#rules.endpoint(repository.registry);
    return this.#blobSize(endpoint, repository, digest, pullScope(repository), signal);
  }

  /**
   * Brings a blob into a repository: where it isn't there already, by a mount from another repository, else
   * by an upload, which goes on where it was cut. Errors: SizeMismatch, DigestMismatch, what `source.open` throws.
   */
  async pushBlob(repository: Repository, source: UploadSource, options: UploadOptions = {}): Promise<PushOutcome> {
    const endpoint = this.#rules.endpoint(repository.registry);
    const { signal, mountFrom = [] } = options;
    if ((await this.#blobSize(endpoint, repository, source.digest, pushScope(repository), signal)) === source.sizeBytes) return 'exists';
    const upload = new BlobUpload(this.#exchange, endpoint, repository, source, options);
    for (const from of mountFrom) if (await upload.mount(from)) return 'mounted';
    await upload.run();
    return 'uploaded';
  }

  /**
   * Puts a manifest or index under a tag or its own digest; its blobs must be there. Where it has a subject
   * and the registry keeps no list of referrers, the list under the subject's tag is brought up to date.
   * Errors: DigestMismatch; RegistryRequestRefused where the registry misses a blob.
   */
  pushManifest(repository: Repository, name: string, manifest: { readonly bytes: Uint8Array; readonly mediaType: string }, { signal }: Cancellable = {}): Promise<Digest> {
    return this.#manifests.put(this.#rules.endpoint(repository.registry), repository, name, manifest.bytes, manifest.mediaType, signal);
  }

  /** Tags, a page at a time as they are read. Errors: RepositoryNotFound. */
  listTags(repository: Repository, options: ListOptions = {}): AsyncIterable<string> {
    const endpoint = this.#rules.endpoint(repository.registry);
    return this.#listTexts(endpoint, repositoryUrl(endpoint, repository, 'tags/list'), 'tags', repository.repository, pullScope(repository), options);
  }

  /** Repositories of a registry, as far as it tells (docker's registry API, "Catalog"). Errors: RegistryOperationUnsupported. */
  listRepositories(registry: string, options: ListOptions = {}): AsyncIterable<string> {
    const endpoint = this.#rules.endpoint(registry);
    return this.#listTexts(endpoint, new URL('/v2/_catalog', endpoint.base), 'repositories', undefined, catalogScope, options);
  }

  /** What refers to a manifest: signatures, SBOMs. None where there is no list of either kind. */
  listReferrers(repository: Repository, subject: Digest, { artifactType, signal }: Cancellable & { readonly artifactType?: string } = {}): AsyncIterable<Referrer> {
    return this.#manifests.referrers(this.#rules.endpoint(repository.registry), repository, subject, artifactType, signal);
  }

  /** @param name a tag, which many registries don't delete, or a digest. Errors: TagNotFound, RegistryOperationUnsupported. */
  deleteManifest(repository: Repository, name: string, { signal }: Cancellable = {}): Promise<void> {
    return this.#manifests.delete(this.#rules.endpoint(repository.registry), repository, name, signal);
  }

  /** Errors: RegistryBlobNotFound, RegistryOperationUnsupported. */
  async deleteBlob(repository: Repository, digest: Digest, { signal }: Cancellable = {}): Promise<void> {
    const endpoint = this.#rules.endpoint(repository.registry);
    await this.#exchange.ask(endpoint, {
      method: 'DELETE', url: blobUrl(endpoint, repository, digest), scopes: [deleteScope(repository)], repository: repository.repository,
      notFound: () => new SiloError('RegistryBlobNotFound', { args: { registry: endpoint.registry, digest, repository: repository.repository }, target: { kind: 'blob', id: digest } }),
    }, signal);
  }

  async #blobSize(endpoint: Endpoint, repository: Repository, digest: Digest, scope: string, signal: AbortSignal | undefined): Promise<number | undefined> {
    const { answer } = await this.#exchange.ask(endpoint, { method: 'HEAD', url: blobUrl(endpoint, repository, digest), scopes: [scope], repository: repository.repository, allow: [404] }, signal);
    if (!answer.succeeded) return undefined;
    if (answer.contentLength === undefined) throw answer.invalid('it does not say how large the blob is');
    return answer.contentLength;
  }

  async *#listTexts(endpoint: Endpoint, url: URL, field: string, repository: string | undefined, scope: string, { signal, pageSize, after }: ListOptions): AsyncGenerator<string> {
    if (pageSize !== undefined) url.searchParams.set('n', String(pageSize));
    if (after !== undefined) url.searchParams.set('last', after);
    const { registry } = endpoint;
    const pages = readPages(this.#exchange, endpoint, {
      url, scopes: [scope], repository: repository ?? registry,
      notFound: () => (repository === undefined
        ? new SiloError('RegistryOperationUnsupported', { args: { registry, operation: 'a list of its repositories' }, target: { kind: 'host', id: registry }, native: { httpStatus: 404 } })
        : new SiloError('RepositoryNotFound', { args: { registry, repository }, target: { kind: 'image', id: `${registry}/${repository}` }, native: { httpStatus: 404 } })),
      entries: (fields, answer) => {
        // Go writes null for an empty list.
        const list = fields.get(field) ?? [];
        if (!Array.isArray(list)) throw answer.invalid(`'${field}' is not a list`);
        return list;
      },
    }, signal);
    for await (const entry of pages) if (typeof entry === 'string') yield entry.toWellFormed();
  }

  /** From the first mirror that can, else from the registry itself, whose failure is the one that is told. */
  async #fromAny<Value>({ registry }: Repository, ask: (endpoint: Endpoint) => Promise<Value>): Promise<Value> {
    const endpoints = this.#rules.pullEndpoints(registry);
    for (const mirror of endpoints.slice(0, -1)) {
      try {
        return await ask(mirror);
      } catch (error) {
        if (isSiloError(error, 'OperationCancelled') || isSiloError(error, 'ImageReferenceInvalid')) throw error;
      }
    }
    return ask(this.#rules.endpoint(registry));
  }
}

async function* counted(pieces: AsyncIterable<Uint8Array>, onProgress: ((receivedBytes: number) => void) | undefined): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const piece of pieces) {
    received += piece.length;
    onProgress?.(received);
    yield piece;
  }
}
