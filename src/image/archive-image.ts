import type { Digest, ImageReference, Platform } from '../base/index.ts';
import type { NameValue } from '../core/index.ts';
import type { ArchiveReadOptions } from './archive-file.ts';

/** Configuration for an archive that brings none: a root file system. */
export interface RootFileSystemConfig {
  readonly command?: readonly string[] | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly environment?: readonly NameValue[] | undefined;
  readonly workingDirectory?: string | undefined;
  readonly user?: string | undefined;
  readonly labels?: readonly NameValue[] | undefined;
  readonly volumes?: readonly string[] | undefined;
  readonly stopSignal?: string | undefined;
}

export interface ArchiveImportRequest extends ArchiveReadOptions {
  /** A file, or the folder of an OCI image layout. */
  readonly path: string;
  /** Name for the archive's image; where the archive holds several, the one of them that has this name. */
  readonly reference?: ImageReference | undefined;
  /** Platform to take of images for several; undefined means the host's. */
  readonly platform?: Platform | undefined;
  readonly hostPlatform: Platform;
  /** What the host runs besides; taken where the archive has nothing for `hostPlatform`. */
  readonly otherPlatform?: Platform | undefined;
  /** Only for a root file system. */
  readonly config?: RootFileSystemConfig | undefined;
  /** Called for every blob when it is in the store, so that the caller can keep the garbage collector from it. */
  readonly onBlob?: ((digest: Digest) => Promise<void>) | undefined;
}

export interface ArchiveLayer {
  readonly digest: Digest;
  readonly diffId: Digest;
  readonly mediaType: string;
  /** Bytes as stored. */
  readonly sizeBytes: number;
}

/** An image whose content is in the store, for one platform. */
export interface ArchiveImage {
  /** Undefined where neither the archive nor the request names it. */
  readonly reference: ImageReference | undefined;
  readonly manifestDigest: Digest;
  readonly configDigest: Digest;
  readonly platform: Platform;
  readonly createdAt: Date | undefined;
  /** The lowest first. */
  readonly layers: readonly ArchiveLayer[];
  /** Every blob that the image needs, its manifest too. */
  readonly blobs: readonly Digest[];
}
