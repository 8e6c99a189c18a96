import { SiloError, formatImageReference, parseImageReference, parsePlatform, type Digest } from '../base/index.ts';
import type { NameValue, SnapshotKey } from '../core/index.ts';
import { ArchiveImporter, chainIds, type ArchiveImage } from '../image/index.ts';
import { collectGarbage } from './collect-garbage.ts';
import { withLease } from './lease.ts';
import { listImages, type ImageWithUsers } from './list-images.ts';
import type { Ports } from './ports.ts';
import { chooseIsolation, type IsolationChoice } from './technology.ts';

export interface ImportRequest {
  readonly path: string;
  readonly reference?: string | undefined;
  readonly platform?: string | undefined;
  readonly config?: {
    readonly command?: readonly string[] | undefined;
    readonly entrypoint?: readonly string[] | undefined;
    readonly environment?: readonly NameValue[] | undefined;
    readonly workingDirectory?: string | undefined;
    readonly user?: string | undefined;
    readonly labels?: readonly NameValue[] | undefined;
    readonly volumes?: readonly string[] | undefined;
    readonly stopSignal?: string | undefined;
  } | undefined;
  readonly maximumSizeBytes?: number | undefined;
}

export interface ImportProgress { readonly activity: string; readonly status: string; readonly currentBytes: number; readonly totalBytes?: number; readonly completed?: boolean }

/**
 * Takes the images of an archive. Blobs and layers belong to a lease until the reference is set in the
 * last transaction: whatever happens before leaves the store as it was.
 */
export const importImages = async (ports: Ports, request: ImportRequest, progress: ((progress: ImportProgress) => void) | undefined, signal?: AbortSignal): Promise<readonly ImageWithUsers[]> => {
  const { technology } = chooseIsolation(ports.isolations, 'Auto');
  const hostPlatform = { os: ports.host.os, architecture: ports.host.architecture };
  let moved = false;
  try {
    const references = await withLease(ports, signal, async (leaseId) => {
      const images = await new ArchiveImporter(ports.content).import({
        path: request.path,
        reference: request.reference === undefined ? undefined : parseImageReference(request.reference),
        platform: request.platform === undefined ? undefined : parsePlatform(request.platform),
        hostPlatform,
        config: request.config,
        limitBytes: request.maximumSizeBytes,
        signal,
        onBlob: (digest) => ports.metadata.write((writer) => { writer.leaseBlob(leaseId, digest); }, signal),
        onProgress: (currentBytes, totalBytes) => progress?.({ activity: request.path, status: 'Reading', currentBytes, ...(totalBytes === undefined ? {} : { totalBytes }) }),
      });
      const result: string[] = [];
      for (const image of images) {
        const reference = nameOf(image, request);
        const unpackedBytes = await unpackLayers(ports, technology, leaseId, image, request, progress, signal);
        moved = (await publish(ports, reference, image, unpackedBytes)) || moved;
        result.push(reference);
      }
      return result;
    });
    progress?.({ activity: request.path, status: 'Imported', currentBytes: 0, completed: true });
    writeThrough(ports, technology);
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

/** Unpacks the layers that no image had yet; the sum of all of them in bytes. */
const unpackLayers = async (
  ports: Ports, { snapshotter }: IsolationChoice['technology'], leaseId: string, image: ArchiveImage, request: ImportRequest,
  progress: ((progress: ImportProgress) => void) | undefined, signal: AbortSignal | undefined,
): Promise<number> => {
  const ids = chainIds(image.layers.map((layer) => layer.diffId));
  const chain: SnapshotKey[] = [];
  let bytes = 0;
  for (const [index, layer] of image.layers.entries()) {
    const chainId = ids[index] as Digest;
    let found = ports.metadata.read((reader) => reader.layer(snapshotter.name, chainId));
    if (found === undefined) {
      const key = await ports.metadata.write((writer) => writer.allocateSnapshot(snapshotter.name, leaseId), signal);
      const activity = `Layer ${index + 1} of ${image.layers.length}`;
      const applied = await snapshotter.applyLayer(key, chain, {
        path: await ports.content.path(layer.digest),
        mediaType: layer.mediaType,
        diffId: layer.diffId,
        onProgress: (currentBytes) => progress?.({ activity, status: 'Unpacking', currentBytes, totalBytes: layer.sizeBytes }),
        ...(request.maximumSizeBytes === undefined ? {} : { limitBytes: request.maximumSizeBytes }),
        ...(signal === undefined ? {} : { signal }),
      });
      progress?.({ activity, status: 'Unpacked', currentBytes: layer.sizeBytes, totalBytes: layer.sizeBytes, completed: true });
      const record = { key, snapshotter: snapshotter.name, chainId, diffId: layer.diffId, parent: chain[0], sizeBytes: applied.sizeBytes };
      const published = await ports.metadata.write((writer) => writer.publishLayer(record, ports.host.bootId));
      // Another engine unpacked the same layer meanwhile: its own stays, and this one goes with the lease.
      found = published ? record : ports.metadata.read((reader) => reader.layer(snapshotter.name, chainId));
      if (found === undefined) throw new SiloError('SnapshotNotFound', { args: { key } });
    }
    chain.unshift(found.key);
    bytes += found.sizeBytes;
  }
  return bytes;
};

/** True where the reference named another image before. */
const publish = (ports: Ports, reference: string, image: ArchiveImage, unpackedBytes: number): Promise<boolean> =>
  ports.metadata.write((writer) => {
    const before = writer.image(reference);
    writer.setBlobReferences(image.manifestDigest, image.blobs.filter((digest) => digest !== image.manifestDigest));
    writer.putImage({
      reference,
      manifestDigest: image.manifestDigest,
      configDigest: image.configDigest,
      chainId: chainIds(image.layers.map((layer) => layer.diffId)).at(-1),
      createdAt: image.createdAt,
      importedAt: ports.clock.now(),
      platform: image.platform,
      storedBytes: image.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
      unpackedBytes,
      layerCount: image.layers.length,
    });
    writer.appendEvent({ time: ports.clock.now(), kind: 'image/import', subject: reference, attributes: [{ name: 'digest', value: image.manifestDigest }] });
    return before !== undefined && before.manifestDigest !== image.manifestDigest;
  });

/**
 * Has the disk write the new layers, in the background: until then a power failure could leave them with
 * holes, so a next boot would drop them (MetadataWriter.dropUnsyncedLayers).
 */
const writeThrough = (ports: Ports, { snapshotter }: IsolationChoice['technology']): void => {
  const keys = ports.metadata.read((reader) => reader.unsyncedLayers());
  if (keys.length === 0) return;
  snapshotter.sync()
    .then(() => ports.metadata.write((writer) => { writer.markLayersSynced(keys); }))
    .catch((error: unknown) => { ports.log.warn({ err: error }, 'layers could not be written through yet'); });
};
