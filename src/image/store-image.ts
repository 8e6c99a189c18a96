import { createHash } from 'node:crypto';
import type { Digest } from '../base/index.ts';
import type { ContentStore } from '../core/index.ts';
import type { ArchiveImage, ArchiveLayer } from './archive-image.ts';
import { BlobIntake } from './blob-intake.ts';
import { parseImageConfig } from './image-config.ts';
import { checkLayerCount } from './manifest.ts';
import { mediaTypes, ociLayerType } from './media-types.ts';

/** A layer of an image in the making; `urls` where it may not be passed on. */
export type ImageLayer = ArchiveLayer & { readonly urls: readonly string[] };

/**
 * Stores an image of a configuration and of layers that the store has: its manifest is written here, in
 * OCI's form. What is there already is not written again. Errors: ManifestInvalid, DiskFull.
 */
export const storeImage = async (content: ContentStore, config: Uint8Array, layers: readonly ImageLayer[], onBlob: (digest: Digest) => Promise<void>): Promise<Omit<ArchiveImage, 'reference'>> => {
  checkLayerCount(layers.length);
  const { platform, createdAt } = parseImageConfig(config);
  const intake = new BlobIntake(content, onBlob, undefined);
  const keep = async (bytes: Uint8Array): Promise<Digest> => {
    const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    return (await intake.has(digest)) ? digest : (await intake.storeBytes(bytes)).digest;
  };
  const configDigest = await keep(config);
  const manifestDigest = await keep(Buffer.from(JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: configDigest, size: config.length },
    layers: layers.map(({ mediaType, digest, sizeBytes, urls }) => ({ mediaType: ociLayerType(mediaType), digest, size: sizeBytes, ...(urls.length === 0 ? {} : { urls }) })),
  })));
  return { manifestDigest, configDigest, platform, createdAt, layers, blobs: [...new Set([manifestDigest, configDigest, ...layers.map(({ digest }) => digest)])] };
};
