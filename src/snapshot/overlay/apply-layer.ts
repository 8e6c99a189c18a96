import { mkdirSync, rmSync } from 'node:fs';
import type { AppliedLayer } from '../../core/index.ts';
import { namedLayerError, readLayer, type LayerWatch } from '../../layer/index.ts';
import type { ApplyJob } from './layer-job.ts';
import { LayerTree } from './layer-tree.ts';
import { LayerWriter } from './layer-writer.ts';

const defaultLimitBytes = 64 * 1024 ** 3;

/**
 * Runs in a worker thread: all its file calls but the reading are synchronous, which is several times
 * faster for small files and hinders nobody there.
 */
export const applyLayer = async (job: ApplyJob, watch: LayerWatch): Promise<AppliedLayer> => {
  // Left by an engine that was killed with the same key.
  rmSync(job.folder, { recursive: true, force: true });
  let writer: LayerWriter | undefined;
  try {
    mkdirSync(job.folder, { recursive: true, mode: 0o700 });
    const tree = new LayerTree(`${job.folder}/fs`, job.chain);
    writer = new LayerWriter(tree, job.limitBytes ?? defaultLimitBytes);
    const { diffId, readBytes } = await readLayer(job, writer, watch);
    tree.finish();
    watch.progress(readBytes);
    return { diffId, sizeBytes: writer.sizeBytes, entries: writer.entries };
  } catch (error) {
    writer?.dispose();
    rmSync(job.folder, { recursive: true, force: true });
    throw namedLayerError(error, job.path);
  }
};
