import { createHash } from 'node:crypto';
import { digestParts, familiarImageReference, formatImageReference, SiloError, type Digest, type ImageReference } from '../base/index.ts';
import type { ContentStore } from '../core/index.ts';
import { throwIfCancelled } from './archive-file.ts';
import type { ArchiveOutput } from './archive-output.ts';
import { parseImageConfig } from './image-config.ts';
import { documentLimitBytes, manifestInvalid, parseJsonObject } from './json-document.ts';
import { parseManifest } from './manifest.ts';
import { mediaTypes } from './media-types.ts';

export interface ExportedImage {
  /** Undefined for an image that nobody named. */
  readonly reference: ImageReference | undefined;
  readonly manifestDigest: Digest;
}

export interface ArchiveWriteOptions {
  /** Adds the `manifest.json` by which every `docker load` finds its images. */
  readonly docker: boolean;
  readonly onProgress?: ((writtenBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Blob { readonly digest: Digest; readonly sizeBytes: number }

interface PlannedImage {
  readonly images: readonly ExportedImage[];
  readonly descriptor: object;
  readonly config: Digest;
  readonly layers: readonly Digest[];
  readonly blobs: readonly Blob[];
}

/**
 * Writes stored images as an OCI image layout. Documents come first, then the blobs in the order of their
 * digests, so that the same images give the same archive. Every blob is compared with its digest on the
 * way: what leaves this host is sound. Gives the manifest digests. Errors: BlobNotFound, DigestMismatch,
 * ManifestInvalid, OperationCancelled, and those of the output.
 */
export const writeArchive = async (content: ContentStore, images: readonly ExportedImage[], output: ArchiveOutput, options: ArchiveWriteOptions): Promise<readonly Digest[]> => {
  const groups = new Map<Digest, ExportedImage[]>();
  for (const image of images) groups.set(image.manifestDigest, [...groups.get(image.manifestDigest) ?? [], image]);
  const planned: PlannedImage[] = [];
  for (const group of groups.values()) planned.push(await plan(content, group));
  const blobs = new Map(planned.flatMap((image) => image.blobs).map((blob) => [blob.digest, blob]));
  const totalBytes = [...blobs.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let written = 0;
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  await output.document('oci-layout', json({ imageLayoutVersion: '1.0.0' }));
  await output.document('index.json', json({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: indexOf(planned) }));
  if (options.docker) await output.document('manifest.json', json(planned.map(dockerItem)));
  await output.folder('blobs');
  for (const algorithm of new Set([...blobs.keys()].map((digest) => digestParts(digest).algorithm).sort())) await output.folder(`blobs/${algorithm}`);
  for (const digest of [...blobs.keys()].sort()) {
    const pieces = verified(content, blobs.get(digest) as Blob, options.signal, (bytes) => {
      written += bytes;
      options.onProgress?.(written, totalBytes);
    });
    await output.file(blobName(digest), blobs.get(digest)?.sizeBytes ?? 0, pieces);
  }
  return planned.map(({ images: [first] }) => first?.manifestDigest as Digest);
};

const blobName = (digest: Digest): string => {
  const { algorithm, hex } = digestParts(digest);
  return `blobs/${algorithm}/${hex}`;
};

const plan = async (content: ContentStore, images: readonly ExportedImage[]): Promise<PlannedImage> => {
  const manifestDigest = images[0]?.manifestDigest as Digest;
  const bytes = await content.readAll(manifestDigest, documentLimitBytes);
  const manifest = parseManifest(bytes);
  if (manifest.kind !== 'manifest') throw manifestInvalid(`${manifestDigest} is an index where a manifest was expected`);
  const { platform } = parseImageConfig(await content.readAll(manifest.config.digest, documentLimitBytes));
  const blobs: Blob[] = [{ digest: manifestDigest, sizeBytes: bytes.length }, manifest.config];
  for (const layer of manifest.layers) {
    const info = await content.stat(layer.digest);
    if (info !== undefined) blobs.push(info);
    // A layer that may not be passed on need not be here either: readers get it where its descriptor says.
    else if (layer.urls.length === 0) throw notFound(layer.digest);
  }
  const mediaType = parseJsonObject(bytes, 'manifest').text('mediaType') ?? mediaTypes.manifest;
  return {
    images, blobs,
    config: manifest.config.digest,
    layers: manifest.layers.map(({ digest }) => digest),
    descriptor: {
      mediaType, digest: manifestDigest, size: bytes.length,
      platform: {
        architecture: platform.architecture, os: platform.os,
        ...(platform.variant === undefined ? {} : { variant: platform.variant }),
        ...(platform.osVersion === undefined ? {} : { 'os.version': platform.osVersion }),
      },
    },
  };
};

/** A descriptor for each name: skopeo and umoci look for the tag, containerd, podman and Docker for the whole reference. */
const indexOf = (planned: readonly PlannedImage[]): readonly object[] => {
  const references = planned.flatMap(({ images }) => images.map(({ reference }) => reference)).filter((reference) => reference !== undefined);
  const tags = references.map(({ tag }) => tag);
  const unique = (tag: string | undefined): boolean => tags.filter((other) => other === tag).length === 1;
  return planned.flatMap(({ images, descriptor }) => images.map(({ reference }) => {
    if (reference === undefined) return descriptor;
    const name = formatImageReference(reference);
    const short = reference.tag !== undefined && unique(reference.tag) ? reference.tag : name;
    return { ...descriptor, annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': short } };
  }));
};

/** An item of `manifest.json` (moby, image/spec/v1.2). Docker's own names leave docker.io out, and have no digests. */
const dockerItem = ({ images, config, layers }: PlannedImage): object => ({
  Config: blobName(config),
  RepoTags: images.flatMap(({ reference }) => (reference?.tag === undefined ? [] : [familiarImageReference({ ...reference, digest: undefined })])),
  Layers: layers.map(blobName),
});

const notFound = (digest: Digest): SiloError => new SiloError('BlobNotFound', { args: { digest }, target: { kind: 'blob', id: digest } });

async function* verified(content: ContentStore, { digest, sizeBytes }: Blob, signal: AbortSignal | undefined, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const { algorithm, hex } = digestParts(digest);
  const hash = createHash(algorithm);
  const target = { kind: 'blob', id: digest } as const;
  let read = 0;
  for await (const piece of content.read(digest)) {
    throwIfCancelled(signal);
    hash.update(piece);
    read += piece.length;
    if (read > sizeBytes) break;
    count(piece.length);
    yield piece;
  }
  if (read !== sizeBytes) throw new SiloError('SizeMismatch', { args: { actual: read, expected: sizeBytes }, target });
  const actual = hash.digest('hex');
  if (actual !== hex) throw new SiloError('DigestMismatch', { args: { actual: `${algorithm}:${actual}`, expected: digest }, target });
}
