import { isDigest, type Digest } from '../base/index.ts';
import { JsonObject, manifestInvalid, parseJsonObject } from './json-document.ts';
import type { Descriptor } from './manifest.ts';

const linkLimit = 1000;

/** What a manifest of any kind leads to. */
export interface LinkedBlobs {
  /** Manifests and indexes: they lead further. */
  readonly documents: readonly Pick<Descriptor, 'mediaType' | 'digest' | 'sizeBytes' | 'urls'>[];
  readonly blobs: readonly Pick<Descriptor, 'mediaType' | 'digest' | 'sizeBytes' | 'urls'>[];
  /** The manifest that this one refers to, as a signature does. */
  readonly subject: Digest | undefined;
}

/**
 * The descriptors of a manifest or index, whatever it describes: images, and the signatures and SBOMs
 * that refer to them, whose configuration and layers have types of their own (OCI image specification,
 * manifest.md, "Guidelines for Artifact Usage").
 * @throws SiloError ManifestInvalid
 */
export const linkedBlobs = (bytes: Uint8Array): LinkedBlobs => {
  const document = parseJsonObject(bytes, 'manifest');
  const read = (value: unknown, place: string): LinkedBlobs['blobs'][number] => {
    const item = new JsonObject(value, place);
    const [mediaType, digest, sizeBytes] = [item.text('mediaType'), item.text('digest'), item.value('size')];
    if (mediaType === undefined || digest === undefined || !isDigest(digest) || typeof sizeBytes !== 'number' || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw manifestInvalid(`${place} is no descriptor`);
    return { mediaType, digest, sizeBytes, urls: item.texts('urls') };
  };
  const all = (name: string): readonly LinkedBlobs['blobs'][number][] => {
    const items = document.list(name) ?? [];
    if (items.length > linkLimit) throw manifestInvalid(`${name} has ${items.length} entries; ${linkLimit} are allowed`);
    return items.map((item, index) => read(item, `${name}[${index}]`));
  };
  const config = document.value('config');
  const subject = document.object('subject')?.text('digest');
  return { subject: subject !== undefined && isDigest(subject) ? subject : undefined, documents: all('manifests'), blobs: [...(config === undefined ? [] : [read(config, 'config')]), ...all('layers'), ...all('blobs')] };
};
