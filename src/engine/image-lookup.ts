import { SiloError, formatImageReference, isDigest, parseImageReference } from '../base/index.ts';
import type { ImageRecord, MetadataReader } from '../core/index.ts';

const shortestPrefix = 4;

/** Finds an image by reference, or by the digest (or the beginning) of its configuration or manifest. @throws SiloError ImageNotFound, ImageReferenceInvalid, IdAmbiguous */
export const findImage = (reader: MetadataReader, text: string): ImageRecord => {
  const target = { kind: 'image', id: text } as const;
  const hex = isDigest(text) ? text.slice(text.indexOf(':') + 1) : text;
  if (hex.length >= shortestPrefix && /^[0-9a-f]+$/.test(hex)) {
    const matches = reader.images().filter((image) => [image.configDigest, image.manifestDigest].some((digest) => digest.slice(digest.indexOf(':') + 1).startsWith(hex)));
    if (new Set(matches.map((image) => image.manifestDigest)).size > 1) throw new SiloError('IdAmbiguous', { args: { id: text }, target });
    if (matches[0] !== undefined) return matches[0];
  }
  const reference = parseImageReference(text);
  const found = reader.image(formatImageReference(reference));
  if (found !== undefined) return found;
  if (reference.digest !== undefined) {
    const byDigest = reader.imagesByManifest(reference.digest)[0] ?? reader.imagesBySource(reference.digest)[0];
    if (byDigest !== undefined) return byDigest;
  }
  throw new SiloError('ImageNotFound', { args: { reference: text }, target });
};
