import { Type } from 'typebox';
import { containerRef } from './container.ts';
import { image } from './image.ts';
import type { MethodDefinition } from './method.ts';
import { progressToken } from './parameters.ts';
import { count, flag, list, nullable, oneOf, optional, record, text, time } from './schema.ts';


const imageRef = text('Reference or id of an image of this host.');

const historyEntry = record({
  createdAt: nullable(time('When the step was made.')),
  createdBy: text('Command that made the step.'),
  comment: text('Comment of its maker.'),
  author: text('Author.'),
  emptyLayer: flag('True where the step changed only the configuration.'),
  digest: nullable(text('Digest of its layer; null for a step without one.')),
  sizeBytes: count('Unpacked size of its layer, in bytes; its stored size where it is not unpacked.'),
});

const layerInfo = record({
  digest: nullable(text('Digest of the stored layer; null where only the unpacked one is here.')),
  diffId: text('Digest of the unpacked layer.'),
  chainId: text('Digest of the layer with all below it.'),
  mediaType: nullable(text('Media type of the stored layer.')),
  storedBytes: nullable(count('Stored size, in bytes.')),
  sizeBytes: nullable(count('Unpacked size, in bytes; null where it is not unpacked.')),
  images: list(Type.String(), { description: 'References of the images that share it.' }),
  unpacked: flag('Whether it is unpacked on this host.'),
});

const storeItem = record({
  kind: oneOf(['Blob', 'Layer', 'Image', 'Container', 'Volume', 'Ingest', 'Mount', 'Task', 'Network', 'Lease'], 'What it is.'),
  id: text('Digest, key, reference or id.'),
  sizeBytes: count('Bytes on the disk.'),
  reason: text('Why it is there, or what is wrong with it.'),
  action: oneOf(['Removed', 'WouldRemove', 'Repaired', 'WouldRepair', 'Failed'], 'What was done, or would be.'),
});

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

const changeErrors = ['StoreBusy', 'ElevationRequired', 'MountNamespacePrivate'] as const;

/** Methods that make images of what is here, and keep the store in order. */
export const storeMethods = define({
  'image/tag': { summary: 'Gives an image a further reference.', params: record({ image: imageRef, reference: text('New reference.'), force: optional(flag('Moves a reference that another image has.')) }), result: record({ image }), readOnly: false, errors: ['ImageNotFound', 'ImageReferenceInvalid', 'IdAmbiguous', 'ImageReferenceInUse', ...changeErrors] },
  'image/history': { summary: 'The steps that made an image, newest first.', params: record({ image: imageRef }), result: record({ items: list(historyEntry) }), readOnly: true, errors: ['ImageNotFound', 'ImageReferenceInvalid', 'IdAmbiguous', 'BlobNotFound', 'ManifestInvalid'] },
  'image/layers': { summary: 'The layers of an image, the lowest first; of all images where none is named.', params: record({ image: optional(imageRef), orphaned: optional(flag('Only layers that no image needs.')) }), result: record({ items: list(layerInfo) }), readOnly: true, errors: ['ImageNotFound', 'ImageReferenceInvalid', 'IdAmbiguous', 'BlobNotFound', 'ManifestInvalid'] },
  'image/export': {
    summary: 'Writes images to an archive: an OCI image layout (folder or tar), or what `docker load` reads.',
    params: record({
      images: list(imageRef, { minItems: 1 }),
      path: text('Absolute path of the file or folder to write.'),
      format: optional(oneOf(['OciArchive', 'OciFolder', 'DockerArchive'], 'Form; OciArchive where left out.')),
      force: optional(flag('Replaces what is there.')),
      progressToken,
    }),
    result: record({ path: text('Path.'), sizeBytes: count('Bytes written.'), digests: list(Type.String(), { description: 'Manifest digests in the archive.' }) }),
    readOnly: false,
    errors: ['ImageNotFound', 'ImageReferenceInvalid', 'IdAmbiguous', 'BlobNotFound', 'DigestMismatch', 'SizeMismatch', 'ManifestInvalid', 'PathNotFound', 'PathAccessDenied', 'PathExists', 'DiskFull', ...changeErrors],
  },
  'store/get': {
    summary: 'Where everything is kept, and what it takes on the disk.',
    params: record({}),
    result: record({
      path: text('State root.'),
      fileSystem: nullable(text('Name of its file system; null where the system does not tell it.')),
      capacityBytes: count('Size of that file system, in bytes.'),
      freeBytes: count('Bytes that may still be written there.'),
      contentCount: count('Stored blobs.'),
      contentBytes: count('Bytes of the stored blobs.'),
      layerCount: count('Unpacked layers.'),
      layerBytes: count('Bytes of the unpacked layers, with the disks that were made of them for utility VMs.'),
      containerCount: count('Containers.'),
      containerBytes: count('Bytes that containers changed in their root file systems.'),
      volumeCount: count('Volumes.'),
      volumeBytes: count('Bytes of the volumes.'),
      buildCacheBytes: count('Bytes of the folders that builds keep for themselves; layers of cached steps are among the content and the layers.'),
      logBytes: count('Bytes of what containers wrote to their outputs, with the small files that a container has besides.'),
      reclaimableBytes: count('Bytes that store/optimize would free with everything that it takes.'),
    }),
    readOnly: true,
    errors: changeErrors,
  },
  'store/optimize': {
    summary: 'Removes what nothing needs: unused images where asked, stopped containers where asked, blobs, layers, the build cache.',
    params: record({ unusedImages: optional(flag('Also images that no container uses.')), danglingImages: optional(flag('Also images without a name.')), stoppedContainers: optional(flag('Also containers that have ended.')), buildCache: optional(flag('Also the build cache.')), unusedVolumes: optional(flag('Also volumes that no container mounts, with their content.')), olderThan: optional(time('Only containers and volumes made before, and images that this host got before.')), keepLast: optional(count('Newest images of each repository to keep.')), dryRun: optional(flag('Tells what would be done.')) }),
    result: record({ items: list(storeItem), reclaimedBytes: count('Bytes freed, or that would be.') }),
    readOnly: false,
    errors: changeErrors,
  },
  'store/repair': { summary: 'Mends what killed engines left, and checks every blob.', params: record({ dryRun: optional(flag('Tells what would be done.')), verify: optional(flag('Reads every blob, and every disk that was made of a layer, and compares digests.')), progressToken }), result: record({ items: list(storeItem) }), readOnly: false, errors: changeErrors },
  'store/move': { summary: 'Moves the state root to another folder; no container may run, and no other engine be open.', params: record({ path: text('Absolute path of the new state root; it must be missing or empty.'), dryRun: optional(flag('Tells what would be done.')), progressToken }), result: record({ path: text('New state root.'), movedBytes: count('Bytes moved.') }), readOnly: false, errors: ['ContainerRunning', 'PathExists', 'PathNotFound', 'PathAccessDenied', 'DiskFull', ...changeErrors] },
  'container/commit': {
    summary: "Makes an image of a container's changes; the same changes give the same digest.",
    params: record({
      container: containerRef,
      reference: optional(text('Reference for the image; where left out, its digest in the repository localhost/nameless.')),
      author: optional(text('Author.')),
      message: optional(text('Comment in the history.')),
      changes: optional(list(Type.String(), { description: 'Dockerfile instructions that change the configuration: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME, WORKDIR, STOPSIGNAL.' })),
      pause: optional(flag('Freezes a running container meanwhile; true where left out.')),
      progressToken,
    }),
    result: record({ image }),
    readOnly: false,
    errors: ['ContainerNotFound', 'IdAmbiguous', 'ContainerBusy', 'ImageReferenceInvalid', 'DockerfileInvalid', 'LayerEntryUnsupported', 'BlobNotFound', 'ManifestInvalid', 'RuntimeFailed', 'DiskFull', ...changeErrors],
  },
});
