import { formatImageReference, SiloError, type ImageReference } from '../base/index.ts';
import type { ContentStore } from '../core/index.ts';
import { archiveInvalid, archiveKind, throwIfCancelled } from './archive-file.ts';
import type { ArchiveImage, ArchiveImportRequest } from './archive-image.ts';
import { looksLikeImages, scanArchive } from './archive-scan.ts';
import { BlobIntake } from './blob-intake.ts';
import { dockerNames, resolveDockerArchive } from './docker-archive.ts';
import type { ResolveContext } from './image-sources.ts';
import { checkLayout, folderSource, readLayoutDocument, resolveLayout, storedSource } from './oci-layout.ts';
import { importRootFileSystem } from './root-file-system.ts';

/**
 * Brings the images of an archive into the content store: an OCI image layout (folder or tar), an archive
 * of `docker save` (old and new form), or the tar of a root file system; tar archives plain, with gzip or
 * with zstd. After an error blobs may stay that nothing refers to; the garbage collector takes them.
 */
export class ArchiveImporter {
  readonly #content: ContentStore;

  constructor(content: ContentStore) {
    this.#content = content;
  }

  /**
   * The images, each for one platform, their blobs all in the store. Errors: PathNotFound,
   * PathAccessDenied, ArchiveInvalid, ArchiveTooLarge, ManifestInvalid, DigestMismatch, SizeMismatch,
   * ImagePlatformMismatch, ParameterInvalid, DiskFull, OperationCancelled.
   */
  async import(request: ArchiveImportRequest): Promise<readonly ArchiveImage[]> {
    const { path, signal } = request;
    throwIfCancelled(signal);
    const intake = new BlobIntake(this.#content, request.onBlob, signal);
    const { kind } = await archiveKind(path);
    if (kind === 'file' && !(await looksLikeImages(path, request))) return [await importRootFileSystem(request, intake)];
    if (request.config !== undefined) {
      throw new SiloError('ParameterInvalid', { args: { parameter: 'config', reason: 'the archive brings a configuration of its own' }, target: { kind: 'archive', id: path } });
    }
    return named(kind === 'folder' ? await this.#importFolder(request, intake) : await this.#importFile(request, intake), request.reference);
  }

  async #importFolder(request: ArchiveImportRequest, intake: BlobIntake): Promise<readonly ArchiveImage[]> {
    const { path } = request;
    const index = await readLayoutDocument(path, 'index.json');
    if (index === undefined) throw archiveInvalid(path, 'the folder is no OCI image layout: it has no index.json');
    checkLayout(path, await readLayoutDocument(path, 'oci-layout'));
    return resolveLayout(this.#context(request, folderSource(path, intake, request)), index);
  }

  async #importFile(request: ArchiveImportRequest, intake: BlobIntake): Promise<readonly ArchiveImage[]> {
    const { path } = request;
    const scanned = await scanArchive(path, request, intake);
    const context = this.#context(request, storedSource(path, intake));
    if (scanned.index === undefined) {
      if (scanned.dockerManifest === undefined) throw archiveInvalid(path, 'it has the files of an image, but neither index.json nor manifest.json');
      return resolveDockerArchive(context, scanned, intake);
    }
    checkLayout(path, scanned.ociLayout);
    const names = dockerNames(scanned);
    return (await resolveLayout(context, scanned.index)).flatMap((image) => {
      const references = image.reference === undefined ? names.get(image.configDigest) ?? [] : [];
      return references.length === 0 ? [image] : references.map((reference) => ({ ...image, reference }));
    });
  }

  #context(request: ArchiveImportRequest, source: ResolveContext['source']): ResolveContext {
    return { path: request.path, content: this.#content, source, wanted: request.platform ?? request.hostPlatform, otherwise: request.platform === undefined ? request.otherPlatform : undefined };
  }
}

/** Gives the asked name: to the image that has it, or to the only one there is. */
const named = (images: readonly ArchiveImage[], reference: ImageReference | undefined): readonly ArchiveImage[] => {
  if (reference === undefined) return images;
  const asked = formatImageReference(reference);
  const match = images.find((image) => image.reference !== undefined && formatImageReference(image.reference) === asked);
  if (match !== undefined) return [match];
  const [first] = images;
  if (first !== undefined && images.every((image) => image.manifestDigest === first.manifestDigest)) return [{ ...first, reference }];
  const names = images.map((image) => (image.reference === undefined ? 'an image without a name' : formatImageReference(image.reference))).join(', ');
  throw new SiloError('ParameterInvalid', { args: { parameter: 'reference', reason: `the archive holds several images (${names}), none of them with this name` } });
};
