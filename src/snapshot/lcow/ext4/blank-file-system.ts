import { blockBytes, BlockOutput } from './block-output.ts';
import { makeNode } from './ext4-node.ts';
import { encodeExtents } from './extent-tree.ts';
import { blocksPerGroup, descriptorBlocks, firstInode, inodesPerBlock, inodeTableAt, markUsed, rootInode, tableBlocks, writeFileSystem } from './file-system.ts';
import { folderBlocks, type FolderEntry } from './folder-blocks.ts';
import { encodeInode, inodeBytes } from './inode.ts';

/** As many as others make: one for 16 KiB. */
const bytesForInode = 16 * 1024;
/** What a last group needs to be worth its tables. */
const leastLastGroup = 64;

/** The folders that a machine puts a container's changes in, and overlay's own; both are there from the beginning. */
export const upperName = 'upper';
const folders = [upperName, 'work'] as const;

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
  const inodesPerGroup = Math.ceil(Math.max(firstInode + folders.length, (blocks * blockBytes) / bytesForInode / groups) / inodesPerBlock) * inodesPerBlock;
  const tablesAt = 1 + descriptorBlocks(groups);
  const rootAt = tablesAt + tableBlocks({ groups, inodesPerGroup });
  const plan = {
    groups, inodesPerGroup, blocks, tablesAt, usedBlocks: new Uint8Array(groups * blockBytes), usedInodes: firstInode - 1 + folders.length,
    isFolder: (inode: number) => inode === rootInode || inode >= firstInode, readOnly: false, id,
  };
  markUsed(plan.usedBlocks, 0, rootAt + 1 + folders.length);
  const folder = makeNode('folder', { mode: 0o755, uid: 0, gid: 0, mtime: 0, attributes: new Map() });
  const output = new BlockOutput(fd, rootAt);
  const inodes = Buffer.alloc(blockBytes);
  const add = (inode: number, block: number, links: number, entries: readonly FolderEntry[]): void => {
    for (const bytes of folderBlocks([{ name: '.', inode, kind: 'folder' }, { name: '..', inode: rootInode, kind: 'folder' }, ...entries])) output.write(bytes);
    const extentRoot = encodeExtents([0, block, 1], () => { throw new Error('unreachable'); });
    encodeInode(folder, { links, extentRoot, sizeBytes: blockBytes, blocks: 1, attributeBlock: 0, attributes: undefined }).copy(inodes, (inode - 1) * inodeBytes);
  };
  add(rootInode, rootAt, 2 + folders.length, folders.map((name, index) => ({ name, inode: firstInode + index, kind: 'folder' })));
  for (const index of folders.keys()) add(firstInode + index, rootAt + 1 + index, 2, []);
  output.flush();
  output.writeAt(inodeTableAt(plan) * blockBytes, inodes);
  writeFileSystem(output, plan);
};
