import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestParts, fromFileError, hasErrno, isSiloError, parseImageReference, type Digest, type ImageReference } from '../base/index.ts';
import { archiveInvalid, throwIfCancelled, type ArchiveReadOptions } from './archive-file.ts';
import type { ArchiveImage } from './archive-image.ts';
import type { BlobIntake } from './blob-intake.ts';
import { checkSize, missingBlob, resolveImage, type BlobSource, type ResolveContext } from './image-sources.ts';
import { documentLimitBytes, manifestInvalid, parseJsonObject } from './json-document.ts';
import { parseIndex, type Descriptor } from './manifest.ts';
import { mediaTypes } from './media-types.ts';

/** @throws SiloError ArchiveInvalid: no image layout, or one of a version to come. */
export const checkLayout = (path: string, document: Uint8Array | undefined): void => {
  if (document === undefined) throw archiveInvalid(path, 'it has an index.json, but not the oci-layout file of an image layout');
  const version = parseJsonObject(document, 'oci-layout').text('imageLayoutVersion');
  if (version === undefined || !version.startsWith('1.')) throw archiveInvalid(path, `its image layout has version ${version ?? 'none'}; 1 can be read`);
};

/** A reference that the archive gives to an image. Tools write a bare tag where they were not told a name; it names nothing. */
const referenceOf = (descriptor: Descriptor): ImageReference | undefined => {
  for (const name of [descriptor.imageName, descriptor.referenceName]) {
    const reference = name !== undefined && /[/:]/.test(name) ? tryReference(name) : undefined;
    if (reference !== undefined) return reference;
  }
  return undefined;
};

export const tryReference = (name: string): ImageReference | undefined => {
  try {
    return parseImageReference(name);
  } catch (error) {
    if (isSiloError(error, 'ImageReferenceInvalid')) return undefined;
    throw error;
  }
};

/** Images of an `index.json`: descriptors of one name are platforms of one image; those without any name together are one. */
export const resolveLayout = async (context: ResolveContext, index: Uint8Array): Promise<readonly ArchiveImage[]> => {
  const groups = new Map<string, { readonly reference: ImageReference | undefined; readonly descriptors: Descriptor[] }>();
  for (const descriptor of parseIndex(index, mediaTypes.index).manifests) {
    const reference = referenceOf(descriptor);
    const key = reference === undefined ? descriptor.referenceName ?? '' : JSON.stringify(reference);
    const group = groups.get(key) ?? { reference, descriptors: [] };
    group.descriptors.push(descriptor);
    groups.set(key, group);
  }
  if (groups.size === 0) throw manifestInvalid('index.json names no image');
  const images: ArchiveImage[] = [];
  for (const { reference, descriptors } of groups.values()) images.push(await resolveImage(context, descriptors, reference));
  return images;
};

/** Blobs that a pass over the archive has put into the store. */
export const storedSource = (path: string, intake: BlobIntake): BlobSource => ({
  require: async ({ digest, sizeBytes, urls }) => {
    const info = await intake.content.stat(digest);
    if (info === undefined) throw missingBlob(path, digest, urls);
    checkSize(digest, info.sizeBytes, sizeBytes);
  },
});

/** Blobs of a layout folder, stored when they are asked for: other platforms stay where they are. */
export const folderSource = (path: string, intake: BlobIntake, options: ArchiveReadOptions): BlobSource => {
  let readSoFar = 0;
  return {
    require: async ({ digest, sizeBytes, urls }) => {
      throwIfCancelled(options.signal);
      if (await intake.has(digest)) {
        checkSize(digest, (await intake.content.stat(digest))?.sizeBytes ?? 0, sizeBytes);
        return;
      }
      const { algorithm, hex } = digestParts(digest);
      const file = join(path, 'blobs', algorithm, hex);
      checkSize(digest, await regularFileSize(file, path, digest, urls), sizeBytes);
      await intake.store(fileBytes(file, (bytes) => {
        readSoFar += bytes;
        options.onProgress?.(readSoFar, readSoFar);
      }), digest, sizeBytes);
    },
  };
};

/** A document at the top of a layout folder; undefined where it is missing. */
export const readLayoutDocument = async (folder: string, name: string): Promise<Uint8Array | undefined> => {
  const path = join(folder, name);
  try {
    const { size } = await regularFile(path, folder);
    if (size > documentLimitBytes) throw manifestInvalid(`${name} has ${size} bytes; ${documentLimitBytes} are allowed`);
    const file = await open(path, 'r');
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw fromFileError(error, path);
  }
};

const regularFile = async (path: string, archive: string): Promise<{ readonly size: number }> => {
  const found = await stat(path);
  if (!found.isFile()) throw archiveInvalid(archive, `${path} is not a file`);
  return found;
};

const regularFileSize = async (file: string, archive: string, digest: Digest, urls: readonly string[]): Promise<number> => {
  try {
    return (await regularFile(file, archive)).size;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) throw missingBlob(archive, digest, urls);
    throw fromFileError(error, file);
  }
};

async function* fileBytes(path: string, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      count((piece as Buffer).length);
      yield piece as Buffer;
    }
  } catch (error) {
    throw fromFileError(error, path);
  }
}
