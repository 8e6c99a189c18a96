import { availableParallelism } from 'node:os';
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { SiloError } from '../base/index.ts';
import type { JobReport, JobRequest } from './layer-job.ts';

/** A thread costs about 10 MB and 40 ms to start: it is kept for the next layers, not for ever. */
const idleMs = 5_000;

interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((readBytes: number) => void) | undefined;
  readonly onPiece?: ((bytes: Uint8Array) => void) | undefined;
  /** For a short job: it is the next that a thread takes, whatever waits already. */
  readonly soon?: boolean;
}

interface Waiting { readonly start: (worker: PooledWorker) => void }
interface PooledWorker {
  readonly thread: Worker;
  /** Ends its rest, where it has one. */
  wake: () => void;
}

/**
 * A bounded pool of threads. Two, with decompression in Node's own pool besides, keep a small machine
 * busy; each has a heap and buffers of its own.
 */
export class LayerWorkers<Job> {
  readonly #file: URL;
  readonly #size: number;
  readonly #limits: ResourceLimits;
  readonly #idle: PooledWorker[] = [];
  readonly #waiting: Waiting[] = [];
  #count = 0;

  /** @param file the module that calls `answerJobs` for these jobs. */
  constructor(file: URL, size = Math.min(2, availableParallelism()), limits: ResourceLimits = {}) {
    this.#file = file;
    this.#size = size;
    this.#limits = limits;
  }

  /** Starts the threads before there is work: what comes within some seconds finds them. */
  warm(): void {
    while (this.#count < this.#size) {
      this.#count += 1;
      this.#rest(this.#startWorker());
    }
  }

  /** Settles when the job has ended in its thread, also where `signal` cancels it. */
  async run(job: Job, options: RunOptions = {}): Promise<unknown> {
    const { signal } = options;
    if (signal?.aborted) throw new SiloError('OperationCancelled', { cause: signal.reason });
    const worker = await this.#take(signal, options.soon === true);
    const cancelled = new SharedArrayBuffer(4);
    const cancel = (): void => { Atomics.store(new Int32Array(cancelled), 0, 1); };
    signal?.addEventListener('abort', cancel);
    if (signal?.aborted) cancel();
    let broken = true;
    try {
      const report = await ask(worker.thread, { job, cancelled }, options);
      broken = false;
      if (report.kind === 'done') return report.result;
      const { silo, message, stack } = report.error;
      if (silo !== undefined) {
        const { code, args, target, native, retryable } = silo;
        throw new SiloError(code, { args, retryable, cause: new Error(message), ...(target === undefined ? {} : { target }), ...(native === undefined ? {} : { native }) });
      }
      throw Object.assign(new Error(message), { stack });
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#giveBack(worker, broken);
    }
  }

  #take(signal: AbortSignal | undefined, soon: boolean): Promise<PooledWorker> {
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      idle.wake();
      return Promise.resolve(idle);
    }
    if (this.#count < this.#size) {
      this.#count += 1;
      return Promise.resolve(this.#startWorker());
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        start: (worker) => {
          signal?.removeEventListener('abort', giveUp);
          resolve(worker);
        },
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new SiloError('OperationCancelled', { cause: signal?.reason }));
      };
      if (soon) this.#waiting.unshift(waiting);
      else this.#waiting.push(waiting);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  #startWorker(): PooledWorker {
    return { thread: new Worker(this.#file, { resourceLimits: this.#limits }), wake: () => undefined };
  }

  #giveBack(worker: PooledWorker, broken: boolean): void {
    const next = this.#waiting.shift();
    if (broken) {
      void worker.thread.terminate();
      if (next === undefined) this.#count -= 1;
      else next.start(this.#startWorker());
      return;
    }
    if (next !== undefined) {
      next.start(worker);
      return;
    }
    this.#rest(worker);
  }

  #rest(worker: PooledWorker): void {
    const { thread } = worker;
    const forget = (): void => {
      worker.wake();
      this.#idle.splice(this.#idle.indexOf(worker), 1);
      this.#count -= 1;
    };
    const timer = setTimeout(() => {
      forget();
      void thread.terminate();
    }, idleMs).unref();
    thread.unref();
    // Why one can't start is told by the job that starts the next one.
    thread.on('error', forget).on('exit', forget);
    worker.wake = () => {
      clearTimeout(timer);
      thread.off('error', forget).off('exit', forget);
      thread.ref();
    };
    this.#idle.push(worker);
  }
}

const ask = (thread: Worker, request: JobRequest<unknown>, { onProgress, onPiece }: RunOptions): Promise<Exclude<JobReport, { kind: 'progress' | 'piece' }>> =>
  new Promise((resolve, reject) => {
    const end = (): void => {
      thread.off('message', onMessage).off('error', onError).off('exit', onExit);
    };
    const onMessage = (report: JobReport): void => {
      if (report.kind === 'progress') {
        onProgress?.(report.readBytes);
        return;
      }
      if (report.kind === 'piece') {
        onPiece?.(report.bytes);
        return;
      }
      end();
      resolve(report);
    };
    const onError = (error: Error): void => {
      end();
      reject(error);
    };
    const onExit = (code: number): void => {
      end();
      reject(new Error(`The layer thread ended with ${code}.`));
    };
    thread.on('message', onMessage).on('error', onError).on('exit', onExit);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    thread.postMessage(request);
  });
