import { SiloError, formatImageReference, parseImageReference, parsePlatform } from '../base/index.ts';
import { ArchiveImporter, type ArchiveImage, type RootFileSystemConfig } from '../image/index.ts';
import { collectGarbage } from './collect-garbage.ts';
import { hostPlatform, otherPlatform } from './host-platform.ts';
import { withLease } from './lease.ts';
import { listImages, type ImageWithUsers } from './list-images.ts';
import type { Ports } from './ports.ts';
import { publishImage, writeThrough, type ImageProgress } from './publish-image.ts';
import { technologyForImages } from './technology.ts';
import { unpackLayers } from './unpack-layers.ts';

export interface ImportRequest {
  readonly path: string;
  readonly reference?: string | undefined;
  readonly platform?: string | undefined;
  readonly config?: RootFileSystemConfig | undefined;
  readonly maximumSizeBytes?: number | undefined;
}

/**
 * Takes the images of an archive. Blobs and layers belong to a lease until the reference is set in the
 * last transaction: whatever happens before leaves the store as it was.
 */
export const importImages = async (ports: Ports, request: ImportRequest, progress: ((progress: ImageProgress) => void) | undefined, signal?: AbortSignal): Promise<readonly ImageWithUsers[]> => {
  let moved = false;
  try {
    const references = await withLease(ports, signal, async (leaseId) => {
      const images = await new ArchiveImporter(ports.content).import({
        path: request.path,
        reference: request.reference === undefined ? undefined : parseImageReference(request.reference),
        platform: request.platform === undefined ? undefined : parsePlatform(request.platform),
        hostPlatform: hostPlatform(ports.host),
        otherPlatform: otherPlatform(ports),
        config: request.config,
        limitBytes: request.maximumSizeBytes,
        signal,
        onBlob: (digest) => ports.metadata.writeLightly((writer) => { writer.leaseBlob(leaseId, digest); }, signal),
        onProgress: (currentBytes, totalBytes) => progress?.({ activity: request.path, status: 'Reading', currentBytes, ...(totalBytes === undefined ? {} : { totalBytes }) }),
      });
      const result: string[] = [];
      for (const image of images) {
        const reference = nameOf(image, request);
        const technology = technologyForImages(ports, image.platform.os);
        // As with a pull: images of another system are kept, and nothing here could unpack them.
        const unpackedBytes = technology === undefined ? 0 : await unpackLayers(ports, technology, leaseId, image, { maximumSizeBytes: request.maximumSizeBytes, progress, signal });
        moved = (await publishImage(ports, 'image/import', reference, image, unpackedBytes)) || moved;
        result.push(reference);
      }
      return result;
    });
    progress?.({ activity: request.path, status: 'Imported', currentBytes: 0, completed: true });
    writeThrough(ports);
    if (moved) await collectGarbage(ports);
    return references.flatMap((reference) => listImages(ports, reference));
  } catch (error) {
    progress?.({ activity: request.path, status: 'Failed', currentBytes: 0, completed: true });
    await collectGarbage(ports);
    throw error;
  }
};

const nameOf = (image: ArchiveImage, request: ImportRequest): string => {
  if (request.reference !== undefined) return formatImageReference(parseImageReference(request.reference));
  if (image.reference !== undefined) return formatImageReference(image.reference);
  throw new SiloError('ParameterInvalid', { args: { parameter: 'reference', reason: 'the archive names no image, so a reference must be given' }, target: { kind: 'archive', id: request.path } });
};
