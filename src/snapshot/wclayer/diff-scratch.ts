import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DiffSummary } from '../../core/index.ts';
import { archiveEnd } from '../../layer/index.ts';
import { ExportReader, type DiffOutput } from './export-reader.ts';
import { layerReference } from './layer-folder.ts';
import type { DiffJob } from './layer-job.ts';
import { emptyFolder } from './layer-place.ts';
import type { LayerStorage } from './layer-storage.ts';
import { isInitialized, requireScratch } from './scratch-disk.ts';

/**
 * The changes on a scratch disk as a layer. Windows exports a writable layer only without its filter: it is
 * taken away for that time where nobody uses it, and a container that runs keeps it (SnapshotInUse).
 */
export const diffScratch = (storage: LayerStorage, job: DiffJob, output: DiffOutput): DiffSummary => {
  const disk = requireScratch(job.own);
  const chain = job.chain.map(layerReference);
  if (!isInitialized(job.own.folder)) {
    output.piece(new Uint8Array(archiveEnd));
    return { entries: 0, sizeBytes: 0, newestTime: undefined };
  }
  storage.takePrivileges();
  const exported = join(job.own.folder, 'export');
  emptyFolder(exported);
  try {
    storage.withVolume(disk, (volume) => {
      const filtered = storage.detachFilter(volume);
      try {
        storage.exportWritableLayer(volume, exported, chain);
      } finally {
        if (filtered) storage.attachFilter(volume, chain);
      }
    });
    return new ExportReader(exported, job, output).run();
  } finally {
    rmSync(exported, { recursive: true, force: true });
  }
};
