import { SiloError, isSiloError } from '../base/index.ts';
import type { ImageRecord, MetadataReader } from '../core/index.ts';
import { collectGarbage, oweSweep } from './collect-garbage.ts';
import { findImage } from './image-lookup.ts';
import type { Ports } from './ports.ts';

/**
 * Removes a reference and sweeps what nothing needs any more. An id removes every reference to that
 * image. With `force` the reference of an image in use goes; its content stays for the containers.
 */
export const removeImage = async (ports: Ports, text: string, force: boolean, signal?: AbortSignal): Promise<{ readonly removed: readonly string[]; readonly reclaimedBytes: number }> => {
  const removed = await ports.metadata.write((writer) => {
    const image = findOrNothing(writer, text, force);
    if (image === undefined) return [];
    const byId = /^(?:sha(?:256|512):)?[0-9a-f]{4,}$/.test(text) && writer.image(text) === undefined && !image.reference.endsWith(text);
    const references = byId ? writer.imagesByManifest(image.manifestDigest).map((other) => other.reference) : [image.reference];
    const left = writer.imagesByManifest(image.manifestDigest).filter((other) => !references.includes(other.reference));
    const users = writer.containersOfManifest(image.manifestDigest);
    // Another reference keeps the image for its containers: only the last one is in the way.
    if (!force && left.length === 0 && users.length > 0) {
      throw new SiloError('ImageInUse', { args: { reference: image.reference, users: users.map((user) => user.name).join(', ') }, target: { kind: 'image', id: image.reference } });
    }
    for (const reference of references) {
      writer.deleteImage(reference);
      writer.appendEvent({ time: ports.clock.now(), kind: 'image/remove', subject: reference, attributes: [{ name: 'digest', value: image.manifestDigest }] });
    }
    oweSweep(writer);
    return references;
  }, signal);
  return { removed, reclaimedBytes: await collectGarbage(ports) };
};

/** As with containers, forcing away what is not there is no error. */
const findOrNothing = (reader: MetadataReader, text: string, force: boolean): ImageRecord | undefined => {
  try {
    return findImage(reader, text);
  } catch (error) {
    if (force && isSiloError(error, 'ImageNotFound')) return undefined;
    throw error;
  }
};
