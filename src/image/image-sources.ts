import { SiloError, formatPlatform, type Digest, type ImageReference, type Platform } from '../base/index.ts';
import type { ContentStore } from '../core/index.ts';
import { archiveInvalid } from './archive-file.ts';
import type { ArchiveImage, ArchiveLayer } from './archive-image.ts';
import { choosePlatform, platformSuits } from './choose-platform.ts';
import { parseImageConfig, type ImageConfig } from './image-config.ts';
import { documentLimitBytes, manifestInvalid } from './json-document.ts';
import { parseManifest, type Descriptor, type ImageManifest } from './manifest.ts';
import { isIndexType, isManifestType } from './media-types.ts';

/** Indexes within indexes; real ones have two. */
const indexDepth = 4;

/** Where descriptors lead to. */
export interface BlobSource {
  /** Has the blob in the content store. Errors: ArchiveInvalid where the archive lacks it, DigestMismatch, SizeMismatch. */
  require(descriptor: Pick<Descriptor, 'digest' | 'sizeBytes' | 'urls'> & { readonly mediaType?: string }): Promise<void>;
}

export interface ResolveContext {
  readonly path: string;
  readonly content: ContentStore;
  readonly source: BlobSource;
  readonly wanted: Platform;
  /** Taken where there is nothing for `wanted`. */
  readonly otherwise?: Platform | undefined;
}

/** A blob that the archive should have brought. */
export const missingBlob = (path: string, digest: Digest, urls: readonly string[] = []): SiloError =>
  archiveInvalid(path, urls.length === 0 ? `${digest} is missing` : `${digest} is not in it, because it may not be passed on; it is had from ${urls[0]}`);

export const checkSize = (digest: Digest, actual: number, expected: number): void => {
  if (actual !== expected) throw new SiloError('SizeMismatch', { args: { actual, expected }, target: { kind: 'blob', id: digest } });
};

const readDocument = async (context: ResolveContext, descriptor: Descriptor): Promise<Uint8Array> => {
  if (descriptor.sizeBytes > documentLimitBytes) throw manifestInvalid(`${descriptor.digest} has ${descriptor.sizeBytes} bytes; ${documentLimitBytes} are allowed`);
  await context.source.require(descriptor);
  const bytes = await context.content.readAll(descriptor.digest, documentLimitBytes);
  checkSize(descriptor.digest, bytes.length, descriptor.sizeBytes);
  return bytes;
};

/**
 * The image that suits the wanted platform, of descriptors that stand for one name: manifests for
 * several platforms, or indexes of them. Errors: ImagePlatformMismatch, ManifestInvalid, ArchiveInvalid,
 * DigestMismatch, SizeMismatch.
 */
export const resolveImage = async (context: ResolveContext, descriptors: readonly Descriptor[], reference: ImageReference | undefined, depth = 1): Promise<ArchiveImage> => {
  const first = await choose(context, descriptors, depth);
  const second = first.kind === 'image' || context.otherwise === undefined ? first : await choose({ ...context, wanted: context.otherwise }, descriptors, depth);
  const chosen = second.kind === 'image' ? second : first;
  if (chosen.kind === 'none') {
    throw new SiloError('ImagePlatformMismatch', {
      args: { reference: reference === undefined ? context.path : `${reference.repository}${reference.tag === undefined ? '' : `:${reference.tag}`}`, imagePlatform: chosen.offered.join(', ') || 'no platform', hostPlatform: formatPlatform(context.wanted) },
      target: { kind: 'archive', id: context.path },
    });
  }
  return describeImage(context, chosen.descriptor.digest, chosen.descriptor.sizeBytes, chosen.manifest, { ...chosen.config, platform: chosen.platform }, reference);
};

type Choice =
  | { readonly kind: 'image'; readonly descriptor: Descriptor; readonly manifest: ImageManifest; readonly config: ImageConfig; readonly platform: Platform }
  | { readonly kind: 'none'; readonly offered: readonly string[] };

const choose = async (context: ResolveContext, descriptors: readonly Descriptor[], depth: number): Promise<Choice> => {
  const offered: string[] = [];
  const found: (Choice & { readonly kind: 'image' })[] = [];
  // Two tags of one image, or one image named twice, are read once.
  const distinct = [...new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor])).values()];
  for (const descriptor of distinct) {
    const { mediaType, platform } = descriptor;
    if (platform !== undefined && !platformSuits(platform, context.wanted)) {
      // Attestations of builders call themselves unknown/unknown.
      if (platform.os !== 'unknown') offered.push(formatPlatform(platform));
      continue;
    }
    if (isIndexType(mediaType)) {
      if (depth >= indexDepth) throw manifestInvalid(`indexes lie in one another more than ${indexDepth} deep`);
      const inner = await choose(context, parseIndexDocument(await readDocument(context, descriptor), mediaType), depth + 1);
      if (inner.kind === 'image') found.push(inner);
      else offered.push(...inner.offered);
      continue;
    }
    if (!isManifestType(mediaType)) continue;
    const manifest = parseManifest(await readDocument(context, descriptor), mediaType);
    if (manifest.kind !== 'manifest') throw manifestInvalid(`${descriptor.digest} is an index where a manifest was expected`);
    const config = parseImageConfig(await readDocument(context, manifest.config));
    // The index may know more than the configuration (os.version), and decides where both speak.
    const whole = { ...config.platform, ...platform };
    if (platformSuits(whole, context.wanted)) found.push({ kind: 'image', descriptor, manifest, config, platform: whole });
    else offered.push(formatPlatform(whole));
  }
  return choosePlatform(found, context.wanted) ?? { kind: 'none', offered: [...new Set(offered)] };
};

const parseIndexDocument = (bytes: Uint8Array, mediaType: string): readonly Descriptor[] => {
  const parsed = parseManifest(bytes, mediaType);
  if (parsed.kind !== 'index') throw manifestInvalid('an image index was expected');
  return parsed.manifests;
};

/** Puts manifest and configuration together, and has every layer in the store. */
export const describeImage = async (context: ResolveContext, manifestDigest: Digest, manifestSizeBytes: number, manifest: ImageManifest, config: ImageConfig, reference: ImageReference | undefined): Promise<ArchiveImage> => {
  if (manifest.layers.length !== config.diffIds.length) throw manifestInvalid(`the manifest has ${manifest.layers.length} layers, and its configuration names ${config.diffIds.length}`);
  const layers: ArchiveLayer[] = [];
  for (const [index, layer] of manifest.layers.entries()) {
    await context.source.require(layer);
    layers.push({ digest: layer.digest, diffId: config.diffIds[index] as Digest, mediaType: layer.mediaType, sizeBytes: layer.sizeBytes });
  }
  await context.source.require({ digest: manifestDigest, sizeBytes: manifestSizeBytes, urls: [] });
  return {
    reference,
    manifestDigest,
    configDigest: manifest.config.digest,
    platform: config.platform,
    createdAt: config.createdAt,
    layers,
    blobs: [...new Set([manifestDigest, manifest.config.digest, ...layers.map((layer) => layer.digest)])],
  };
};
