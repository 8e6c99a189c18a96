import { createHash } from 'node:crypto';
import { SiloError, digestParts, formatImageReference, isSiloError, type Digest, type Platform } from '../base/index.ts';
import type { RegistryCredential } from '../core/index.ts';
import { choosePlatform, documentLimitBytes, imageCompatibility, parseImageConfig, parseManifest, type Compatibility } from '../image/index.ts';
import { imageHost } from './image-host.ts';
import { findImage } from './image-lookup.ts';
import type { Ports } from './ports.ts';
import type { ImageProgress } from './publish-image.ts';

export interface ImageTest {
  readonly reference: string;
  readonly local: boolean;
  /** Undefined where the image is not on this host. */
  readonly intact: boolean | undefined;
  readonly damaged: readonly Digest[];
  readonly platform: Platform;
  readonly compatibility: Compatibility;
}

/** Reads every blob of an image of this host; one that is not here is looked up in its registry, by its documents alone. */
export const testImage = async (ports: Ports, reference: string, credential: RegistryCredential | undefined, progress: ((progress: ImageProgress) => void) | undefined, signal?: AbortSignal): Promise<ImageTest> => {
  let local;
  try {
    local = ports.metadata.read((reader) => findImage(reader, reference));
  } catch (error) {
    if (!isSiloError(error, 'ImageNotFound')) throw error;
  }
  if (local === undefined) return testRemote(ports, reference, credential, signal);
  const { manifestDigest } = local;
  const damaged: Digest[] = [];
  const check = async (digest: Digest): Promise<void> => {
    if (!(await isIntact(ports, digest, progress, signal))) damaged.push(digest);
  };
  await check(manifestDigest);
  if (damaged.length === 0) {
    const manifest = parseManifest(await ports.content.readAll(manifestDigest, documentLimitBytes));
    if (manifest.kind === 'manifest') for (const { digest } of [manifest.config, ...manifest.layers]) await check(digest);
  }
  return { reference: local.reference, local: true, intact: damaged.length === 0, damaged, platform: local.platform, compatibility: imageCompatibility(local.platform, imageHost(ports)) };
};

/** Reads a blob and compares its digest. */
export const isIntact = async (ports: Ports, digest: Digest, progress: ((progress: ImageProgress) => void) | undefined, signal: AbortSignal | undefined): Promise<boolean> => {
  const info = await ports.content.stat(digest);
  if (info === undefined) return false;
  const { algorithm, hex } = digestParts(digest);
  const hash = createHash(algorithm);
  let currentBytes = 0;
  const activity = `Blob ${hex.slice(0, 12)}`;
  for await (const piece of ports.content.read(digest, signal === undefined ? {} : { signal })) {
    hash.update(piece);
    currentBytes += piece.length;
    progress?.({ activity, status: 'Verifying', currentBytes, totalBytes: info.sizeBytes });
  }
  progress?.({ activity, status: 'Verified', currentBytes, totalBytes: info.sizeBytes, completed: true });
  return hash.digest('hex') === hex;
};

const testRemote = async (ports: Ports, text: string, credential: RegistryCredential | undefined, signal: AbortSignal | undefined): Promise<ImageTest> => {
  const reference = await ports.registry.parseReference(text);
  const call = { credential, signal };
  const top = await ports.registry.manifest(reference, call);
  const parsed = parseManifest(top.bytes, top.mediaType);
  const host = imageHost(ports);
  let platform: Platform | undefined;
  if (parsed.kind === 'index') {
    const offered = parsed.manifests.filter((entry) => entry.platform !== undefined && entry.platform.os !== 'unknown');
    // Where nothing suits, the answer speaks of the first offer: it says why that one does not run.
    platform = choosePlatform(offered, { os: host.os, architecture: host.architecture })?.platform ?? offered[0]?.platform;
  } else {
    const chunks: Uint8Array[] = [];
    const { digest, sizeBytes, mediaType } = parsed.config;
    if (sizeBytes > documentLimitBytes) throw new SiloError('ManifestInvalid', { args: { reason: `its configuration has ${sizeBytes} bytes` }, target: { kind: 'image', id: text } });
    for await (const piece of ports.registry.blob(reference, { digest, sizeBytes, mediaType, urls: [] }, call)) chunks.push(Buffer.from(piece));
    platform = parseImageConfig(Buffer.concat(chunks)).platform;
  }
  if (platform === undefined) throw new SiloError('ManifestInvalid', { args: { reason: 'the index names no platform' }, target: { kind: 'image', id: text } });
  return { reference: formatImageReference(reference), local: false, intact: undefined, damaged: [], platform, compatibility: imageCompatibility(platform, host) };
};
