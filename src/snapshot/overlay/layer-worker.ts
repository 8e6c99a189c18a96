/** Entry of the worker threads: one job at a time, asked by `LayerWorkers`. */
import { parentPort } from 'node:worker_threads';
import { SiloError } from '../../base/index.ts';
import { applyLayer } from './apply-layer.ts';
import { measureFolder, removeFolder } from './folder-work.ts';
import type { JobError, JobReport, JobRequest, LayerJob } from './layer-job.ts';

const port = parentPort;
if (port === null) throw new Error('layer-worker runs as a worker thread only.');

const report = (message: JobReport): void => port.postMessage(message);

const run = async (job: LayerJob, cancelled: () => boolean): Promise<unknown> => {
  if (job.kind === 'apply') return applyLayer(job, { cancelled, progress: (readBytes) => report({ kind: 'progress', readBytes }) });
  if (job.kind === 'usage') return measureFolder(job.folder);
  removeFolder(job.folder);
  return undefined;
};

const portable = (error: unknown): JobError => ({
  silo: error instanceof SiloError ? { code: error.code, args: error.args, target: error.target, native: error.native, retryable: error.retryable } : undefined,
  message: error instanceof Error ? error.message : String(error),
  stack: error instanceof Error ? error.stack : undefined,
});

port.on('message', (request: JobRequest) => {
  const word = new Int32Array(request.cancelled);
  const done = async (): Promise<void> => {
    try {
      report({ kind: 'done', result: await run(request.job, () => Atomics.load(word, 0) !== 0) });
    } catch (error) {
      report({ kind: 'failed', error: portable(error) });
    }
  };
  void done();
});
