import type { Digest } from '../base/index.ts';
import { chainIds, type ArchiveImage } from '../image/index.ts';
import { oweSweep } from './collect-garbage.ts';
import type { Ports } from './ports.ts';
import { snapshotters } from './technology.ts';

/** One step of long work with images, as clients are told of it. */
export interface ImageProgress { readonly activity: string; readonly status: string; readonly currentBytes: number; readonly totalBytes?: number; readonly completed?: boolean }

/** An image whose blobs are all in the store, under a lease. */
export type StoredImage = Omit<ArchiveImage, 'reference'>;

/** Sets the reference: from here on the image is seen. True where the reference named another image before. */
export const publishImage = (ports: Ports, eventKind: string, reference: string, image: StoredImage, unpackedBytes: number, sourceDigest: Digest = image.manifestDigest): Promise<boolean> =>
  ports.metadata.write((writer) => {
    const before = writer.image(reference);
    writer.setBlobReferences(image.manifestDigest, image.blobs.filter((digest) => digest !== image.manifestDigest));
    writer.putImage({
      reference,
      manifestDigest: image.manifestDigest,
      sourceDigest,
      configDigest: image.configDigest,
      chainId: chainIds(image.layers.map((layer) => layer.diffId)).at(-1),
      createdAt: image.createdAt,
      importedAt: ports.clock.now(),
      platform: image.platform,
      storedBytes: image.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
      unpackedBytes,
      layerCount: image.layers.length,
    });
    writer.appendEvent({ time: ports.clock.now(), kind: eventKind, subject: reference, attributes: [{ name: 'digest', value: image.manifestDigest }] });
    const moved = before !== undefined && before.manifestDigest !== image.manifestDigest;
    if (moved) oweSweep(writer);
    return moved;
  });

/**
 * Has the disk write the new layers, in the background: until then a power failure could leave them with
 * holes, so a next boot would drop them (MetadataWriter.dropUnsyncedLayers).
 */
export const writeThrough = (ports: Ports): void => {
  const keys = ports.metadata.read((reader) => reader.unsyncedLayers());
  if (keys.length === 0) return;
  Promise.all(snapshotters(ports.isolations).map((snapshotter) => snapshotter.sync()))
    .then(() => ports.metadata.write((writer) => { writer.markLayersSynced(keys); }))
    .catch((error: unknown) => { ports.log.warn({ err: error }, 'layers could not be written through yet'); });
};
