import { parentPort } from 'node:worker_threads';
import { SiloError } from '../base/index.ts';
import type { JobError, JobReport, JobRequest, PieceJob } from './layer-job.ts';

export interface JobHandler {
  readonly cancelled: () => boolean;
  readonly progress: (readBytes: number) => void;
  /** Hands a piece of a `PieceJob` over, and stops this thread while the reader is behind. */
  readonly pieces: (job: PieceJob) => (bytes: Uint8Array<ArrayBuffer>) => void;
}

/** Pieces on their way to the reader. */
const piecesAhead = 4;
const lookEveryMs = 50;

/** The worker thread's end of `LayerWorkers`: `run` answers one job at a time. */
export const answerJobs = <Job>(run: (job: Job, handler: JobHandler) => unknown): void => {
  const port = parentPort;
  if (port === null) throw new Error('Layer jobs are answered by a worker thread only.');
  const report = (message: JobReport, transferred: readonly ArrayBuffer[] = []): void => port.postMessage(message, [...transferred]);
  port.on('message', (request: JobRequest<Job>) => {
    const word = new Int32Array(request.cancelled);
    const cancelled = (): boolean => Atomics.load(word, 0) !== 0;
    const handler: JobHandler = {
      cancelled,
      progress: (readBytes) => report({ kind: 'progress', readBytes }),
      pieces: (job) => {
        const taken = new Int32Array(job.taken);
        let sent = 0;
        return (bytes) => {
          for (let seen = Atomics.load(taken, 0); sent - seen >= piecesAhead && !cancelled(); seen = Atomics.load(taken, 0)) Atomics.wait(taken, 0, seen, lookEveryMs);
          sent += 1;
          report({ kind: 'piece', bytes }, [bytes.buffer]);
        };
      },
    };
    const done = async (): Promise<void> => {
      try {
        report({ kind: 'done', result: await run(request.job, handler) });
      } catch (error) {
        report({ kind: 'failed', error: portable(error) });
      }
    };
    void done();
  });
};

const portable = (error: unknown): JobError => ({
  silo: error instanceof SiloError ? { code: error.code, args: error.args, target: error.target, native: error.native, retryable: error.retryable } : undefined,
  message: error instanceof Error ? error.message : String(error),
  stack: error instanceof Error ? error.stack : undefined,
});
