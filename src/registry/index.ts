/**
 * Registries over the network: manifests, blobs, lists, referrers, credentials, and the settings that
 * say where registries and their mirrors are; and files of the web by the same rules. Answers are hostile, and secrets go to the host that they
 * are for and into no message. It refuses to read images (image), to keep anything (store), and every
 * decision of policy. The composition root makes the client; the engine calls it.
 */
export { RegistryClient, type Cancellable, type DownloadOptions, type ListOptions, type PushOutcome, type RegistryClientOptions } from './registry-client.ts';
export { type BlobDescriptor, type FetchOptions } from './blob-download.ts';
export { type UploadOptions, type UploadSource } from './blob-upload.ts';
export { type ManifestHead, type RegistryManifest } from './manifest-answer.ts';
export { type Referrer } from './referrers.ts';
export { type Repository } from './repository.ts';
export { type OnRetry, type RetryNotice } from './retries.ts';
export { defaultLimits, type ClientLimits } from './client-limits.ts';
export { defaultSettings, parseReferenceWith, parseRegistrySettings, readRegistrySettings, type RegistrySettings } from './registry-settings.ts';
export { anonymous, firstOf, passwordFor, type Credential, type CredentialProvider } from './credentials.ts';
export { CredentialHelper, type CredentialHelperOptions } from './credential-helper.ts';
export { credentialServer, dockerConfigPath, DockerConfigCredentials } from './docker-credentials.ts';
export { Secret } from './secret.ts';
export { HttpFiles, type HttpFilesOptions } from './http-files.ts';
export { DistributionRegistry } from './distribution-registry.ts';
