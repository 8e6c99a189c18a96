import { SiloError, type Digest, type Platform } from '../base/index.ts';
import { documentLimitBytes, parseImageConfig, parseManifest } from '../image/index.ts';
import type { Ports } from './ports.ts';

/** What the image is for that a container was made from, whatever it is called since. @throws SiloError ManifestInvalid, and what the content store throws */
export const platformOfImage = async ({ content }: Pick<Ports, 'content'>, manifestDigest: Digest): Promise<Platform> => {
  const manifest = parseManifest(await content.readAll(manifestDigest, documentLimitBytes));
  if (manifest.kind !== 'manifest') throw new SiloError('ManifestInvalid', { args: { reason: `${manifestDigest} is an index` } });
  return parseImageConfig(await content.readAll(manifest.config.digest, documentLimitBytes)).platform;
};
