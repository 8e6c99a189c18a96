import type { DiffOptions, DiffSummary } from '../core/index.ts';
import type { LayerWorkers } from './layer-workers.ts';

/** Runs a diff in a worker thread, which it keeps until its end, and gives out the pieces as they are asked for. */
export async function* diffPieces<Job>(workers: LayerWorkers<Job>, makeJob: (taken: SharedArrayBuffer) => Job, options: Pick<DiffOptions, 'signal' | 'onSummary'>): AsyncGenerator<Uint8Array> {
  const taken = new SharedArrayBuffer(4);
  const left = new AbortController();
  const waiting: Uint8Array[] = [];
  let wake = Promise.withResolvers<void>();
  let ended = false;
  const running = workers.run(makeJob(taken), {
    signal: options.signal === undefined ? left.signal : AbortSignal.any([options.signal, left.signal]),
    onPiece: (bytes) => {
      waiting.push(bytes);
      wake.resolve();
    },
  }).finally(() => {
    ended = true;
    wake.resolve();
  });
  // Awaited below; until then a failure must not count as unheard of.
  running.catch(() => undefined);
  try {
    for (;;) {
      for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
        yield piece;
        Atomics.add(new Int32Array(taken), 0, 1);
        Atomics.notify(new Int32Array(taken), 0);
      }
      if (ended) break;
      await wake.promise;
      wake = Promise.withResolvers<void>();
    }
    const summary = (await running) as DiffSummary;
    options.onSummary?.(summary);
  } finally {
    left.abort();
    await running.catch(() => undefined);
  }
}
