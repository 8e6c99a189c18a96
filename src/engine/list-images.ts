import type { Digest } from '../base/index.ts';
import type { ContainerRecord, ImageRecord, MetadataReader, SnapshotKey } from '../core/index.ts';
import { findImage } from './image-lookup.ts';
import type { Ports } from './ports.ts';

export interface ImageWithUsers {
  readonly image: ImageRecord;
  readonly containers: readonly string[];
  /** Unpacked layers that no other image has, in bytes: what its removal would free. */
  readonly uniqueBytes: number;
  readonly sharedBytes: number;
}

const usersOf = (containers: readonly ContainerRecord[], image: ImageRecord): readonly string[] =>
  containers.filter((container) => container.spec.imageReference === image.reference).map((container) => container.id);

/** All images, or the one that `reference` names, each with the containers made from it. */
export const listImages = (ports: Ports, reference?: string): readonly ImageWithUsers[] =>
  ports.metadata.read((reader) => {
    const sizeOf = layerSizes(reader);
    return (reference === undefined ? reader.images() : [findImage(reader, reference)])
      .map((image) => ({ image, containers: usersOf(reader.containersOfManifest(image.manifestDigest), image), ...sizeOf(image) }));
  });

/** How much of an image's layers is its own. Several references to one image are one image. */
const layerSizes = (reader: MetadataReader): ((image: ImageRecord) => Pick<ImageWithUsers, 'uniqueBytes' | 'sharedBytes'>) => {
  const layers = new Map(reader.layers().map((layer) => [layer.key, layer]));
  const tops = new Map<Digest, SnapshotKey>();
  for (const layer of layers.values()) tops.set(layer.chainId, layer.key);
  const owners = new Map<SnapshotKey, Set<Digest>>();
  const chainOf = (image: ImageRecord): readonly SnapshotKey[] => {
    const chain: SnapshotKey[] = [];
    for (let key = image.chainId === undefined ? undefined : tops.get(image.chainId); key !== undefined; key = layers.get(key)?.parent) chain.push(key);
    return chain;
  };
  for (const image of reader.images()) {
    for (const key of chainOf(image)) {
      const known = owners.get(key);
      if (known === undefined) owners.set(key, new Set([image.manifestDigest]));
      else known.add(image.manifestDigest);
    }
  }
  return (image) => {
    let [uniqueBytes, sharedBytes] = [0, 0];
    for (const key of chainOf(image)) {
      const size = layers.get(key)?.sizeBytes ?? 0;
      if ((owners.get(key)?.size ?? 0) > 1) sharedBytes += size;
      else uniqueBytes += size;
    }
    return { uniqueBytes, sharedBytes };
  };
};
