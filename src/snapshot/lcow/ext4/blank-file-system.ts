import { blockBytes, BlockOutput } from './block-output.ts';
import { makeNode } from './ext4-node.ts';
import { encodeExtents } from './extent-tree.ts';
import { blocksPerGroup, descriptorBlocks, firstInode, inodesPerBlock, inodeTableAt, markUsed, rootInode, tableBlocks, writeFileSystem } from './file-system.ts';
import { folderBlocks } from './folder-blocks.ts';
import { encodeInode, inodeBytes } from './inode.ts';

/** As many as others make: one for 16 KiB. */
const bytesForInode = 16 * 1024;
/** What a last group needs to be worth its tables. */
const leastLastGroup = 64;

/**
 * Writes an empty ext4 file system for a disk that a container writes to. Only what is not zero is written, for
 * a new disk is zeros. Without a journal, as others make such disks: what a machine that was ended left is checked by
 * nobody, and goes with its container. `id`: 16 bytes.
 */
export const writeBlankFileSystem = (fd: number, sizeBytes: number, id: Uint8Array): void => {
  const whole = Math.floor(sizeBytes / blockBytes);
  const surplus = whole % blocksPerGroup;
  const blocks = whole > blocksPerGroup && surplus < leastLastGroup ? whole - surplus : whole;
  const groups = Math.ceil(blocks / blocksPerGroup);
  const inodesPerGroup = Math.ceil(Math.max(firstInode, (blocks * blockBytes) / bytesForInode / groups) / inodesPerBlock) * inodesPerBlock;
  const tablesAt = 1 + descriptorBlocks(groups);
  const rootAt = tablesAt + tableBlocks({ groups, inodesPerGroup });
  const plan = {
    groups, inodesPerGroup, blocks, tablesAt, usedBlocks: new Uint8Array(groups * blockBytes), usedInodes: firstInode - 1,
    isFolder: (inode: number) => inode === rootInode, readOnly: false, id,
  };
  markUsed(plan.usedBlocks, 0, rootAt + 1);
  const root = makeNode('folder', { mode: 0o755, uid: 0, gid: 0, mtime: 0, attributes: new Map() });
  const output = new BlockOutput(fd, rootAt);
  for (const block of folderBlocks([{ name: '.', inode: rootInode, kind: 'folder' }, { name: '..', inode: rootInode, kind: 'folder' }])) output.write(block);
  output.flush();
  const extentRoot = encodeExtents([0, rootAt, 1], () => { throw new Error('unreachable'); });
  const inodes = Buffer.alloc(blockBytes);
  encodeInode(root, { links: 2, extentRoot, sizeBytes: blockBytes, blocks: 1, attributeBlock: 0, attributes: undefined }).copy(inodes, (rootInode - 1) * inodeBytes);
  output.writeAt(inodeTableAt(plan) * blockBytes, inodes);
  writeFileSystem(output, plan);
};
