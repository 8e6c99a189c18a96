import { parseImageReference, type Digest } from '../base/index.ts';
import { writeArchive, writeArchiveAt } from '../image/index.ts';
import { exportPath, withExportLock } from './export-path.ts';
import { findImage } from './image-lookup.ts';
import { withLease } from './lease.ts';
import { isNameless } from './nameless.ts';
import type { Ports } from './ports.ts';
import type { ImageProgress } from './publish-image.ts';

export type ExportForm = 'OciArchive' | 'OciFolder' | 'DockerArchive';

export interface ExportRequest {
  readonly images: readonly string[];
  readonly path: string;
  readonly format?: ExportForm | undefined;
  readonly force?: boolean | undefined;
}

export interface Exported { readonly path: string; readonly sizeBytes: number; readonly digests: readonly Digest[] }

/** Writes images to an archive. While it reads them no engine sweeps the store. */
export const exportImages = async (ports: Ports, request: ExportRequest, progress: ((progress: ImageProgress) => void) | undefined, signal?: AbortSignal): Promise<Exported> => {
  const path = exportPath(request.path);
  const form = request.format ?? 'OciArchive';
  try {
    return await withExportLock(ports, path, signal, () => withLease(ports, signal, async () => {
      const images = ports.metadata.read((reader) => new Map(request.images.map((text) => findImage(reader, text)).map((image) => [image.reference, image])));
      const exported = [...images.values()].map(({ reference, manifestDigest }) => ({ manifestDigest, reference: isNameless(reference) ? undefined : parseImageReference(reference) }));
      const { result, sizeBytes } = await writeArchiveAt(path, form === 'OciFolder' ? 'folder' : 'file', request.force ?? false, (output) => writeArchive(ports.content, exported, output, {
        docker: form === 'DockerArchive',
        onProgress: (currentBytes, totalBytes) => progress?.({ activity: path, status: 'Writing', currentBytes, totalBytes }),
        signal,
      }));
      progress?.({ activity: path, status: 'Written', currentBytes: sizeBytes, totalBytes: sizeBytes, completed: true });
      return { path, sizeBytes, digests: result };
    }));
  } catch (error) {
    progress?.({ activity: path, status: 'Failed', currentBytes: 0, completed: true });
    throw error;
  }
};
