import { isSiloError, type Digest, type ImageReference } from '../base/index.ts';
import type { RegistryCall, RemoteManifest } from '../core/index.ts';
import { documentLimitBytes, linkedBlobs, manifestInvalid, type BlobIntake, type LinkedBlobs } from '../image/index.ts';
import { throwIfCancelled } from './guards.ts';
import type { Ports } from './ports.ts';
import type { ImageProgress } from './publish-image.ts';

/** Indexes within indexes, and referrers of referrers. */
const deepest = 6;

export interface Mirrored {
  /** Everything that hangs together, the top first: for the garbage collector, which keeps it with the image. */
  readonly digests: readonly Digest[];
}

/**
 * Brings everything below a manifest or index into the store: every platform, and where asked the
 * signatures and SBOMs that refer to each. What is there already is not fetched again.
 */
export const mirrorFromRegistry = async (
  ports: Ports, intake: BlobIntake, reference: ImageReference, top: RemoteManifest,
  options: { readonly referrers: boolean; readonly call: RegistryCall; readonly progress: ((progress: ImageProgress) => void) | undefined },
): Promise<Mirrored> => {
  const { call, progress } = options;
  const seen = new Set<Digest>();
  const blob = async (item: LinkedBlobs['blobs'][number]): Promise<void> => {
    if (seen.has(item.digest)) return;
    seen.add(item.digest);
    throwIfCancelled(call.signal);
    if (await intake.has(item.digest)) return;
    const activity = `Blob ${item.digest.slice(7, 19)}`;
    await intake.store(ports.registry.blob(reference, item, call), item.digest, item.sizeBytes);
    progress?.({ activity, status: 'Downloaded', currentBytes: item.sizeBytes, totalBytes: item.sizeBytes, completed: true });
  };
  const document = async (manifest: RemoteManifest, depth: number): Promise<void> => {
    if (seen.has(manifest.digest)) return;
    if (depth > deepest) throw manifestInvalid(`manifests lie in one another more than ${deepest} deep`);
    seen.add(manifest.digest);
    if (!(await intake.has(manifest.digest))) await intake.storeBytes(manifest.bytes, manifest.digest);
    const links = linkedBlobs(manifest.bytes);
    for (const item of links.blobs) await blob(item);
    const further = [...links.documents, ...(options.referrers ? await ports.registry.referrers(reference, manifest.digest, call) : [])];
    for (const { digest } of further) await document(await ports.registry.manifest({ ...reference, tag: undefined, digest }, call), depth + 1);
  };
  await document(top, 1);
  return { digests: [...seen] };
};

/** One thing to put into a registry; documents come after all that they name. */
export type Outgoing = { readonly kind: 'blob'; readonly item: LinkedBlobs['blobs'][number] } | { readonly kind: 'document'; readonly digest: Digest; readonly bytes: Uint8Array };

/**
 * What of a document and all below it the store has, leaves first; behind it, what came along because it
 * refers to any of it. Undefined where a part is missing: the image was pulled for one platform.
 */
export const outgoing = async (ports: Ports, top: Digest, alongWith: readonly Digest[] = []): Promise<readonly Outgoing[] | undefined> => {
  const ordered: Outgoing[] = [];
  const seen = new Set<Digest>();
  const visit = async (digest: Digest, depth: number): Promise<boolean> => {
    if (seen.has(digest)) return true;
    if (depth > deepest || (await ports.content.stat(digest)) === undefined) return false;
    seen.add(digest);
    const bytes = await ports.content.readAll(digest, documentLimitBytes);
    const { documents, blobs } = linkedBlobs(bytes);
    for (const item of blobs) {
      if (seen.has(item.digest)) continue;
      seen.add(item.digest);
      ordered.push({ kind: 'blob', item });
    }
    for (const item of documents) if (!(await visit(item.digest, depth + 1))) return false;
    ordered.push({ kind: 'document', digest, bytes });
    return true;
  };
  if (!(await visit(top, 1))) return undefined;
  for (const digest of alongWith) if (!seen.has(digest) && (await refersToAny(ports, digest, seen))) await visit(digest, 1);
  return ordered;
};

/** Whether a blob is a manifest whose subject is among `subjects`. */
const refersToAny = async (ports: Ports, digest: Digest, subjects: ReadonlySet<Digest>): Promise<boolean> => {
  const info = await ports.content.stat(digest);
  if (info === undefined || info.sizeBytes > documentLimitBytes) return false;
  try {
    const { subject } = linkedBlobs(await ports.content.readAll(digest, documentLimitBytes));
    return subject !== undefined && subjects.has(subject);
  } catch (error) {
    // Most blobs are layers and configurations.
    if (isSiloError(error, 'ManifestInvalid')) return false;
    throw error;
  }
};
