import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineClient } from '../engine-client.ts';

/**
 * Starts the engine that was just bundled once and asks it something. That shows that it starts at all, and
 * leaves the compiled code of a start in the cache: also for users who may not write there.
 */
export const warmCache = async (dist: string): Promise<void> => {
  await rm(join(dist, 'cache'), { recursive: true, force: true });
  const root = await mkdtemp(join(tmpdir(), 'silo-build-'));
  try {
    const engine = await EngineClient.start({ root });
    // Not every machine that builds may open a state root; the answer doesn't matter, only that code ran.
    await engine.call('container/list', {}).catch(() => {});
    await engine.close();
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};
