import { formatImageReference, parseImageReference } from '../base/index.ts';
import { ImageDocument } from '../build/index.ts';
import type { ContainerRecord, DiffSummary } from '../core/index.ts';
import { deriveImage, packLayer, type ArchiveLayer } from '../image/index.ts';
import { collectGarbage } from './collect-garbage.ts';
import { applyChanges, parseChanges } from './commit-changes.ts';
import { withContainer } from './container-lock.ts';
import { withLease } from './lease.ts';
import { listImages, type ImageWithUsers } from './list-images.ts';
import { namelessReference } from './nameless.ts';
import { platformOf } from './platform-of.ts';
import type { Ports } from './ports.ts';
import { publishImage, writeThrough, type ImageProgress } from './publish-image.ts';
import { technologyOf } from './technology.ts';
import { unpackLayers } from './unpack-layers.ts';
import { whileFrozen } from './while-frozen.ts';

export interface CommitRequest {
  readonly container: string;
  readonly reference?: string | undefined;
  readonly author?: string | undefined;
  readonly message?: string | undefined;
  /** Dockerfile instructions that change the configuration. */
  readonly changes?: readonly string[] | undefined;
  /** Freezes a running container meanwhile; undefined does. */
  readonly pause?: boolean | undefined;
}

type Progress = ((progress: ImageProgress) => void) | undefined;

/**
 * Makes an image of what a container changed in its file system. Volumes are no part of it. The container
 * is this engine's own meanwhile, and frozen while its files are read unless asked otherwise.
 */
export const commitContainer = async (ports: Ports, request: CommitRequest, progress: Progress, signal?: AbortSignal): Promise<ImageWithUsers> => {
  const asked = request.reference === undefined ? undefined : formatImageReference(parseImageReference(request.reference));
  const changes = parseChanges(request.changes ?? []);
  const activity = `Commit of ${request.container}`;
  let moved = false;
  try {
    const reference = await withContainer(ports, request.container, signal, async (record) => {
      const technology = technologyOf(ports.isolations, record);
      return withLease(ports, signal, async (leaseId) => {
        const onBlob = (digest: ArchiveLayer['digest']): Promise<void> => ports.metadata.writeLightly((writer) => { writer.leaseBlob(leaseId, digest); }, signal);
        const { layer, summary } = await whileFrozen(ports, record, request.pause ?? true, async () => {
          let told: DiffSummary | undefined;
          const pieces = changesOf(ports, record, signal, (found) => { told = found; });
          const packed = await packLayer(ports.content, pieces, {
            onBlob, signal,
            onProgress: (currentBytes) => progress?.({ activity, status: 'Reading', currentBytes }),
            worthKeeping: () => told !== undefined && told.entries > 0,
          });
          return { layer: packed, summary: told };
        });
        const image = await deriveImage(ports.content, record.manifestDigest, {
          layer,
          configure: (below) => {
            const document = ImageDocument.parse(below);
            applyChanges(document, changes);
            if (request.author !== undefined) document.setAuthor(request.author);
            // Not the time of the commit: the same changes shall give the same digest. When it was made here is told by importedAt.
            const createdAt = summary?.newestTime === undefined ? document.created : new Date(summary.newestTime * 1000);
            document.record(record.spec.args.join(' '), layer === undefined ? undefined : { diffId: layer.diffId, createdAt }, { author: request.author, comment: request.message ?? '' });
            return document.toBytes();
          },
        }, onBlob);
        const name = asked ?? namelessReference(image.manifestDigest);
        const unpackedBytes = await unpackLayers(ports, technology, leaseId, image, { progress, signal });
        moved = await publishImage(ports, 'image/commit', name, image, unpackedBytes);
        writeThrough(ports);
        return name;
      });
    });
    progress?.({ activity, status: 'Committed', currentBytes: 0, completed: true });
    if (moved) await collectGarbage(ports);
    return listImages(ports, reference)[0] as ImageWithUsers;
  } catch (error) {
    progress?.({ activity, status: 'Failed', currentBytes: 0, completed: true });
    await collectGarbage(ports);
    throw error;
  }
};

async function* changesOf(ports: Ports, record: ContainerRecord, signal: AbortSignal | undefined, onSummary: (summary: DiffSummary) => void): AsyncGenerator<Uint8Array> {
  const key = record.snapshotKey;
  if (key === undefined) return;
  const { snapshotter } = technologyOf(ports.isolations, record);
  // A container that never ran has no folder yet.
  await snapshotter.prepare(key, record.spec.storageBytes);
  yield* snapshotter.diff(key, ports.metadata.read((reader) => reader.chainBelow(key)), {
    mountPoints: [...platformOf(record.spec.os).alwaysMounted, ...record.spec.mounts.map((mount) => mount.target)],
    onSummary,
    ...(signal === undefined ? {} : { signal }),
  });
}
