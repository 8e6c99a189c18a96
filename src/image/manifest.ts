import { isDigest, normalizeArchitecture, type Digest, type Platform } from '../base/index.ts';
import { JsonObject, manifestInvalid, parseJsonObject } from './json-document.ts';
import { isConfigType, isIndexType, isLayerType, isManifestType } from './media-types.ts';

/** Layers of one image: what docker allows, and overlay mounts easily. */
const layerLimit = 127;
const manifestLimit = 1000;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly platform: Platform | undefined;
  /** `org.opencontainers.image.ref.name`: a tag, or a whole reference. */
  readonly referenceName: string | undefined;
  /** `io.containerd.image.name`: a whole reference. */
  readonly imageName: string | undefined;
  /** Where a layer that may not be passed on is had. */
  readonly urls: readonly string[];
}

export interface ImageManifest {
  readonly kind: 'manifest';
  readonly config: Descriptor;
  /** The lowest layer first. */
  readonly layers: readonly Descriptor[];
}

export interface ImageIndex {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

/**
 * Reads a manifest or an index (OCI image specification, manifest.md and image-index.md; Docker's
 * schema 2). `mediaType` is the descriptor's; a document that says something else about itself, or could
 * be read as both, is refused (CVE-2021-41190).
 * @throws SiloError ManifestInvalid
 */
export const parseManifest = (bytes: Uint8Array, mediaType?: string): ImageManifest | ImageIndex => {
  const document = parseJsonObject(bytes, 'manifest');
  if (document.value('schemaVersion') !== 2) throw manifestInvalid('its schemaVersion is not 2');
  const own = document.text('mediaType');
  if (own !== undefined && mediaType !== undefined && own !== mediaType) throw manifestInvalid(`it calls itself '${own}', and its descriptor '${mediaType}'`);
  const isIndex = document.has('manifests');
  if (isIndex && (document.has('layers') || document.has('config'))) throw manifestInvalid('it is an index and a manifest at once');
  const type = own ?? mediaType;
  if (type !== undefined && !(isIndex ? isIndexType(type) : isManifestType(type))) throw manifestInvalid(`its media type '${type}' is not that of an image ${isIndex ? 'index' : 'manifest'}`);
  return isIndex ? readIndex(document) : readManifest(document);
};

/** @throws SiloError ManifestInvalid */
export const parseIndex = (bytes: Uint8Array, mediaType?: string): ImageIndex => {
  const parsed = parseManifest(bytes, mediaType);
  if (parsed.kind !== 'index') throw manifestInvalid('an image index was expected');
  return parsed;
};

const readIndex = (document: JsonObject): ImageIndex => {
  const list = document.list('manifests') ?? [];
  if (list.length > manifestLimit) throw manifestInvalid(`the index has ${list.length} entries; ${manifestLimit} are allowed`);
  return { kind: 'index', manifests: list.map((item, index) => readDescriptor(item, `manifests[${index}]`)) };
};

const readManifest = (document: JsonObject): ImageManifest => {
  const config = readDescriptor(document.value('config'), 'config');
  if (!isConfigType(config.mediaType)) throw manifestInvalid(`its configuration has the media type '${config.mediaType}', which is not that of an image`);
  const list = document.list('layers') ?? [];
  checkLayerCount(list.length);
  const layers = list.map((item, index) => readDescriptor(item, `layers[${index}]`));
  for (const layer of layers) if (!isLayerType(layer.mediaType)) throw manifestInvalid(`a layer has the media type '${layer.mediaType}', which is not that of a layer`);
  return { kind: 'manifest', config, layers };
};

export const checkLayerCount = (count: number): void => {
  if (count > layerLimit) throw manifestInvalid(`the image has ${count} layers; ${layerLimit} are allowed`);
};

const readDescriptor = (value: unknown, place: string): Descriptor => {
  const item = new JsonObject(value, place);
  const mediaType = item.text('mediaType');
  const digest = item.text('digest');
  const sizeBytes = item.value('size');
  if (mediaType === undefined) throw manifestInvalid(`${place} has no media type`);
  if (digest === undefined || !isDigest(digest)) throw manifestInvalid(`${place} has no valid digest`);
  if (typeof sizeBytes !== 'number' || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw manifestInvalid(`${place} has no valid size`);
  const annotations = item.object('annotations');
  return {
    mediaType,
    digest,
    sizeBytes,
    platform: readPlatform(item.object('platform')),
    referenceName: annotations?.text('org.opencontainers.image.ref.name'),
    imageName: annotations?.text('io.containerd.image.name'),
    urls: item.texts('urls'),
  };
};

/** `os` and `architecture` as OCI writes them; undefined where either is missing. */
export const readPlatform = (item: JsonObject | undefined): Platform | undefined => {
  const os = item?.text('os');
  const architecture = item?.text('architecture');
  if (item === undefined || !os || !architecture) return undefined;
  const variant = item.text('variant');
  const osVersion = item.text('os.version');
  return { os: os.toLowerCase(), architecture: normalizeArchitecture(architecture), ...(variant ? { variant } : {}), ...(osVersion ? { osVersion } : {}) };
};
