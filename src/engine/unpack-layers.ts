import { SiloError, type Digest } from '../base/index.ts';
import type { LayerRecord, LayerSource, SnapshotKey } from '../core/index.ts';
import { chainIds, type ArchiveImage } from '../image/index.ts';
import type { IsolationTechnology, Ports } from './ports.ts';
import type { ImageProgress, StoredImage } from './publish-image.ts';

/**
 * Layers that are begun and not yet seen. The snapshotter's threads are fewer: one that is done before the layers
 * below it are must not leave its thread without work.
 */
const layersAtOnce = 6;

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

  const keys = await allocateKeys(ports, snapshotter.name, ids, leaseId, stopped);

  const begin = async (index: number): Promise<Unpacking> => {
    const [layer, chainId] = [image.layers[index] as ArchiveImage['layers'][number], ids[index] as Digest];
    const found = ports.metadata.read((reader) => reader.layer(snapshotter.name, chainId));
    if (found !== undefined) return { key: found.key, whole: Promise.resolve(found), published: true };
    // One that another engine has removed since is made anew.
    const key = keys.get(chainId) ?? (await ports.metadata.write((writer) => writer.allocateSnapshot(snapshotter.name, leaseId), stopped));
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
    // Not waited for: until its files are written through, a power failure takes the layer back anyway.
    if (await ports.metadata.writeLightly((writer) => writer.publishLayer(record, ports.host.bootId))) return record.key;
    const other = ports.metadata.read((reader) => reader.layer(record.snapshotter, record.chainId));
    if (other === undefined) throw new SiloError('SnapshotNotFound', { args: { key: record.key } });
    return other.key;
  };
  const steps = image.layers.map(() => ({ begun: Promise.withResolvers<Unpacking>(), seen: Promise.withResolvers<void>() }));
  // Told to whoever waits for the first of them.
  for (const step of steps) step.begun.promise.catch(() => undefined);
  const atOnce = snapshotter.appliesAhead === true ? layersAtOnce : 1;
  const beginAll = async (): Promise<void> => {
    try {
      for (const [index, step] of steps.entries()) {
        await steps[index - atOnce]?.seen.promise;
        if (failure !== undefined) return;
        const unpacking = await begin(index);
        begun.push(unpacking);
        step.begun.resolve(unpacking);
      }
    } catch (error) {
      fail(error);
      for (const step of steps) step.begun.reject(error);
    }
  };

  const beginning = beginAll();
  try {
    const chain: SnapshotKey[] = [];
    let bytes = 0;
    for (const [index, layer] of image.layers.entries()) {
      const step = steps[index] as (typeof steps)[number];
      const { key, whole, published } = await step.begun.promise;
      const { sizeBytes } = await whole;
      const parent = chain[0];
      chain.unshift(published ? key : await publish({ key, snapshotter: snapshotter.name, chainId: ids[index] as Digest, diffId: layer.diffId, parent, sizeBytes }));
      bytes += sizeBytes;
      step.seen.resolve();
    }
    return bytes;
  } catch (error) {
    fail(error);
    for (const step of steps) step.seen.resolve();
    await beginning;
    // Nobody writes below a key any more when its lease ends.
    await Promise.allSettled(begun.map(({ whole }) => whole));
    throw (failure as unknown as { readonly reason: unknown }).reason;
  }
};

/** Keys for the layers that the store lacks, by chain id: they come with one wait for the disk. */
const allocateKeys = async (ports: Ports, snapshotter: string, ids: readonly Digest[], leaseId: string, signal: AbortSignal): Promise<ReadonlyMap<Digest, SnapshotKey>> => {
  const missing = ports.metadata.read((reader) => ids.filter((chainId) => reader.layer(snapshotter, chainId) === undefined));
  if (missing.length === 0) return new Map();
  return ports.metadata.write((writer) => new Map(missing.map((chainId) => [chainId, writer.allocateSnapshot(snapshotter, leaseId)])), signal);
};
