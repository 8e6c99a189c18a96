import { SiloError, formatImageReference, type Digest, type ImageReference } from '../base/index.ts';
import type { RegistryCredential } from '../core/index.ts';
import { isLayerType, type LinkedBlobs } from '../image/index.ts';
import { findImage } from './image-lookup.ts';
import { outgoing } from './mirror.ts';
import type { Ports } from './ports.ts';
import type { ImageProgress } from './publish-image.ts';

export interface PushRequest {
  readonly image: string;
  readonly destination?: string | undefined;
  readonly credential?: RegistryCredential | undefined;
  readonly includeForeignLayers?: boolean | undefined;
  /** Puts every platform that was pulled, with what refers to them; the index gets the tag. */
  readonly allPlatforms?: boolean | undefined;
}

export interface PushOutcome {
  readonly reference: string;
  readonly digest: Digest;
  readonly uploadedBytes: number;
  readonly skippedLayers: number;
}

const parallelUploads = 3;

/**
 * Puts an image into a registry: layers and configuration first, in parallel, the manifest last, so that
 * nobody ever sees a manifest without its content. Blobs go as they are stored; nothing is packed again.
 */
export const pushImage = async (ports: Ports, request: PushRequest, progress: ((progress: ImageProgress) => void) | undefined, signal?: AbortSignal): Promise<PushOutcome> => {
  const image = ports.metadata.read((reader) => findImage(reader, request.image));
  const destination = await ports.registry.parseReference(request.destination ?? image.reference);
  const origin = await ports.registry.parseReference(image.reference);
  const top = request.allPlatforms === true ? image.sourceDigest : image.manifestDigest;
  const along = request.allPlatforms === true ? ports.metadata.read((reader) => reader.blobReferences(image.manifestDigest)) : [];
  const parts = await outgoing(ports, top, along);
  if (parts === undefined) throw new SiloError('BlobNotFound', { args: { digest: top }, target: { kind: 'image', id: image.reference } });
  const call = { credential: request.credential, signal };
  let uploadedBytes = 0;
  let skippedLayers = 0;
  const upload = async (blob: LinkedBlobs['blobs'][number]): Promise<void> => {
    if (blob.urls.length > 0 && request.includeForeignLayers !== true) { skippedLayers++; return; }
    const activity = `Layer ${blob.digest.slice(7, 19)}`;
    const outcome = await ports.registry.upload(destination, blob, (offset) => ports.content.read(blob.digest, { offset, ...(signal === undefined ? {} : { signal }) }), {
      ...call,
      // Only a repository of the same registry can be mounted from.
      from: origin.registry === destination.registry && origin.repository !== destination.repository ? origin : undefined,
      onProgress: (currentBytes) => progress?.({ activity, status: 'Uploading', currentBytes, totalBytes: blob.sizeBytes }),
    });
    if (outcome === 'uploaded') uploadedBytes += blob.sizeBytes;
    else if (isLayerType(blob.mediaType)) skippedLayers++;
    progress?.({ activity, status: outcome === 'uploaded' ? 'Uploaded' : 'Present', currentBytes: blob.sizeBytes, totalBytes: blob.sizeBytes, completed: true });
  };
  await inParallel(parts.filter((part) => part.kind === 'blob').map((part) => part.item), parallelUploads, upload);
  for (const part of parts) {
    if (part.kind !== 'document') continue;
    const place = part.digest === top ? destination : { ...destination, tag: undefined, digest: part.digest };
    await ports.registry.putManifest(place, typeOf(part.bytes), part.bytes, call);
  }
  await ports.metadata.write((writer) => {
    writer.appendEvent({ time: ports.clock.now(), kind: 'image/push', subject: formatReference(destination), attributes: [{ name: 'digest', value: top }] });
  });
  return { reference: formatReference(destination), digest: top, uploadedBytes, skippedLayers };
};

const formatReference = (reference: ImageReference): string => formatImageReference({ ...reference, digest: reference.tag === undefined ? reference.digest : undefined });

const typeOf = (manifest: Uint8Array): string =>
  (JSON.parse(new TextDecoder().decode(manifest)) as { mediaType?: string }).mediaType ?? 'application/vnd.oci.image.manifest.v1+json';

/** Runs `work` on all items, `limit` at once; the first failure keeps further items from beginning, and is thrown when those begun have ended. */
const inParallel = async <T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> => {
  const waiting = [...items];
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined && !failed; item = waiting.shift()) {
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
};
