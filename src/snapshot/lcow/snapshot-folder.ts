import { existsSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, extname, join } from 'node:path';
import { hasErrno, SiloError } from '../../base/index.ts';

/** A whole layer: an image of ext4 with the footer of a fixed VHD. */
export const layerDisk = (folder: string): string => join(folder, 'layer.vhd');
/** A writable snapshot's disk. */
export const scratchDisk = (folder: string): string => join(folder, 'sandbox.vhdx');

export const snapshotNotFound = (key: number, cause?: unknown): SiloError =>
  new SiloError('SnapshotNotFound', { args: { key }, target: { kind: 'snapshot', id: String(key) }, ...(cause === undefined ? {} : { cause }) });

/** Makes a file under another name and gives it its own when it is whole. One that is there already, or that somebody made meanwhile, is as good. */
export const makeWhole = (path: string, make: (made: string) => void): void => {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  const made = join(dirname(path), `${randomUUID()}${extname(path)}`);
  try {
    make(made);
    linkSync(made, path);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
  } finally {
    rmSync(made, { force: true });
  }
};
