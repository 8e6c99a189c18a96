import { LayerWorkers } from './layer-workers.ts';
import type { Tar } from './open-tar.ts';
import { PieceRing } from './piece-ring.ts';
import type { TarAnswer, TarJob } from './tar-job.ts';

// Beside this file in dist, or in the source.
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './tar-worker.ts' : './tar-worker.mjs', import.meta.url);

/** One for this thread, which works on one layer at a time. What it makes is short-lived, and its large buffers lie outside of its heap. */
const workers = new LayerWorkers<TarJob>(workerFile, 1, { maxYoungGenerationSizeMb: 2 });

/**
 * As `openTar`, in a thread of its own: while this one makes files, that one keeps the decompressor busy and hashes what
 * it gives (src/adr/0034-layers-at-once.md).
 */
export const openTarElsewhere = (path: string): Tar => {
  const ring = new PieceRing();
  let readBytes: number | undefined;
  const answer = (async (): Promise<TarAnswer | undefined> => {
    try {
      return (await workers.run({ path, ring: ring.shared })) as TarAnswer | undefined;
    } finally {
      // Also where the thread failed: who waits for a piece must not wait on.
      ring.end();
    }
  })();
  // It is told by the pieces.
  answer.catch(() => undefined);
  return {
    pieces: (async function* () {
      yield* ring.pieces();
      readBytes = (await answer)?.readBytes;
    })(),
    readBytes: () => readBytes ?? ring.readBytes,
    digest: async () => {
      const whole = await answer;
      if (whole === undefined) throw new Error('The digest of a tar was asked for before its end.');
      return whole.digest;
    },
    close: async () => {
      ring.stop();
      await answer.catch(() => undefined);
    },
  };
};
