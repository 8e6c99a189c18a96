/** Entry of the worker threads: one job at a time, asked by `LayerWorkers`. */
import { answerJobs, measureFolder } from '../../layer/index.ts';
import { applyLayer } from './apply-layer.ts';
import { diffLayer } from './diff-layer.ts';
import { listChanges } from './list-changes.ts';
import { removeFolder } from './folder-work.ts';
import { inheritFolders } from './inherit-folders.ts';
import type { LayerJob } from './layer-job.ts';

answerJobs<LayerJob>((job, handler) => {
  switch (job.kind) {
    case 'apply': return applyLayer(job, handler);
    case 'inherit': return inheritFolders(job);
    case 'diff': return diffLayer(job, { cancelled: handler.cancelled, piece: handler.pieces(job) });
    case 'changes': return listChanges(job, handler.cancelled);
    case 'usage': return measureFolder(job.folder);
    case 'remove': return removeFolder(job.folder);
  }
});
