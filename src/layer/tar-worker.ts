/** Entry of the threads that unpack and hash a layer beside the one that writes its files: asked by `openTarElsewhere`. */
import { answerJobs } from './job-port.ts';
import { openTar } from './open-tar.ts';
import { PieceRing } from './piece-ring.ts';
import type { TarAnswer, TarJob } from './tar-job.ts';

answerJobs<TarJob>(async ({ path, ring: shared }): Promise<TarAnswer | undefined> => {
  const ring = new PieceRing(shared);
  const tar = await openTar({ path, arriving: undefined });
  try {
    for await (const piece of tar.pieces) if (!(await ring.put(piece, tar.readBytes()))) return undefined;
    return { digest: await tar.digest(), readBytes: tar.readBytes() };
  } finally {
    await tar.close();
  }
});
