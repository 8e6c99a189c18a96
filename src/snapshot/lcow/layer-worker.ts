/** Entry of the worker threads: one job at a time, asked by `LayerWorkers`. */
import { existsSync } from 'node:fs';
import { answerJobs, measureFolder, type JobHandler } from '../../layer/index.ts';
import { applyLayer, emptyLayer } from './apply-layer.ts';
import { ScratchDiff } from './diff-scratch.ts';
import { diskError } from './disk-error.ts';
import { Ext4Reader } from './ext4/ext4-reader.ts';
import { holdsFiles } from './holds-files.ts';
import { inheritRoot } from './inherit-root.ts';
import type { DiskLibraries, LcowJob } from './layer-job.ts';
import { LowerLayers } from './lower-layers.ts';
import { blockReader, openLayers } from './open-layers.ts';
import { Disks, prepareScratch } from './scratch-disk.ts';
import { scratchDisk, snapshotNotFound } from './snapshot-folder.ts';

const bound = new Map<string, Disks>();

const disksOf = (libraries: DiskLibraries): Disks => {
  const key = JSON.stringify(libraries);
  const disks = bound.get(key) ?? new Disks(libraries);
  bound.set(key, disks);
  return disks;
};

const run = (job: LcowJob, handler: JobHandler): unknown => {
  switch (job.kind) {
    case 'apply': return applyLayer(job, handler);
    case 'prepare': return prepareScratch(disksOf(job.libraries), job);
    case 'inherit': return inheritRoot(disksOf(job.libraries), job);
    case 'empty': return emptyLayer(job.own.folder);
    case 'holds': return holdsFiles(job);
    case 'diff': {
      const path = scratchDisk(job.own.folder);
      if (!existsSync(path)) throw snapshotNotFound(job.own.key);
      const layers = openLayers(job.chain);
      try {
        return disksOf(job.libraries).read(path, (fd) => new ScratchDiff(new Ext4Reader(blockReader(fd)), new LowerLayers(layers.readers), job, { cancelled: handler.cancelled, piece: handler.pieces(job) }).run());
      } finally {
        layers.close();
      }
    }
    case 'usage':
      if (!existsSync(job.own.folder)) throw snapshotNotFound(job.own.key);
      return measureFolder(job.own.folder);
  }
};

answerJobs<LcowJob>(async (job, handler) => {
  try {
    return await run(job, handler);
  } catch (error) {
    throw diskError(error, job.own.key, job.own.folder);
  }
});
