import { isSiloError, type Digest } from '../base/index.ts';
import type { LayerRecord } from '../core/index.ts';
import { readLayers, type ChainedLayer } from '../image/index.ts';
import { findImage } from './image-lookup.ts';
import type { Ports } from './ports.ts';
import { imageTechnology, technologyForImages } from './technology.ts';

export interface LayerReport {
  /** Undefined where only the unpacked layer is here. */
  readonly stored: ChainedLayer | undefined;
  readonly diffId: Digest;
  readonly chainId: Digest;
  /** Undefined where it is not unpacked. */
  readonly unpackedBytes: number | undefined;
  /** References of the images that have it. */
  readonly images: readonly string[];
}

export interface LayerQuery {
  /** Only the layers of this image. */
  readonly image?: string | undefined;
  /** Only those that no image needs: containers or builds still do, or the next sweep takes them. */
  readonly orphaned?: boolean | undefined;
}

/** Layers, the lowest of an image first. Errors: of a named image ImageNotFound, BlobNotFound, ManifestInvalid. */
export const listLayers = async (ports: Ports, query: LayerQuery): Promise<readonly LayerReport[]> => {
  const owners = new Set([imageTechnology(ports.isolations), technologyForImages(ports, 'linux')].map((technology) => technology?.snapshotter.name));
  const { named, references, kept, unpacked } = ports.metadata.read((reader) => {
    const byManifest = new Map<Digest, string[]>();
    for (const image of reader.images()) byManifest.set(image.manifestDigest, [...byManifest.get(image.manifestDigest) ?? [], image.reference]);
    return {
      named: query.image === undefined ? undefined : findImage(reader, query.image).manifestDigest,
      references: byManifest,
      // Images whose last reference was removed live on for their containers.
      kept: new Set(reader.containers().map((container) => container.manifestDigest)),
      unpacked: new Map(reader.layers().filter((layer) => owners.has(layer.snapshotter)).map((layer) => [layer.chainId, layer])),
    };
  });
  const found = new Map<Digest, { readonly stored: ChainedLayer; readonly images: string[] }>();
  for (const manifest of new Set([...references.keys(), ...kept])) {
    for (const stored of await layersOf(ports, manifest, manifest === named)) {
      const known = found.get(stored.chainId) ?? { stored, images: [] };
      known.images.push(...references.get(manifest) ?? []);
      found.set(stored.chainId, known);
    }
  }
  const report = (chainId: Digest, diffId: Digest): LayerReport => ({
    stored: found.get(chainId)?.stored,
    diffId, chainId,
    unpackedBytes: unpacked.get(chainId)?.sizeBytes,
    images: (found.get(chainId)?.images ?? []).sort(),
  });
  const wanted = named === undefined ? undefined : new Set((await layersOf(ports, named, true)).map(({ chainId }) => chainId));
  const all = [
    ...[...found.values()].map(({ stored }) => report(stored.chainId, stored.diffId)),
    ...[...unpacked.values()].filter((layer: LayerRecord) => !found.has(layer.chainId)).map((layer) => report(layer.chainId, layer.diffId)),
  ];
  return all.filter((layer) => (wanted?.has(layer.chainId) ?? true) && (query.orphaned !== true || layer.images.length === 0));
};

/** A damaged image is no reason to tell nothing of the others. */
const layersOf = async (ports: Ports, manifest: Digest, strict: boolean): Promise<readonly ChainedLayer[]> => {
  try {
    return await readLayers(ports.content, manifest);
  } catch (error) {
    if (strict || !isSiloError(error)) throw error;
    ports.log.warn({ manifest, err: error }, 'the layers of an image cannot be told');
    return [];
  }
};
