import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { hasErrno, SiloError } from '../../base/index.ts';
import type { LayerReference } from './layer-data.ts';
import type { KeyFolder } from './layer-job.ts';
import type { LayerStorage } from './layer-storage.ts';

/** What HCS calls the layer: a folder of its own, since HCS owns everything in it. */
export const layerPath = (folder: string): string => join(folder, 'layer');
/** A writable layer's disk; tools for Windows containers know it by this name. */
export const scratchDisk = (folder: string): string => join(folder, 'sandbox.vhdx');
/** The layers that a writable layer was initialized over: a JSON list of paths, nearest first. Written when that is done. */
export const chainFile = (folder: string): string => join(folder, 'layerchain.json');
/** Where a writable layer is mounted, or is about to be: a JSON text. */
export const mountFile = (folder: string): string => join(folder, 'mount.json');

const idFile = (folder: string): string => join(folder, 'id');

/** Marks a layer as whole; its GUID is never made from a name again. */
export const writeId = (folder: string): void => { writeWhole(idFile(folder), randomUUID()); };

/** @throws SiloError SnapshotNotFound where there is no whole layer */
export const layerReference = ({ key, folder }: KeyFolder): LayerReference => {
  try {
    return { id: readFileSync(idFile(folder), 'utf8').trim(), path: layerPath(folder) };
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) throw snapshotNotFound(key, error);
    throw error;
  }
};

export const snapshotNotFound = (key: number, cause?: unknown): SiloError =>
  new SiloError('SnapshotNotFound', { args: { key }, target: { kind: 'snapshot', id: String(key) }, cause });

/** Nobody reads half of it, whoever is killed meanwhile; after a loss of power, what was not synced is gone as a whole. */
export const writeWhole = (path: string, text: string): void => {
  const partial = `${path}.${randomUUID()}`;
  writeFileSync(partial, text);
  renameSync(partial, path);
};

/** Undefined where the file is not there. */
export const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
};

/** Removes a snapshot's folder with everything in it, whose files only HCS may delete. From the first step on it is no layer any more. */
export const destroyFolder = (storage: LayerStorage, folder: string): void => {
  if (!existsSync(folder)) return;
  rmSync(idFile(folder), { force: true });
  if (existsSync(layerPath(folder))) storage.destroyLayer(layerPath(folder));
  rmSync(folder, { recursive: true, force: true });
};
