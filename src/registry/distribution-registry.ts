import { createHash } from 'node:crypto';
import type { Digest, ImageReference } from '../base/index.ts';
import type { Registry, RegistryCall, RegistryCredential, RemoteBlob, RemoteManifest, RemoteReferrer, UploadOutcome } from '../core/index.ts';
import { firstOf, passwordFor, type CredentialProvider } from './credentials.ts';
import { credentialServer, DockerConfigCredentials } from './docker-credentials.ts';
import { RegistryClient } from './registry-client.ts';
import { parseReferenceWith, readRegistrySettings, type RegistrySettings } from './registry-settings.ts';
import { Secret } from './secret.ts';

/** Clients for credentials given with a call; each holds a few connections. */
const keptClients = 8;
const defaultLimit = 10_000;
/** Artifacts of one manifest; real images have a handful. */
const referrerLimit = 1000;

/**
 * Registries as the engine sees them. A credential given with a call has a client of its own, so that
 * its tokens never serve another caller; what `connect` was given is kept in memory, or with the helper
 * that Docker's configuration names.
 */
export class DistributionRegistry implements Registry {
  readonly #settingsPath: string;
  readonly #docker: DockerConfigCredentials;
  readonly #connected = new Map<string, CredentialProvider>();
  readonly #clients = new Map<string, RegistryClient>();
  #settings: Promise<RegistrySettings> | undefined;

  /** @param settingsPath the settings file; a missing one means the defaults. It is read once, when first needed. */
  constructor(settingsPath: string, docker: DockerConfigCredentials = new DockerConfigCredentials()) {
    this.#settingsPath = settingsPath;
    this.#docker = docker;
  }

  async parseReference(text: string): Promise<ImageReference> { return parseReferenceWith(await this.#read(), text); }

  async defaultRegistry(): Promise<string> { return (await this.#read()).defaultRegistry; }

  async manifest(reference: ImageReference, call: RegistryCall = {}): Promise<RemoteManifest> {
    return (await this.#client(reference.registry, call.credential)).resolve(reference, { signal: call.signal });
  }

  async *blob(reference: ImageReference, blob: RemoteBlob, call: RegistryCall = {}): AsyncGenerator<Uint8Array> {
    const client = await this.#client(reference.registry, call.credential);
    // The store checks the digest of what it keeps: once is enough.
    yield* client.fetchBlob(reference, blob, { signal: call.signal, verify: false });
  }

  async upload(reference: ImageReference, blob: Omit<RemoteBlob, 'urls'>, open: (offset: number) => AsyncIterable<Uint8Array>, options: RegistryCall & { readonly from?: ImageReference | undefined; readonly onProgress?: ((sentBytes: number) => void) | undefined }): Promise<UploadOutcome> {
    const client = await this.#client(reference.registry, options.credential);
    const outcome = await client.pushBlob(reference, { digest: blob.digest, sizeBytes: blob.sizeBytes, open }, {
      signal: options.signal,
      ...(options.from === undefined ? {} : { mountFrom: [options.from.repository] }),
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    });
    return outcome === 'exists' ? 'present' : outcome;
  }

  async putManifest(reference: ImageReference, mediaType: string, bytes: Uint8Array, call: RegistryCall = {}): Promise<Digest> {
    const client = await this.#client(reference.registry, call.credential);
    const name = reference.tag ?? reference.digest ?? `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    return client.pushManifest(reference, name, { bytes, mediaType }, { signal: call.signal });
  }

  async referrers(reference: ImageReference, subject: Digest, call: RegistryCall = {}): Promise<readonly RemoteReferrer[]> {
    const found: RemoteReferrer[] = [];
    for await (const { digest, mediaType, sizeBytes, artifactType } of (await this.#client(reference.registry, call.credential)).listReferrers(reference, subject, { signal: call.signal })) {
      found.push({ digest, mediaType, sizeBytes, artifactType });
      if (found.length >= referrerLimit) break;
    }
    return found;
  }

  async tags(reference: ImageReference, call: RegistryCall & { readonly limit?: number | undefined } = {}): Promise<readonly string[]> {
    return take((await this.#client(reference.registry, call.credential)).listTags(reference, { signal: call.signal }), call.limit);
  }

  async repositories(registry: string, call: RegistryCall & { readonly limit?: number | undefined } = {}): Promise<readonly string[]> {
    return take((await this.#client(registry, call.credential)).listRepositories(registry, { signal: call.signal }), call.limit);
  }

  async connect(registry: string, credential: RegistryCredential, signal?: AbortSignal): Promise<'CredentialHelper' | 'Engine'> {
    await (await this.#client(registry, credential)).ping(registry, { signal });
    const helper = await this.#docker.helperFor(registry);
    if (helper === undefined) this.#connected.set(registry, passwordFor(registry, credential.userName, credential.secret));
    else await helper.store(credentialServer(registry), credential.userName, new Secret(credential.secret), signal);
    (await this.#client(registry, undefined)).forget(registry);
    return helper === undefined ? 'Engine' : 'CredentialHelper';
  }

  async disconnect(registry: string, signal?: AbortSignal): Promise<boolean> {
    const helper = await this.#docker.helperFor(registry);
    const erased = (await helper?.erase(credentialServer(registry), signal)) ?? false;
    const forgotten = this.#connected.delete(registry);
    (await this.#client(registry, undefined)).forget(registry);
    return erased || forgotten;
  }

  async close(): Promise<void> { await Promise.all([...this.#clients.values()].map((client) => client.close())); }

  #read(): Promise<RegistrySettings> {
    this.#settings ??= readRegistrySettings(this.#settingsPath).catch((error: unknown) => {
      // Mended, the file is read again by the next call.
      this.#settings = undefined;
      throw error;
    });
    return this.#settings;
  }

  async #client(registry: string, credential: RegistryCredential | undefined): Promise<RegistryClient> {
    const key = credential === undefined ? '' : createHash('sha256').update(JSON.stringify([registry, credential.userName, credential.secret])).digest('hex');
    const found = this.#clients.get(key);
    if (found !== undefined) return found;
    const kept: CredentialProvider = { credentialFor: async (asked) => this.#connected.get(asked)?.credentialFor(asked) };
    const credentials = credential === undefined ? firstOf(kept, this.#docker) : passwordFor(registry, credential.userName, credential.secret);
    const client = new RegistryClient({ settings: await this.#read(), credentials });
    this.#clients.set(key, client);
    const [oldest] = [...this.#clients.keys()].filter((name) => name !== '' && name !== key);
    if (this.#clients.size > keptClients && oldest !== undefined) {
      // Its connections end when they are idle; calls under way go on.
      this.#clients.delete(oldest);
    }
    return client;
  }
}

const take = async (entries: AsyncIterable<string>, limit = defaultLimit): Promise<readonly string[]> => {
  const taken: string[] = [];
  for await (const entry of entries) {
    taken.push(entry);
    if (taken.length >= limit) break;
  }
  return taken;
};
