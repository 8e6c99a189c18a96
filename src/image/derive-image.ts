import { SiloError, type Digest } from '../base/index.ts';
import type { ContentStore } from '../core/index.ts';
import type { ArchiveImage, ArchiveLayer } from './archive-image.ts';
import { BlobIntake } from './blob-intake.ts';
import { parseImageConfig } from './image-config.ts';
import { documentLimitBytes, manifestInvalid } from './json-document.ts';
import { checkLayerCount, parseManifest, type Descriptor } from './manifest.ts';
import { mediaTypes, ociLayerType } from './media-types.ts';

/** One step from an image to the next. */
export interface DerivedStep {
  /** Undefined where the step changes only the configuration. */
  readonly layer: ArchiveLayer | undefined;
  /** Makes the new configuration of the one below; it must name the new layer's diff id. */
  readonly configure: (below: Uint8Array) => Uint8Array;
}

/**
 * Stores the image that a step makes of another one, its manifest in OCI's form. The same step gives the
 * same digest. Errors: BlobNotFound, ManifestInvalid, DiskFull, and what `configure` throws.
 */
export const deriveImage = async (content: ContentStore, below: Digest, step: DerivedStep, onBlob: (digest: Digest) => Promise<void>): Promise<Omit<ArchiveImage, 'reference'>> => {
  const manifest = parseManifest(await content.readAll(below, documentLimitBytes));
  if (manifest.kind !== 'manifest') throw manifestInvalid(`${below} is an index where a manifest was expected`);
  const configBytes = step.configure(await content.readAll(manifest.config.digest, documentLimitBytes));
  const described = parseImageConfig(configBytes);
  const { layer } = step;
  const descriptors = [...manifest.layers.map(ociDescriptor), ...(layer === undefined ? [] : [{ mediaType: layer.mediaType, digest: layer.digest, size: layer.sizeBytes }])];
  checkLayerCount(descriptors.length);
  if (described.diffIds.length !== descriptors.length) throw manifestInvalid(`the image has ${descriptors.length} layers, and its configuration names ${described.diffIds.length}`);
  const intake = new BlobIntake(content, onBlob, undefined);
  // Nothing but the new image's lease may keep the layers of the one below, whose name can be removed meanwhile.
  for (const { digest } of manifest.layers) if (!(await intake.has(digest))) throw new SiloError('BlobNotFound', { args: { digest }, target: { kind: 'blob', id: digest } });
  const config = await intake.storeBytes(configBytes);
  const stored = await intake.storeBytes(Buffer.from(JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: config.digest, size: config.sizeBytes },
    layers: descriptors,
  })));
  return {
    manifestDigest: stored.digest,
    configDigest: config.digest,
    platform: described.platform,
    createdAt: described.createdAt,
    layers: descriptors.map(({ digest, mediaType, size }, index) => ({ digest, mediaType, sizeBytes: size, diffId: described.diffIds[index] as Digest })),
    blobs: [...new Set([stored.digest, config.digest, ...descriptors.map(({ digest }) => digest)])],
  };
};

const ociDescriptor = ({ mediaType, digest, sizeBytes, urls }: Descriptor): { readonly mediaType: string; readonly digest: Digest; readonly size: number } =>
  ({ mediaType: ociLayerType(mediaType), digest, size: sizeBytes, ...(urls.length === 0 ? {} : { urls }) });
