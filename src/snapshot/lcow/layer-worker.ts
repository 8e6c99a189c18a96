/** Entry of the worker threads: one job at a time, asked by `LayerWorkers`. */
import { existsSync } from 'node:fs';
import { answerJobs, measureFolder, type JobHandler } from '../../layer/index.ts';
import { applyLayer, emptyLayer } from './apply-layer.ts';
import { diskError } from './disk-error.ts';
import { holdsFiles } from './holds-files.ts';
import type { DiskLibraries, LcowJob } from './layer-job.ts';
import { Disks, prepareScratch } from './scratch-disk.ts';
import { snapshotNotFound } from './snapshot-folder.ts';

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
    case 'empty': return emptyLayer(job.own.folder);
    case 'holds': return holdsFiles(job);
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
