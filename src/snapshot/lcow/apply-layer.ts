import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SiloError } from '../../base/index.ts';
import type { AppliedLayer } from '../../core/index.ts';
import { namedLayerError, readLayer, type LayerWatch } from '../../layer/index.ts';
import { Ext4Damaged } from './ext4/ext4-reader.ts';
import { Ext4Image } from './ext4/ext4-image.ts';
import type { ApplyJob } from './layer-job.ts';
import { LayerNodes } from './layer-nodes.ts';
import { LayerWriter } from './layer-writer.ts';
import { LowerLayers } from './lower-layers.ts';
import { openLayers } from './open-layers.ts';
import { layerDisk, makeWhole } from './snapshot-folder.ts';
import { vhdFooter } from './vhd-footer.ts';

const defaultLimitBytes = 64 * 1024 ** 3;
/** What names, folders, ends of blocks and tables take beside the files, for as many files as `LayerNodes` holds. */
const overheadBytes = 16 * 1024 ** 3;

/** The bytes of a digest that make the id of what is made of it: the same layer is the same image. */
const idOf = (digest: string): Buffer => Buffer.from(digest.slice(digest.indexOf(':') + 1), 'hex').subarray(0, 16);

const finishImage = (fd: number, image: Ext4Image, nodes: LayerNodes, id: Buffer): void => {
  nodes.finish();
  const sizeBytes = image.finish(nodes.root, id);
  const footer = vhdFooter(sizeBytes, id);
  ftruncateSync(fd, sizeBytes + footer.length);
  writeSync(fd, footer, 0, footer.length, sizeBytes);
};

/** A layer without files, made where there is none: what a scratch is laid over where nothing else is. Its path. */
export const emptyLayer = (folder: string): string => {
  const path = join(folder, 'empty.vhd');
  makeWhole(path, (made) => {
    const fd = openSync(made, 'wx');
    try {
      finishImage(fd, new Ext4Image(fd, 1), new LayerNodes(new LowerLayers([])), Buffer.alloc(16));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
  return path;
};

/** Makes the image of a layer in this worker thread, whose file calls all wait. It has its name when it is whole, and on the disk. */
export const applyLayer = async (job: ApplyJob, watch: LayerWatch): Promise<AppliedLayer> => {
  const { folder, key } = job.own;
  const made = layerDisk(folder);
  const partial = `${made}.part`;
  let fd: number | undefined;
  let below: ReturnType<typeof openLayers> | undefined;
  try {
    // Left by an engine that was killed with the same key.
    rmSync(folder, { recursive: true, force: true });
    below = openLayers(job.chain);
    mkdirSync(folder, { recursive: true });
    fd = openSync(partial, 'wx');
    const limitBytes = job.limitBytes ?? defaultLimitBytes;
    const nodes = new LayerNodes(new LowerLayers(below.readers));
    const image = new Ext4Image(fd, limitBytes + overheadBytes);
    const writer = new LayerWriter(nodes, image, limitBytes);
    const { diffId, readBytes } = await readLayer(job, writer, watch);
    finishImage(fd, image, nodes, idOf(diffId));
    if (watch.cancelled()) throw new SiloError('OperationCancelled');
    fsyncSync(fd);
    closeSync(fd);
    fd = undefined;
    renameSync(partial, made);
    watch.progress(readBytes);
    return { diffId, sizeBytes: writer.sizeBytes, entries: writer.entries };
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
    if (error instanceof Ext4Damaged) throw new SiloError('LayerDamaged', { args: { path: folder, reason: `a layer below it: ${error.message}` }, target: { kind: 'snapshot', id: String(key) }, cause: error });
    throw namedLayerError(error, job.path);
  } finally {
    below?.close();
  }
};
