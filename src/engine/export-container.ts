import { SiloError } from '../base/index.ts';
import { writeFileAt } from '../image/index.ts';
import { withContainer } from './container-lock.ts';
import { exportPath, withExportLock } from './export-path.ts';
import { withMountedRoot } from './mounted-root.ts';
import type { Ports } from './ports.ts';
import type { ImageProgress } from './publish-image.ts';
import { technologyOf } from './technology.ts';
import { whileFrozen } from './while-frozen.ts';

export interface ExportContainerRequest {
  readonly container: string;
  readonly path: string;
  readonly force?: boolean | undefined;
  /** Freezes a running container meanwhile; undefined does. */
  readonly pause?: boolean | undefined;
}

/** Writes the root file system of a container to a tar archive, without what is mounted in it. The container is this engine's own meanwhile. */
export const exportContainer = async (ports: Ports, request: ExportContainerRequest, progress: ((progress: ImageProgress) => void) | undefined, signal?: AbortSignal): Promise<{ readonly path: string; readonly sizeBytes: number }> => {
  const path = exportPath(request.path);
  try {
    const sizeBytes = await withExportLock(ports, path, signal, () => withContainer(ports, request.container, signal, (record) => {
      const { snapshotter } = technologyOf(ports.isolations, record);
      const archive = snapshotter.archive?.bind(snapshotter);
      if (archive === undefined) throw new SiloError('OptionUnsupported', { args: { option: 'The export of a container', reason: `this host cannot read the files of containers of ${record.runtime}` } });
      return whileFrozen(ports, record, request.pause ?? true, () => withMountedRoot(ports, record, (rootPath) =>
        writeFileAt(path, request.force ?? false, archive(rootPath, signal === undefined ? {} : { signal }), (currentBytes) => progress?.({ activity: path, status: 'Writing', currentBytes }))));
    }));
    progress?.({ activity: path, status: 'Written', currentBytes: sizeBytes, totalBytes: sizeBytes, completed: true });
    return { path, sizeBytes };
  } catch (error) {
    progress?.({ activity: path, status: 'Failed', currentBytes: 0, completed: true });
    throw error;
  }
};
