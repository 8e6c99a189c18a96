import { formatImageReference, parseImageReference, shortHex, SiloError } from '../base/index.ts';
import { collectGarbage, oweSweep } from './collect-garbage.ts';
import { findImage } from './image-lookup.ts';
import { listImages, type ImageWithUsers } from './list-images.ts';
import { isNameless } from './nameless.ts';
import type { Ports } from './ports.ts';

/** Gives an image a further reference; one that another image has is only moved with `force`. */
export const tagImage = async (ports: Ports, text: string, newReference: string, force: boolean, signal?: AbortSignal): Promise<ImageWithUsers> => {
  const parsed = parseImageReference(newReference);
  const reference = formatImageReference(parsed);
  const moved = await ports.metadata.write((writer) => {
    const image = findImage(writer, text);
    const target = { kind: 'image', id: reference } as const;
    if (parsed.digest !== undefined && parsed.digest !== image.manifestDigest && parsed.digest !== image.sourceDigest) {
      throw new SiloError('ImageReferenceInvalid', { args: { reference: newReference, reason: 'its digest is that of another image' }, target });
    }
    const before = writer.image(reference);
    if (before?.manifestDigest === image.manifestDigest) return false;
    if (before !== undefined && !force) throw new SiloError('ImageReferenceInUse', { args: { reference: newReference, owner: shortHex(before.configDigest) }, target });
    writer.putImage({ ...image, reference });
    // It has a name now.
    if (isNameless(image.reference)) writer.deleteImage(image.reference);
    writer.appendEvent({ time: ports.clock.now(), kind: 'image/tag', subject: reference, attributes: [{ name: 'digest', value: image.manifestDigest }] });
    if (before !== undefined) oweSweep(writer);
    return before !== undefined;
  }, signal);
  if (moved) await collectGarbage(ports);
  return listImages(ports, reference)[0] as ImageWithUsers;
};
