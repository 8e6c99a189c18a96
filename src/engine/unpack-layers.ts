import { SiloError, type Digest } from '../base/index.ts';
import type { LayerRecord, LayerSource, SnapshotKey } from '../core/index.ts';
import { chainIds, type ArchiveImage } from '../image/index.ts';
import type { IsolationTechnology, Ports } from './ports.ts';
import type { ImageProgress, StoredImage } from './publish-image.ts';

/** As many as come from a registry at once; the snapshotter's threads are fewer. */
const layersAtOnce = 3;

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
  /** Ends what is still on its way: nobody wants it any more. */
  stop(): void;
}

/** One layer on its way into the snapshotter. */
interface Unpacking {
  readonly key: SnapshotKey;
  /** Settles when the layer is whole; rejects with the reason that is told. */
  readonly whole: Promise<{ readonly sizeBytes: number }>;
  /** True once it is one that the store had already. */
  readonly published: boolean;
}

/**
 * Unpacks the layers that no image had yet; the sum of all of them in bytes. Several are unpacked at once
 * where the snapshotter can, but each is seen only after the ones below it.
 */
export const unpackLayers = async (ports: Ports, { snapshotter }: IsolationTechnology, leaseId: string, image: Pick<StoredImage, 'layers'>, { maximumSizeBytes, progress, arrivals, signal }: UnpackOptions): Promise<number> => {
  const ids = chainIds(image.layers.map((layer) => layer.diffId));
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const begun: Unpacking[] = [];
  let failure: { readonly reason: unknown } | undefined;
  const fail = (reason: unknown): void => {
    failure ??= { reason };
    stop.abort(reason);
    // What waits for bytes that still come must not wait for their end.
    arrivals?.stop();
  };

  const begin = async (index: number): Promise<Unpacking> => {
    const [layer, chainId] = [image.layers[index] as ArchiveImage['layers'][number], ids[index] as Digest];
    const found = ports.metadata.read((reader) => reader.layer(snapshotter.name, chainId));
    if (found !== undefined) return { key: found.key, whole: Promise.resolve(found), published: true };
    const key = await ports.metadata.write((writer) => writer.allocateSnapshot(snapshotter.name, leaseId), stopped);
    const activity = `Layer ${index + 1} of ${image.layers.length}`;
    const arriving = await arrivals?.arriving(layer.digest);
    const below = begun.filter(({ published }) => !published);
    const applying = snapshotter.applyLayer(key, begun.map((lower) => lower.key).reverse(), {
      path: arriving === undefined ? await ports.content.path(layer.digest) : layer.digest,
      mediaType: layer.mediaType,
      diffId: layer.diffId,
      ...(arriving === undefined ? {} : { arriving }),
      ...(below.length === 0 ? {} : { chainReady: Promise.all(below.map(({ whole }) => whole)) }),
      onProgress: (currentBytes) => progress?.({ activity, status: 'Unpacking', currentBytes, totalBytes: layer.sizeBytes }),
      ...(maximumSizeBytes === undefined ? {} : { limitBytes: maximumSizeBytes }),
      signal: stopped,
    });
    const whole = (async (): Promise<{ readonly sizeBytes: number }> => {
      // Damaged bytes fail to unpack before their digest is known: the digest is the better reason, and it
      // must be right before anybody sees the layer.
      const [applied, arrival] = await Promise.allSettled([applying, arrivals?.arrived(layer.digest)]);
      if (arrival.status === 'rejected') throw arrival.reason;
      if (applied.status === 'rejected') throw applied.reason;
      progress?.({ activity, status: 'Unpacked', currentBytes: layer.sizeBytes, totalBytes: layer.sizeBytes, completed: true });
      return applied.value;
    })();
    whole.catch(fail);
    return { key, whole, published: false };
  };
  /** Another engine may have unpacked the same layer meanwhile: its own stays, and this one goes with the lease. */
  const publish = async (record: LayerRecord): Promise<SnapshotKey> => {
    if (await ports.metadata.write((writer) => writer.publishLayer(record, ports.host.bootId))) return record.key;
    const other = ports.metadata.read((reader) => reader.layer(record.snapshotter, record.chainId));
    if (other === undefined) throw new SiloError('SnapshotNotFound', { args: { key: record.key } });
    return other.key;
  };

  try {
    const chain: SnapshotKey[] = [];
    let bytes = 0;
    for (const [index, layer] of image.layers.entries()) {
      const end = Math.min(image.layers.length, index + (snapshotter.appliesAhead === true ? layersAtOnce : 1));
      while (begun.length < end) begun.push(await begin(begun.length));
      const { key, whole, published } = begun[index] as Unpacking;
      const { sizeBytes } = await whole;
      const parent = chain[0];
      chain.unshift(published ? key : await publish({ key, snapshotter: snapshotter.name, chainId: ids[index] as Digest, diffId: layer.diffId, parent, sizeBytes }));
      bytes += sizeBytes;
    }
    return bytes;
  } catch (error) {
    fail(error);
    // Nobody writes below a key any more when its lease ends.
    await Promise.allSettled(begun.map(({ whole }) => whole));
    throw (failure as unknown as { readonly reason: unknown }).reason;
  }
};
