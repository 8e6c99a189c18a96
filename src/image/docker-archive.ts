import { formatPlatform, SiloError, type ImageReference } from '../base/index.ts';
import type { BlobInfo, ContentStore } from '../core/index.ts';
import { archiveInvalid } from './archive-file.ts';
import type { ArchiveImage } from './archive-image.ts';
import type { ScannedArchive } from './archive-scan.ts';
import type { BlobIntake } from './blob-intake.ts';
import { platformSuits } from './choose-platform.ts';
import { parseImageConfig } from './image-config.ts';
import { describeImage, type ResolveContext } from './image-sources.ts';
import { documentLimitBytes, JsonObject, manifestInvalid, parseJson } from './json-document.ts';
import { checkLayerCount, parseManifest } from './manifest.ts';
import { compressionOf, layerTypes, mediaTypes } from './media-types.ts';
import { tryReference } from './oci-layout.ts';

/** One image of a `manifest.json`; paths are names in the archive. */
export interface DockerArchiveItem {
  readonly configPath: string;
  readonly repositoryTags: readonly string[];
  readonly layerPaths: readonly string[];
}

/** `manifest.json` of `docker save` (moby, image/spec/v1.2). @throws SiloError ManifestInvalid */
export const parseDockerManifest = (bytes: Uint8Array): readonly DockerArchiveItem[] => {
  const list = parseJson(bytes, 'manifest.json');
  if (!Array.isArray(list)) throw manifestInvalid('manifest.json is not a list');
  return list.map((value, index) => {
    const item = new JsonObject(value, `manifest.json[${index}]`);
    const configPath = item.text('Config');
    if (configPath === undefined) throw manifestInvalid(`${item.place} names no configuration`);
    const layerPaths = item.texts('Layers');
    checkLayerCount(layerPaths.length);
    return { configPath, layerPaths, repositoryTags: item.texts('RepoTags') };
  });
};

/** Names of images by the digest of their configuration, for layouts whose index.json has none. */
export const dockerNames = (scanned: ScannedArchive): ReadonlyMap<string, readonly ImageReference[]> => {
  const names = new Map<string, readonly ImageReference[]>();
  if (scanned.dockerManifest === undefined) return names;
  for (const item of parseDockerManifest(scanned.dockerManifest)) {
    const config = scanned.file(item.configPath);
    if (config !== undefined) names.set(config.digest, item.repositoryTags.map(tryReference).filter((reference) => reference !== undefined));
  }
  return names;
};

/**
 * Images of an archive that has only a `manifest.json`. Docker's format has no manifest with digests, so
 * one is made: the same bytes for the same content.
 */
export const resolveDockerArchive = async (context: ResolveContext, scanned: ScannedArchive, intake: BlobIntake): Promise<readonly ArchiveImage[]> => {
  const items = parseDockerManifest(scanned.dockerManifest ?? new Uint8Array());
  if (items.length === 0) throw manifestInvalid('manifest.json names no image');
  const images: ArchiveImage[] = [];
  for (const item of items) {
    const fileOf = (name: string): BlobInfo => {
      const found = scanned.file(name);
      if (found === undefined) throw archiveInvalid(context.path, `'${name}', which its manifest.json names, is missing`);
      return found;
    };
    const configFile = fileOf(item.configPath);
    if (configFile.sizeBytes > documentLimitBytes) throw manifestInvalid(`the configuration has ${configFile.sizeBytes} bytes; ${documentLimitBytes} are allowed`);
    const config = parseImageConfig(await intake.content.readAll(configFile.digest, documentLimitBytes));
    if (![context.wanted, context.otherwise].some((platform) => platform !== undefined && platformSuits(config.platform, platform))) {
      throw new SiloError('ImagePlatformMismatch', {
        args: { reference: item.repositoryTags[0] ?? context.path, imagePlatform: formatPlatform(config.platform), hostPlatform: formatPlatform(context.wanted) },
        target: { kind: 'archive', id: context.path },
      });
    }
    const layers = [];
    for (const path of item.layerPaths) {
      const file = fileOf(path);
      layers.push({ mediaType: await layerType(intake.content, file, context.path), digest: file.digest, size: file.sizeBytes });
    }
    const manifest = Buffer.from(JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, digest: configFile.digest, size: configFile.sizeBytes },
      layers,
    }));
    const stored = await intake.storeBytes(manifest);
    const parsed = parseManifest(manifest);
    if (parsed.kind !== 'manifest') throw new Error('unreachable');
    const references = item.repositoryTags.map(tryReference).filter((reference) => reference !== undefined);
    const image = await describeImage(context, stored.digest, stored.sizeBytes, parsed, config, references[0]);
    images.push(image, ...references.slice(1).map((reference) => ({ ...image, reference })));
  }
  return images;
};

const layerType = async (content: ContentStore, file: BlobInfo, archive: string): Promise<string> => {
  for await (const piece of content.read(file.digest)) {
    const compression = compressionOf(piece);
    if (compression === undefined) throw archiveInvalid(archive, 'a layer is compressed with xz or bzip2; gzip and zstd can be read');
    return layerTypes[compression];
  }
  throw archiveInvalid(archive, 'a layer is empty');
};
