import type { ContainerRecord, ImageRecord } from '../core/index.ts';
import { findImage } from './image-lookup.ts';
import type { Ports } from './ports.ts';

export interface ImageWithUsers { readonly image: ImageRecord; readonly containers: readonly string[] }

const usersOf = (containers: readonly ContainerRecord[], image: ImageRecord): readonly string[] =>
  containers.filter((container) => container.spec.imageReference === image.reference).map((container) => container.id);

/** All images, or the one that `reference` names, each with the containers made from it. */
export const listImages = (ports: Ports, reference?: string): readonly ImageWithUsers[] =>
  ports.metadata.read((reader) =>
    (reference === undefined ? reader.images() : [findImage(reader, reference)])
      .map((image) => ({ image, containers: usersOf(reader.containersOfManifest(image.manifestDigest), image) })));
