import { Type } from 'typebox';
import { count, list, nameValue, nullable, optional, record, text, time, type Static } from './schema.ts';

export const image = record({
  reference: text('Normalised reference.'),
  name: text('Reference as people write it: docker.io and library/ left out.'),
  id: text('Digest of the configuration (the image id of docker).'),
  digest: text('Digest of the manifest.'),
  createdAt: nullable(time('When its maker made it.')),
  importedAt: time('When this host got it.'),
  operatingSystem: text('Operating system, for example linux.'),
  architecture: text('Architecture, for example amd64.'),
  osVersion: nullable(text('Windows build; null for other systems.')),
  layerCount: count('Number of layers.'),
  sizeBytes: count('Unpacked size, in bytes.'),
  storedBytes: count('Size of the stored layers, in bytes.'),
  uniqueBytes: count('Size of the unpacked layers that no other image has, in bytes.'),
  sharedBytes: count('Size of the unpacked layers that other images have too, in bytes.'),
  containers: list(Type.String(), { description: 'Ids of the containers made from it.' }),
}, 'An image.');

export type WireImage = Static<typeof image>;

/** Configuration for an archive that brings none: a root file system. */
export const importConfig = record({
  command: optional(list(Type.String())),
  entrypoint: optional(list(Type.String())),
  environment: optional(list(nameValue)),
  workingDirectory: optional(Type.String()),
  user: optional(Type.String()),
  labels: optional(list(nameValue)),
  volumes: optional(list(Type.String())),
  stopSignal: optional(Type.String()),
});
