import { SiloError, formatPlatform, isSiloError, parsePlatform, type Digest, type Platform } from '../base/index.ts';
import { ImageDocument } from '../build/index.ts';
import type { ImageRecord, RegistryCredential } from '../core/index.ts';
import { chainIds, documentLimitBytes, parseManifest, type ImageLayer } from '../image/index.ts';
import type { BuildChain } from './build-session.ts';
import { findImage } from './image-lookup.ts';
import type { IsolationTechnology, Ports } from './ports.ts';
import type { ImageProgress } from './publish-image.ts';
import { pullImage } from './pull-image.ts';
import { unpackLayers } from './unpack-layers.ts';

export interface BaseOptions {
  readonly ports: Ports;
  readonly technology: IsolationTechnology;
  readonly leaseId: string;
  readonly policy: 'Missing' | 'Always' | 'Never';
  readonly credential: RegistryCredential | undefined;
  readonly progress: ((progress: ImageProgress) => void) | undefined;
  readonly signal: AbortSignal;
}

export interface BaseImage {
  readonly document: ImageDocument;
  readonly chain: BuildChain;
  readonly pulled: boolean;
}

/** Images that a build begins with or copies from, each looked up once. */
export class BaseImages {
  readonly #options: BaseOptions;
  readonly #known = new Map<string, Promise<BaseImage>>();

  constructor(options: BaseOptions) { this.#options = options; }

  /** Errors: ImageNotFound, ImageReferenceInvalid, ImagePlatformMismatch, PlatformInvalid, those of a pull. */
  find(name: string, platform: string | undefined): Promise<BaseImage> {
    const key = `${name} ${platform ?? ''}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#load(name, platform);
    found.catch(() => undefined);
    this.#known.set(key, found);
    return found;
  }

  async #load(name: string, platformText: string | undefined): Promise<BaseImage> {
    const { ports, technology, leaseId, policy, credential, progress, signal } = this.#options;
    const wanted: Platform | undefined = platformText === undefined ? undefined : parsePlatform(platformText);
    let record = local(ports, name);
    let pulled = false;
    if (policy === 'Always' || (policy === 'Missing' && (record === undefined || !suits(record, wanted)))) {
      const { changed } = await pullImage(ports, { reference: name, platform: platformText, credential, policy: 'Always' }, progress, signal);
      record = local(ports, name);
      pulled = changed;
    }
    const target = { kind: 'image', id: name } as const;
    if (record === undefined) throw new SiloError('ImageNotFound', { args: { reference: name }, target });
    if (!suits(record, wanted)) {
      throw new SiloError('ImagePlatformMismatch', { args: { reference: name, imagePlatform: formatPlatform(record.platform), hostPlatform: wanted === undefined ? ports.host.os : formatPlatform(wanted) }, target });
    }
    if (record.platform.os !== ports.host.os) {
      throw new SiloError('ImagePlatformMismatch', { args: { reference: name, imagePlatform: formatPlatform(record.platform), hostPlatform: `${ports.host.os}/${ports.host.architecture}` }, target });
    }
    const manifest = parseManifest(await ports.content.readAll(record.manifestDigest, documentLimitBytes));
    if (manifest.kind !== 'manifest') throw new SiloError('ManifestInvalid', { args: { reason: `${record.manifestDigest} is an index` }, target });
    const document = ImageDocument.parse(await ports.content.readAll(manifest.config.digest, documentLimitBytes));
    if (document.diffIds.length !== manifest.layers.length) throw new SiloError('ManifestInvalid', { args: { reason: `the manifest has ${manifest.layers.length} layers, and its configuration names ${document.diffIds.length}` }, target });
    const layers: readonly ImageLayer[] = manifest.layers.map(({ digest, mediaType, sizeBytes, urls }, index) => ({ digest, mediaType, sizeBytes, urls, diffId: document.diffIds[index] as Digest }));
    const ids = chainIds(document.diffIds);
    const rows = (): readonly (number | undefined)[] => ports.metadata.read((reader) => ids.map((id) => reader.layer(technology.snapshotter.name, id)?.key));
    // An image that was pulled for another platform is not unpacked yet.
    if (rows().includes(undefined)) {
      await unpackLayers(ports, technology, leaseId, { layers }, { progress, signal });
    }
    return { document, chain: { keys: rows().map((key) => key as number).reverse(), layers, chainId: ids.at(-1) }, pulled };
  }
}

const local = (ports: Ports, name: string): ImageRecord | undefined => {
  try {
    return ports.metadata.read((reader) => findImage(reader, name));
  } catch (error) {
    if (isSiloError(error, 'ImageNotFound')) return undefined;
    throw error;
  }
};

const suits = (record: ImageRecord, wanted: Platform | undefined): boolean =>
  wanted === undefined || (record.platform.os === wanted.os && record.platform.architecture === wanted.architecture && (wanted.variant === undefined || wanted.variant === record.platform.variant));
