import type { Digest, ImageReference } from '../base/index.ts';

/** For one registry; held in memory only, never written or logged. */
export interface RegistryCredential { readonly userName: string; readonly secret: string }

export interface RegistryCall {
  /** Undefined: what is kept for the registry, or nobody. */
  readonly credential?: RegistryCredential | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RemoteManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface RemoteBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** Places of a layer that may not be passed on; asked after the registry. */
  readonly urls: readonly string[];
}

/** A signature, SBOM or other artifact that names a manifest as its subject. */
export interface RemoteReferrer {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly artifactType: string | undefined;
}

export type UploadOutcome = 'uploaded' | 'present' | 'mounted';

/**
 * Registries by the OCI distribution specification 1.1. Interrupted transfers are resumed, refusals of
 * load retried, before an error comes: RegistryUnreachable, RegistryLoginRequired, RegistryAccessDenied,
 * RegistryRateLimited, RegistryAnswerInvalid, TagNotFound, DigestMismatch, SizeMismatch, OperationCancelled.
 */
export interface Registry {
  /** Reads a reference with the default registry of the settings. Errors: ImageReferenceInvalid. */
  parseReference(text: string): Promise<ImageReference>;
  /** The document that the tag or digest names, its digest verified. */
  manifest(reference: ImageReference, call?: RegistryCall): Promise<RemoteManifest>;
  /** The bytes of a blob, verified as they end. Memory stays bounded: the reader sets the pace, and a piece's memory is used again as soon as the next one is asked for. */
  blob(reference: ImageReference, blob: RemoteBlob, call?: RegistryCall): AsyncIterable<Uint8Array>;
  /** Has the blob in the repository: found there, mounted from `from`, or uploaded. `open` may be called again after a cut. */
  upload(reference: ImageReference, blob: Omit<RemoteBlob, 'urls'>, open: (offset: number) => AsyncIterable<Uint8Array>, options: RegistryCall & { readonly from?: ImageReference | undefined; readonly onProgress?: ((sentBytes: number) => void) | undefined }): Promise<UploadOutcome>;
  /** Puts a manifest under the reference's tag, or its digest. */
  putManifest(reference: ImageReference, mediaType: string, bytes: Uint8Array, call?: RegistryCall): Promise<Digest>;
  /** What refers to a manifest; none where the registry keeps no list of either kind. */
  referrers(reference: ImageReference, subject: Digest, call?: RegistryCall): Promise<readonly RemoteReferrer[]>;
  tags(reference: ImageReference, call?: RegistryCall & { readonly limit?: number | undefined }): Promise<readonly string[]>;
  repositories(registry: string, call?: RegistryCall & { readonly limit?: number | undefined }): Promise<readonly string[]>;
  /** Checks a credential and keeps it; tells where. Never in clear on a disk. */
  connect(registry: string, credential: RegistryCredential, signal?: AbortSignal): Promise<'CredentialHelper' | 'Engine'>;
  /** False where none was kept. */
  disconnect(registry: string, signal?: AbortSignal): Promise<boolean>;
  /** The registry that references without one mean. */
  defaultRegistry(): Promise<string>;
  /** Ends its connections. */
  close(): Promise<void>;
}
