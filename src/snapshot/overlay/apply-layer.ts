import { mkdirSync, rmSync } from 'node:fs';
import { isSiloError } from '../../base/index.ts';
import { namedLayerError, readLayer, type LayerWatch } from '../../layer/index.ts';
import type { ApplyAnswer, ApplyJob } from './layer-job.ts';
import { LayerTree } from './layer-tree.ts';
import { LayerWriter } from './layer-writer.ts';
import { LowerLayers } from './lower-layers.ts';

const defaultLimitBytes = 64 * 1024 ** 3;
/** What an entry can be refused for only because a guess before it was wrong. */
const mayBeGuesses = ['LayerEntryUnsupported', 'ArchivePathUnsafe', 'ArchiveInvalid'] as const;

/**
 * Runs in a worker thread: all its file calls but the reading are synchronous, which is several times
 * faster for small files and hinders nobody there.
 */
export const applyLayer = async (job: ApplyJob, watch: LayerWatch): Promise<ApplyAnswer> => {
  // Left by an engine that was killed with the same key.
  rmSync(job.folder, { recursive: true, force: true });
  let tree: LayerTree | undefined;
  let writer: LayerWriter | undefined;
  try {
    mkdirSync(job.folder, { recursive: true, mode: 0o700 });
    tree = new LayerTree(`${job.folder}/fs`, job.chain === undefined ? undefined : new LowerLayers(job.chain));
    writer = new LayerWriter(tree, job.limitBytes ?? defaultLimitBytes);
    const { diffId, readBytes } = await readLayer(job, writer, watch);
    tree.finish();
    watch.progress(readBytes);
    return { layer: { diffId, sizeBytes: writer.sizeBytes, entries: writer.entries }, guesses: tree.guesses };
  } catch (error) {
    writer?.dispose();
    rmSync(job.folder, { recursive: true, force: true });
    if (tree?.guesses.some(({ path }) => path !== '') === true && mayBeGuesses.some((code) => isSiloError(error, code))) return undefined;
    throw namedLayerError(error, job.path);
  }
};
