import { SiloError, formatImageReference, parsePlatform, type Digest, type ImageReference, type Platform } from '../base/index.ts';
import type { RegistryCredential, RemoteBlob } from '../core/index.ts';
import { BlobIntake, isLayerType, resolveImage, type BlobSource, type Descriptor, type IntakeWatch } from '../image/index.ts';
import { collectGarbage } from './collect-garbage.ts';
import { Downloads } from './downloads.ts';
import { throwIfCancelled } from './guards.ts';
import { hostPlatform, otherPlatform } from './host-platform.ts';
import { withLease } from './lease.ts';
import { listImages, type ImageWithUsers } from './list-images.ts';
import { mirrorFromRegistry } from './mirror.ts';
import { requireCompatible } from './platform-mismatch.ts';
import type { Ports } from './ports.ts';
import { publishImage, writeThrough, type ImageProgress } from './publish-image.ts';
import { technologyForImages } from './technology.ts';
import { unpackLayers } from './unpack-layers.ts';

export interface PullRequest {
  readonly reference: string;
  /** `all` mirrors every platform; the one of this host, or else the first, is what the reference shows. */
  readonly platform?: string | undefined;
  /** Brings what refers to the image too. */
  readonly referrers?: boolean | undefined;
  readonly osVersion?: string | undefined;
  readonly credential?: RegistryCredential | undefined;
  readonly policy?: 'Missing' | 'Always' | 'Never' | undefined;
}

/** The reference that the store keeps: a tag stays a name also where a digest says what it must be. */
const keptReference = (reference: ImageReference): string => formatImageReference(reference.tag === undefined ? reference : { ...reference, digest: undefined });

/**
 * Gets an image from its registry. Manifest and configuration come first, and decide whether the image
 * runs here before a byte of a layer moves; layers come in parallel and are unpacked in order as they arrive.
 */
export const pullImage = async (ports: Ports, request: PullRequest, progress: ((progress: ImageProgress) => void) | undefined, signal?: AbortSignal): Promise<{ readonly images: readonly ImageWithUsers[]; readonly changed: boolean }> => {
  const reference = await ports.registry.parseReference(request.reference);
  const name = keptReference(reference);
  const present = ports.metadata.read((reader) => reader.image(name));
  if (request.policy === 'Never' || (request.policy === 'Missing' && present !== undefined)) {
    if (present === undefined) throw new SiloError('ImageNotFound', { args: { reference: request.reference }, target: { kind: 'image', id: request.reference } });
    return { images: listImages(ports, name), changed: false };
  }
  const call = { credential: request.credential, signal };
  const top = await ports.registry.manifest(reference, call);
  const wanted = wantedPlatform(ports, request);
  const everything = request.platform === 'all' || request.referrers === true;
  const other = request.platform === undefined ? otherPlatform(ports) : undefined;
  const same = present?.sourceDigest === top.digest && [wanted, other].some((platform) => platform !== undefined && samePlatform(present.platform, platform));
  if (!everything && same) return { images: listImages(ports, name), changed: false };
  technologyForImages(ports, wanted.os)?.snapshotter.expectLayers?.();
  try {
    await withLease(ports, signal, async (leaseId) => {
      const intake = new BlobIntake(ports.content, (digest) => ports.metadata.writeLightly((writer) => { writer.leaseBlob(leaseId, digest); }, signal), signal);
      const source = new RegistrySource(ports, intake, reference, call, progress);
      await source.keep(top.digest, top.bytes);
      const mirrored = everything ? await mirrorFromRegistry(ports, intake, reference, top, { referrers: request.referrers ?? false, call, progress }) : undefined;
      const descriptor: Descriptor = { mediaType: top.mediaType, digest: top.digest, sizeBytes: top.bytes.length, platform: undefined, referenceName: undefined, imageName: undefined, urls: [] };
      const image = await resolveImage({ path: name, content: ports.content, source, wanted, otherwise: other }, [descriptor], reference);
      if (request.platform === undefined) requireCompatible(ports, name, image.platform);
      throwIfCancelled(signal);
      const downloads = source.download();
      try {
        const technology = technologyForImages(ports, image.platform.os);
        // Images of another system are kept for inspection, export and push; nothing here could unpack them.
        const unpackedBytes = technology === undefined ? 0 : await unpackLayers(ports, technology, leaseId, image, { progress, signal, arrivals: downloads });
        await downloads.all();
        await publishImage(ports, 'image/pull', name, { ...image, blobs: [...new Set([...image.blobs, ...(mirrored?.digests ?? [])])] }, unpackedBytes, top.digest);
      } finally {
        await downloads.end();
      }
    });
    writeThrough(ports);
    if (present !== undefined) await collectGarbage(ports);
    return { images: listImages(ports, name), changed: true };
  } catch (error) {
    await collectGarbage(ports);
    throw error;
  }
};

const wantedPlatform = (ports: Ports, request: PullRequest): Platform => {
  const platform: Platform = request.platform === undefined || request.platform === 'all' ? hostPlatform(ports.host) : parsePlatform(request.platform);
  const osVersion = request.osVersion ?? (platform.os === ports.host.os ? hostPlatform(ports.host).osVersion : undefined);
  return { ...platform, ...(osVersion === undefined ? {} : { osVersion }) };
};

const samePlatform = (one: Platform, wanted: Platform): boolean =>
  one.os === wanted.os && one.architecture === wanted.architecture && (wanted.variant === undefined || wanted.variant === one.variant) && (wanted.osVersion === undefined || wanted.osVersion === one.osVersion);

type Wanted = Pick<Descriptor, 'digest' | 'sizeBytes' | 'urls'> & { readonly mediaType?: string };

/**
 * A registry as the source of an image's blobs. Documents come when they are asked for; layers are only
 * remembered, until it is clear that the image is wanted.
 */
class RegistrySource implements BlobSource {
  readonly #ports: Ports;
  readonly #intake: BlobIntake;
  readonly #reference: ImageReference;
  readonly #call: { readonly credential: RegistryCredential | undefined; readonly signal: AbortSignal | undefined };
  readonly #progress: ((progress: ImageProgress) => void) | undefined;
  readonly #layers = new Map<Digest, RemoteBlob>();

  constructor(ports: Ports, intake: BlobIntake, reference: ImageReference, call: { readonly credential: RegistryCredential | undefined; readonly signal: AbortSignal | undefined }, progress: ((progress: ImageProgress) => void) | undefined) {
    this.#ports = ports;
    this.#intake = intake;
    this.#reference = reference;
    this.#call = call;
    this.#progress = progress;
  }

  async keep(digest: Digest, bytes: Uint8Array): Promise<void> {
    if (!(await this.#intake.has(digest))) await this.#intake.storeBytes(bytes, digest);
  }

  async require(wanted: Wanted): Promise<void> {
    const mediaType = wanted.mediaType ?? '';
    if (isLayerType(mediaType)) { this.#layers.set(wanted.digest, { digest: wanted.digest, sizeBytes: wanted.sizeBytes, urls: wanted.urls, mediaType }); return; }
    if (await this.#intake.has(wanted.digest)) return;
    if (isDocumentOfManifests(mediaType)) {
      const { bytes } = await this.#ports.registry.manifest({ ...this.#reference, tag: undefined, digest: wanted.digest }, this.#call);
      await this.keep(wanted.digest, bytes);
      return;
    }
    await this.#intake.store(this.#ports.registry.blob(this.#reference, { digest: wanted.digest, sizeBytes: wanted.sizeBytes, urls: wanted.urls, mediaType }, this.#call), wanted.digest, wanted.sizeBytes);
  }

  /** Begins with the layers; whoever begins must `end`. */
  download(): Downloads {
    return new Downloads([...this.#layers.values()], (layer, watch, signal) => this.#fetch(layer, watch, signal), this.#call.signal);
  }

  async #fetch(layer: RemoteBlob, watch: IntakeWatch, signal: AbortSignal): Promise<void> {
    if (await this.#intake.has(layer.digest)) return;
    const activity = `Layer ${layer.digest.slice(7, 19)}`;
    const bytes = this.#ports.registry.blob(this.#reference, layer, { ...this.#call, signal });
    await this.#intake.store(this.#counted(bytes, activity, layer.sizeBytes), layer.digest, layer.sizeBytes, watch);
    this.#progress?.({ activity, status: 'Downloaded', currentBytes: layer.sizeBytes, totalBytes: layer.sizeBytes, completed: true });
  }

  async *#counted(bytes: AsyncIterable<Uint8Array>, activity: string, totalBytes: number): AsyncGenerator<Uint8Array> {
    let currentBytes = 0;
    for await (const piece of bytes) {
      currentBytes += piece.length;
      this.#progress?.({ activity, status: 'Downloading', currentBytes, totalBytes });
      yield piece;
    }
  }
}

/** Manifests and indexes have an address of their own in a registry; other blobs do not. */
const isDocumentOfManifests = (mediaType: string): boolean => /manifest/.test(mediaType) || /image\.index/.test(mediaType);
