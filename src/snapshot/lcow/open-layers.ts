import { closeSync, openSync, readSync } from 'node:fs';
import { hasErrno } from '../../base/index.ts';
import { Ext4Damaged, Ext4Reader } from './ext4/ext4-reader.ts';
import type { KeyFolder } from './layer-job.ts';
import { layerDisk, snapshotNotFound } from './snapshot-folder.ts';

/** Reads whole blocks of a file or disk. */
export const blockReader = (fd: number) => (position: number, length: number): Buffer => {
  const buffer = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const count = readSync(fd, buffer, done, length - done, position + done);
    if (count === 0) throw new Ext4Damaged(`it ends at byte ${position + done}`);
    done += count;
  }
  return buffer;
};

/** Opens whole layers to be read; `close` closes them all. @throws SiloError SnapshotNotFound; Ext4Damaged */
export const openLayers = (layers: readonly KeyFolder[]): { readonly readers: readonly Ext4Reader[]; readonly close: () => void } => {
  const opened: number[] = [];
  const close = (): void => { for (const fd of opened.splice(0).reverse()) closeSync(fd); };
  try {
    const readers = layers.map(({ key, folder }) => {
      let fd: number;
      try {
        fd = openSync(layerDisk(folder), 'r');
      } catch (error) {
        throw hasErrno(error, 'ENOENT') ? snapshotNotFound(key, error) : error;
      }
      opened.push(fd);
      return new Ext4Reader(blockReader(fd));
    });
    return { readers, close };
  } catch (error) {
    close();
    throw error;
  }
};
