import { SiloError, type Digest } from '../base/index.ts';
import type { ContentStore } from '../core/index.ts';
import type { ArchiveImage, ArchiveLayer } from './archive-image.ts';
import { BlobIntake } from './blob-intake.ts';
import { parseImageConfig } from './image-config.ts';
import { documentLimitBytes, manifestInvalid, parseJson } from './json-document.ts';
import { checkLayerCount, parseManifest, type Descriptor } from './manifest.ts';
import { mediaTypes, ociLayerType } from './media-types.ts';

/** One step from an image to the next. */
export interface DerivedStep {
  /** Undefined where the step changed only the configuration. */
  readonly layer: ArchiveLayer | undefined;
  /** Time of the step; undefined takes that of the image below. */
  readonly createdAt: Date | undefined;
  readonly createdBy: string;
  readonly author: string | undefined;
  readonly comment: string | undefined;
  /** Gives the new `config` of the configuration. */
  readonly change: (config: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

/**
 * Stores the image that a step makes of another one: its manifest and configuration in OCI's form, with
 * everything of the old configuration that the step does not change. The same step gives the same digest.
 * Errors: BlobNotFound, ManifestInvalid, DiskFull.
 */
export const deriveImage = async (content: ContentStore, below: Digest, step: DerivedStep, onBlob: (digest: Digest) => Promise<void>): Promise<Omit<ArchiveImage, 'reference'>> => {
  const manifest = parseManifest(await content.readAll(below, documentLimitBytes));
  if (manifest.kind !== 'manifest') throw manifestInvalid(`${below} is an index where a manifest was expected`);
  const configBytes = await content.readAll(manifest.config.digest, documentLimitBytes);
  const before = parseImageConfig(configBytes);
  if (before.diffIds.length !== manifest.layers.length) throw manifestInvalid(`the manifest has ${manifest.layers.length} layers, and its configuration names ${before.diffIds.length}`);
  const { layer } = step;
  const layers = [...manifest.layers.map((descriptor, index) => layerOf(descriptor, before.diffIds[index] as Digest)), ...(layer === undefined ? [] : [layer])];
  checkLayerCount(layers.length);
  const createdAt = step.createdAt ?? before.createdAt;
  const intake = new BlobIntake(content, onBlob, undefined);
  const config = await intake.storeBytes(Buffer.from(JSON.stringify(nextConfig(configBytes, step, createdAt, layers))));
  const stored = await intake.storeBytes(Buffer.from(JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: config.digest, size: config.sizeBytes },
    layers: [
      ...manifest.layers.map(({ mediaType, digest, sizeBytes, urls }) => ({ mediaType: ociLayerType(mediaType), digest, size: sizeBytes, ...(urls.length === 0 ? {} : { urls }) })),
      ...(layer === undefined ? [] : [{ mediaType: layer.mediaType, digest: layer.digest, size: layer.sizeBytes }]),
    ],
  })));
  // A layer of the image below must still be there when the new image is published.
  for (const { digest } of manifest.layers) if (!(await intake.has(digest))) throw new SiloError('BlobNotFound', { args: { digest }, target: { kind: 'blob', id: digest } });
  return {
    manifestDigest: stored.digest,
    configDigest: config.digest,
    platform: before.platform,
    createdAt,
    layers,
    blobs: [...new Set([stored.digest, config.digest, ...layers.map(({ digest }) => digest)])],
  };
};

const layerOf = ({ digest, mediaType, sizeBytes }: Descriptor, diffId: Digest): ArchiveLayer => ({ digest, diffId, mediaType: ociLayerType(mediaType), sizeBytes });

/** Fields of Docker that speak of the container which made the image below. */
const ofTheContainerBelow: ReadonlySet<string> = new Set(['container', 'container_config', 'docker_version', 'id', 'parent', 'parent_id', 'throwaway']);

const nextConfig = (bytes: Uint8Array, step: DerivedStep, createdAt: Date | undefined, layers: readonly ArchiveLayer[]): object => {
  // That it is an object with lists where they are expected was seen when it was read as a configuration.
  const before = parseJson(bytes, 'configuration') as Record<string, unknown>;
  const history = before['history'] ?? [];
  if (!Array.isArray(history)) throw manifestInvalid('configuration.history is not a list');
  const created = createdAt === undefined ? {} : { created: createdAt.toISOString() };
  const entry = {
    ...created,
    created_by: step.createdBy,
    ...(step.author === undefined ? {} : { author: step.author }),
    ...(step.comment === undefined ? {} : { comment: step.comment }),
    ...(step.layer === undefined ? { empty_layer: true } : {}),
  };
  const kept = Object.fromEntries(Object.entries(before).filter(([name]) => !ofTheContainerBelow.has(name)));
  return {
    ...kept,
    ...created,
    ...(step.author === undefined ? {} : { author: step.author }),
    config: step.change((before['config'] ?? {}) as Record<string, unknown>),
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    // Images without a history are allowed; a list that speaks of the last layer only would be read as of the first.
    history: history.length === 0 ? [...layers.slice(0, step.layer === undefined ? undefined : -1).map(() => ({ created_by: '' })), entry] : [...history as unknown[], entry],
  };
};
