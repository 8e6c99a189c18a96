/** Entry of the worker threads: one job at a time, asked by `LayerWorkers`. */
import { parentPort } from 'node:worker_threads';
import { SiloError } from '../../base/index.ts';
import { applyLayer } from './apply-layer.ts';
import { diffLayer } from './diff-layer.ts';
import { measureFolder, removeFolder } from './folder-work.ts';
import type { DiffJob, JobError, JobReport, JobRequest, LayerJob } from './layer-job.ts';

const port = parentPort;
if (port === null) throw new Error('layer-worker runs as a worker thread only.');

const report = (message: JobReport, transferred: readonly ArrayBuffer[] = []): void => port.postMessage(message, [...transferred]);

/** Pieces on their way to the reader. */
const piecesAhead = 4;
const lookEveryMs = 50;

const run = async (job: LayerJob, cancelled: () => boolean): Promise<unknown> => {
  if (job.kind === 'apply') return applyLayer(job, { cancelled, progress: (readBytes) => report({ kind: 'progress', readBytes }) });
  if (job.kind === 'diff') return diffLayer(job, { cancelled, piece: pieceSink(job, cancelled) });
  if (job.kind === 'usage') return measureFolder(job.folder);
  removeFolder(job.folder);
  return undefined;
};

/** Hands pieces over, and stops this thread while the reader is behind. */
const pieceSink = (job: DiffJob, cancelled: () => boolean): ((bytes: Uint8Array<ArrayBuffer>) => void) => {
  const taken = new Int32Array(job.taken);
  let sent = 0;
  return (bytes) => {
    for (let seen = Atomics.load(taken, 0); sent - seen >= piecesAhead && !cancelled(); seen = Atomics.load(taken, 0)) Atomics.wait(taken, 0, seen, lookEveryMs);
    sent += 1;
    report({ kind: 'piece', bytes }, [bytes.buffer]);
  };
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
