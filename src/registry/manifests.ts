import { isDigest, isSiloError, SiloError, type Digest, type ImageReference } from '../base/index.ts';
import { fieldsOf, parseBoundedJson } from './bounded-json.ts';
import type { Endpoint } from './endpoint.ts';
import type { Exchange, ShortAnswer } from './exchange.ts';
import { announcedDigest, digestOf, readHead, readManifest, type ManifestHead, type RegistryManifest } from './manifest-answer.ts';
import { manifestAccept, ociIndexType } from './media-types.ts';
import { readPages } from './paged-list.ts';
import { describeReferrer, isMissing, readReferrers, referrersTag, type Referrer } from './referrers.ts';
import { deleteScope, manifestUrl, pullScope, pushScope, repositoryUrl, showName, type Repository } from './repository.ts';

/** Manifests of a registry: got, put and deleted, with the referrers that hang on them. */
export class Manifests {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) { this.#exchange = exchange; }

  async get(endpoint: Endpoint, repository: Repository, name: string, signal: AbortSignal | undefined): Promise<RegistryManifest> {
    const { answer, bytes } = await this.#ask('GET', endpoint, repository, name, signal);
    return readManifest(answer, bytes, showName(repository, name), isDigest(name) ? name : undefined);
  }

  async head(endpoint: Endpoint, repository: Repository, name: string, signal: AbortSignal | undefined): Promise<ManifestHead> {
    try {
      const { answer } = await this.#ask('HEAD', endpoint, repository, name, signal);
      const head = readHead(answer, showName(repository, name));
      if (head !== undefined && (!isDigest(name) || head.digest === name)) return head;
    } catch (error) {
      if (!isSiloError(error, 'RegistryOperationUnsupported')) throw error;
    }
    // Older registries say less, or nothing, in answer to HEAD.
    const { bytes: _, ...head } = await this.get(endpoint, repository, name, signal);
    return head;
  }

  async put(endpoint: Endpoint, repository: Repository, name: string, bytes: Uint8Array, mediaType: string, signal: AbortSignal | undefined): Promise<Digest> {
    const expected = isDigest(name) ? name : digestOf(bytes);
    const answer = await this.#put(endpoint, repository, name, bytes, mediaType, signal);
    const actual = announcedDigest(answer) ?? expected;
    if (actual !== expected && actual.startsWith(expected.slice(0, 7))) throw new SiloError('DigestMismatch', { args: { actual, expected }, target: { kind: 'blob', id: expected } });
    const described = describeReferrer(parsed(bytes), expected, mediaType, bytes.length);
    if (described !== undefined && answer.header('oci-subject') === undefined) await this.#addReferrer(endpoint, repository, described.subject, described.referrer, signal);
    return expected;
  }

  async delete(endpoint: Endpoint, repository: Repository, name: string, signal: AbortSignal | undefined): Promise<void> {
    await this.#exchange.ask(endpoint, { method: 'DELETE', url: manifestUrl(endpoint, repository, name), scopes: [deleteScope(repository)], repository: repository.repository, notFound: () => notFound(endpoint, repository, name) }, signal);
  }

  async *referrers(endpoint: Endpoint, repository: Repository, subject: Digest, artifactType: string | undefined, signal: AbortSignal | undefined): AsyncGenerator<Referrer> {
    const url = repositoryUrl(endpoint, repository, `referrers/${subject}`);
    if (artifactType !== undefined) url.searchParams.set('artifactType', artifactType);
    const suits = (referrer: Referrer): boolean => artifactType === undefined || referrer.artifactType === artifactType;
    try {
      const pages = readPages(this.#exchange, endpoint, {
        url, scopes: [pullScope(repository)], repository: repository.repository, headers: { accept: ociIndexType }, entries: readReferrers, notFound: () => notFound(endpoint, repository, subject),
      }, signal);
      for await (const referrer of pages) if (suits(referrer as Referrer)) yield referrer as Referrer;
      return;
    } catch (error) {
      if (!isMissing(error) && !isSiloError(error, 'RegistryOperationUnsupported')) throw error;
    }
    for (const referrer of await this.#taggedReferrers(endpoint, repository, subject, signal)) if (suits(referrer)) yield referrer;
  }

  async #taggedReferrers(endpoint: Endpoint, repository: Repository, subject: Digest, signal: AbortSignal | undefined): Promise<readonly Referrer[]> {
    try {
      const { answer, bytes } = await this.#ask('GET', endpoint, repository, referrersTag(subject), signal);
      const manifest = readManifest(answer, bytes, showName(repository, referrersTag(subject)), undefined);
      return manifest.mediaType === ociIndexType ? readReferrers(parsed(bytes) ?? new Map(), answer) : [];
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** Two clients that do this at once lose one entry; the specification has no better way. */
  async #addReferrer(endpoint: Endpoint, repository: Repository, subject: Digest, referrer: Referrer, signal: AbortSignal | undefined): Promise<void> {
    const present = await this.#taggedReferrers(endpoint, repository, subject, signal);
    if (present.some(({ digest }) => digest === referrer.digest)) return;
    const manifests = [...present, referrer].map(({ sizeBytes, annotations, ...rest }) => ({ ...rest, size: sizeBytes, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) }));
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: ociIndexType, manifests }));
    await this.#put(endpoint, repository, referrersTag(subject), bytes, ociIndexType, signal);
  }

  async #put(endpoint: Endpoint, repository: Repository, name: string, bytes: Uint8Array, mediaType: string, signal: AbortSignal | undefined): Promise<ShortAnswer['answer']> {
    const { answer } = await this.#exchange.ask(endpoint, { method: 'PUT', url: manifestUrl(endpoint, repository, name), scopes: [pushScope(repository)], repository: repository.repository, headers: { 'content-type': mediaType }, body: bytes }, signal);
    return answer;
  }

  #ask(method: 'GET' | 'HEAD', endpoint: Endpoint, repository: Repository, name: string, signal: AbortSignal | undefined): Promise<ShortAnswer> {
    return this.#exchange.ask(endpoint, {
      method, url: manifestUrl(endpoint, repository, name), scopes: [pullScope(repository)], repository: repository.repository,
      headers: { accept: manifestAccept }, notFound: () => notFound(endpoint, repository, name),
    }, signal);
  }
}

const notFound = ({ registry }: Endpoint, repository: Repository, name: string): SiloError => {
  const reference = showName(repository, name);
  return new SiloError('TagNotFound', { args: { registry, reference }, target: { kind: 'image', id: `${registry}/${reference}` }, native: { httpStatus: 404 } });
};

const parsed = (bytes: Uint8Array): ReadonlyMap<string, unknown> | undefined => {
  try {
    return fieldsOf(parseBoundedJson(bytes));
  } catch {
    return undefined;
  }
};

/** What a reference asks a registry for: its digest where it has one. */
export const wantedName = ({ tag, digest }: Pick<ImageReference, 'tag' | 'digest'>): string => digest ?? tag ?? 'latest';
