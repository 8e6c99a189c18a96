import { blockBytes, type BlockOutput } from './block-output.ts';
import { inodeBytes } from './inode.ts';

export const blocksPerGroup = 8 * blockBytes;
/** A bitmap of inodes is one block too. */
const mostInodesPerGroup = 8 * blockBytes;
export const inodesPerBlock = blockBytes / inodeBytes;
export const rootInode = 2;
/** Those before are ext4's own. */
export const firstInode = 11;
const descriptorBytes = 32;
export const superblockAt = 1024;
export const magicAt = 56;
export const magic = 0xef53;

/** Blocks of descriptors for so many groups. */
export const descriptorBlocks = (groups: number): number => Math.ceil((groups * descriptorBytes) / blockBytes);

export interface FileSystemShape { readonly groups: number; readonly inodesPerGroup: number; readonly blocks: number }

/** How a file system is cut into groups that has `dataBlocks` blocks before its tables, and so many inodes. */
export const shapeFor = (dataBlocks: number, inodes: number): FileSystemShape => {
  for (let groups = Math.max(1, Math.ceil(dataBlocks / blocksPerGroup), Math.ceil(inodes / mostInodesPerGroup)); ; groups += 1) {
    const inodesPerGroup = Math.ceil(inodes / groups / inodesPerBlock) * inodesPerBlock;
    const blocks = dataBlocks + tableBlocks({ groups, inodesPerGroup });
    // The last group has a block at least.
    if (inodesPerGroup <= mostInodesPerGroup && blocks <= groups * blocksPerGroup) return { groups, inodesPerGroup, blocks: Math.max(blocks, (groups - 1) * blocksPerGroup + 1) };
  }
};

/** Bitmaps and inodes of all groups. */
export const tableBlocks = ({ groups, inodesPerGroup }: Pick<FileSystemShape, 'groups' | 'inodesPerGroup'>): number => groups * (2 + inodesPerGroup / inodesPerBlock);

const features = {
  compatible: { extendedAttributes: 0x8, hashedFolders: 0x20, fewBackups: 0x200 },
  incompatible: { fileTypes: 0x2, extents: 0x40, flexibleGroups: 0x200 },
  readOnlyCompatible: { largeFiles: 0x2, manyFolders: 0x20, largeInodes: 0x40, readOnly: 0x1000 },
} as const;
const sum = (...flags: number[]): number => flags.reduce((all, flag) => all | flag, 0);

export interface FileSystemPlan extends FileSystemShape {
  /** First block of the tables: block bitmaps, inode bitmaps and inodes, those of all groups together. */
  readonly tablesAt: number;
  /** One bit a block, of all groups. Those beyond the last block are set here. */
  readonly usedBlocks: Uint8Array;
  /** From 1 on, without a gap. */
  readonly usedInodes: number;
  readonly isFolder: (inode: number) => boolean;
  /** One that no kernel writes to, or one for a disk that is written to. */
  readonly readOnly: boolean;
  /** 16 bytes. */
  readonly id: Uint8Array;
}

export const inodeTableAt = ({ tablesAt, groups }: Pick<FileSystemPlan, 'tablesAt' | 'groups'>): number => tablesAt + 2 * groups;

export const markUsed = (bitmap: Uint8Array, first: number, count: number): void => {
  for (let block = first; block < first + count; block += 1) bitmap[block >>> 3] = (bitmap[block >>> 3] ?? 0) | (1 << (block & 7));
};

const countSet = (bytes: Uint8Array): number => {
  let set = 0;
  for (let byte of bytes) for (; byte !== 0; byte &= byte - 1) set += 1;
  return set;
};

/** Writes everything but data and inodes: superblock, descriptors and bitmaps (kernel documentation, ext4, "High Level Design"). There are no copies of them. */
export const writeFileSystem = (output: BlockOutput, plan: FileSystemPlan): void => {
  const { groups, inodesPerGroup, blocks, tablesAt, usedBlocks, usedInodes, isFolder } = plan;
  markUsed(usedBlocks, blocks, groups * blocksPerGroup - blocks);
  const descriptors = Buffer.alloc(descriptorBlocks(groups) * blockBytes);
  let [freeBlocks, freeInodes] = [0, 0];
  for (let group = 0; group < groups; group += 1) {
    const blockBitmap = usedBlocks.subarray(group * blockBytes, (group + 1) * blockBytes);
    const inodeBitmap = Buffer.alloc(blockBytes);
    const inodesHere = Math.min(Math.max(usedInodes - group * inodesPerGroup, 0), inodesPerGroup);
    markUsed(inodeBitmap, 0, inodesHere);
    markUsed(inodeBitmap, inodesPerGroup, 8 * blockBytes - inodesPerGroup);
    output.writeAt((tablesAt + group) * blockBytes, blockBitmap);
    output.writeAt((tablesAt + groups + group) * blockBytes, inodeBitmap);
    let folders = 0;
    for (let inode = group * inodesPerGroup + 1; inode <= group * inodesPerGroup + inodesHere; inode += 1) folders += isFolder(inode) ? 1 : 0;
    const at = group * descriptorBytes;
    const blocksLeft = blocksPerGroup - countSet(blockBitmap);
    descriptors.writeUInt32LE(tablesAt + group, at);
    descriptors.writeUInt32LE(tablesAt + groups + group, at + 4);
    descriptors.writeUInt32LE(inodeTableAt(plan) + group * (inodesPerGroup / inodesPerBlock), at + 8);
    descriptors.writeUInt16LE(blocksLeft, at + 12);
    descriptors.writeUInt16LE(inodesPerGroup - inodesHere, at + 14);
    descriptors.writeUInt16LE(folders, at + 16);
    freeBlocks += blocksLeft;
    freeInodes += inodesPerGroup - inodesHere;
  }
  output.writeAt(blockBytes, descriptors);
  output.writeAt(0, superblock(plan, freeBlocks, freeInodes));
};

/** The first block, which has the superblock in it. */
const superblock = ({ groups, inodesPerGroup, blocks, readOnly, id }: FileSystemPlan, freeBlocks: number, freeInodes: number): Buffer => {
  const first = Buffer.alloc(blockBytes);
  const block = first.subarray(superblockAt);
  const words: readonly (readonly [at: number, value: number])[] = [
    [0, groups * inodesPerGroup], [4, blocks], [12, freeBlocks], [16, freeInodes],
    // Blocks of 1024 << 2 bytes; revision 1, which says how large inodes are.
    [24, 2], [28, 2], [32, blocksPerGroup], [36, blocksPerGroup], [40, inodesPerGroup], [76, 1], [84, firstInode],
    [92, sum(features.compatible.extendedAttributes, features.compatible.fewBackups, readOnly ? 0 : features.compatible.hashedFolders)],
    [96, sum(features.incompatible.fileTypes, features.incompatible.extents, features.incompatible.flexibleGroups)],
    [100, sum(features.readOnlyCompatible.largeFiles, features.readOnlyCompatible.manyFolders, features.readOnlyCompatible.largeInodes, readOnly ? features.readOnlyCompatible.readOnly : 0)],
    // Names are hashed as unsigned bytes.
    [352, readOnly ? 0 : 2],
  ];
  for (const [at, value] of words) block.writeUInt32LE(value, at);
  // Never checked by the count of mounts; whole; goes on after errors.
  for (const [at, value] of [[54, 0xffff], [magicAt, magic], [58, 1], [60, 1], [88, inodeBytes], [348, 32], [350, 32]] as const) block.writeUInt16LE(value, at);
  block.set(id, 104);
  if (!readOnly) {
    block.set(id, 236);
    // Half of MD4.
    block.writeUInt8(1, 252);
  }
  block.writeUInt8(readOnly ? 31 : 4, 372);
  return first;
};
