/** Entry of the worker threads: one job at a time, asked by `LayerWorkers`. */
import { existsSync } from 'node:fs';
import { answerJobs, measureFolder, type JobHandler } from '../../layer/index.ts';
import { applyLayer } from './apply-layer.ts';
import { diffScratch } from './diff-scratch.ts';
import { snapshotNotFound } from './layer-folder.ts';
import type { WclayerJob } from './layer-job.ts';
import { LayerStorage } from './layer-storage.ts';
import { mountScratch, prepareScratch, readyScratch, removeSnapshot, unmountAt } from './scratch-disk.ts';
import { storageError, withFilters } from './storage-error.ts';

const storages = new Map<string, LayerStorage>();

const storageOf = (job: WclayerJob): LayerStorage => {
  const key = JSON.stringify(job.libraries);
  const storage = storages.get(key) ?? new LayerStorage(job.libraries);
  storages.set(key, storage);
  return storage;
};

const run = (job: WclayerJob, handler: JobHandler): unknown => {
  const storage = storageOf(job);
  switch (job.kind) {
    case 'apply': return applyLayer(storage, job, handler);
    case 'prepare': return prepareScratch(storage, job);
    case 'mount': return job.holder === 'host' ? mountScratch(storage, job) : readyScratch(storage, job);
    case 'unmount': return unmountAt(storage, job.own.folder, job.target);
    case 'diff': return diffScratch(storage, job, { cancelled: handler.cancelled, piece: handler.pieces(job) });
    case 'usage':
      if (!existsSync(job.own.folder)) throw snapshotNotFound(job.own.key);
      return measureFolder(job.own.folder);
    case 'remove':
      storage.takePrivileges();
      return removeSnapshot(storage, job.own);
    case 'sync': return existsSync(job.own.folder) ? storage.files.flushVolume(job.own.folder) : undefined;
  }
};

answerJobs<WclayerJob>(async (job, handler) => {
  try {
    return await run(job, handler);
  } catch (error) {
    throw withFilters(storageError(error, job.own.key, job.own.folder), job.own.folder, () => storageOf(job).foreignFilters());
  }
});
