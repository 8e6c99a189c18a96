import { SiloError, type Digest } from '../base/index.ts';
import type { LayerSource, SnapshotKey } from '../core/index.ts';
import { chainIds, type ArchiveImage } from '../image/index.ts';
import { oweSweep } from './collect-garbage.ts';
import type { IsolationTechnology, Ports } from './ports.ts';
import { snapshotters } from './technology.ts';

/** One step of long work with images, as clients are told of it. */
export interface ImageProgress { readonly activity: string; readonly status: string; readonly currentBytes: number; readonly totalBytes?: number; readonly completed?: boolean }

/** An image whose blobs are all in the store, under a lease. */
export type StoredImage = Omit<ArchiveImage, 'reference'>;

export interface UnpackOptions {
  /** Most bytes that one layer may unpack to. */
  readonly maximumSizeBytes?: number | undefined;
  readonly progress?: ((progress: ImageProgress) => void) | undefined;
  /** Layers that are still on their way: they are unpacked while they arrive. */
  readonly arrivals?: LayerArrivals | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LayerArrivals {
  /** The layer's growing file, once it has begun to arrive; undefined where the store has it whole. */
  arriving(digest: Digest): Promise<LayerSource['arriving']>;
  /** Settles when the layer is in the store, its digest verified. */
  arrived(digest: Digest): Promise<void>;
}

/** Unpacks the layers that no image had yet; the sum of all of them in bytes. */
export const unpackLayers = async (ports: Ports, { snapshotter }: IsolationTechnology, leaseId: string, image: Pick<StoredImage, 'layers'>, { maximumSizeBytes, progress, arrivals, signal }: UnpackOptions): Promise<number> => {
  const ids = chainIds(image.layers.map((layer) => layer.diffId));
  const chain: SnapshotKey[] = [];
  let bytes = 0;
  for (const [index, layer] of image.layers.entries()) {
    const chainId = ids[index] as Digest;
    let found = ports.metadata.read((reader) => reader.layer(snapshotter.name, chainId));
    if (found === undefined) {
      const key = await ports.metadata.write((writer) => writer.allocateSnapshot(snapshotter.name, leaseId), signal);
      const activity = `Layer ${index + 1} of ${image.layers.length}`;
      const arriving = await arrivals?.arriving(layer.digest);
      const applying = snapshotter.applyLayer(key, chain, {
        path: arriving === undefined ? await ports.content.path(layer.digest) : layer.digest,
        mediaType: layer.mediaType,
        diffId: layer.diffId,
        ...(arriving === undefined ? {} : { arriving }),
        onProgress: (currentBytes) => progress?.({ activity, status: 'Unpacking', currentBytes, totalBytes: layer.sizeBytes }),
        ...(maximumSizeBytes === undefined ? {} : { limitBytes: maximumSizeBytes }),
        ...(signal === undefined ? {} : { signal }),
      });
      // Damaged bytes fail to unpack before their digest is known: the digest is the better reason, and it
      // must be right before anybody sees the layer.
      const [applied, arrival] = await Promise.allSettled([applying, arrivals?.arrived(layer.digest)]);
      if (arrival.status === 'rejected') throw arrival.reason;
      if (applied.status === 'rejected') throw applied.reason;
      progress?.({ activity, status: 'Unpacked', currentBytes: layer.sizeBytes, totalBytes: layer.sizeBytes, completed: true });
      const record = { key, snapshotter: snapshotter.name, chainId, diffId: layer.diffId, parent: chain[0], sizeBytes: applied.value.sizeBytes };
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
