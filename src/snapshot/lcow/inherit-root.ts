import { writeSync } from 'node:fs';
import { encodeAttributes } from './ext4/attributes.ts';
import { upperName } from './ext4/blank-file-system.ts';
import { blockBytes } from './ext4/block-output.ts';
import { Ext4Reader } from './ext4/ext4-reader.ts';
import { attributeRoomBytes, changeInode } from './ext4/inode.ts';
import type { InheritJob } from './layer-job.ts';
import { blockReader, openLayers } from './open-layers.ts';
import type { Disks } from './scratch-disk.ts';
import { scratchDisk } from './snapshot-folder.ts';

/**
 * Gives the folder that a container's root is seen through the owner, mode and attributes that the image's root has,
 * before a machine first has the disk. Nearly always they are what it has: then nothing is attached.
 */
export const inheritRoot = (disks: Disks, { own, chain }: InheritJob): void => {
  const layers = openLayers(chain.slice(0, 1));
  try {
    const [layer] = layers.readers;
    const top = layer?.entry(layer.root);
    if (top === undefined || (top.mode === 0o755 && top.uid === 0 && top.gid === 0 && top.attributes.size === 0)) return;
    disks.change(scratchDisk(own.folder), (fd) => {
      const read = blockReader(fd);
      const disk = new Ext4Reader(read);
      const inode = disk.folder(disk.root).get(upperName);
      // From its first change on it is the container's.
      if (inode === undefined || disk.entry(inode).mtime !== 0) return;
      const position = disk.position(inode);
      const at = position % blockBytes;
      const block = read(position - at, blockBytes);
      changeInode(block.subarray(at), top, encodeAttributes(top.attributes, attributeRoomBytes)?.inInode);
      writeSync(fd, block, 0, blockBytes, position - at);
    });
  } finally {
    layers.close();
  }
};
