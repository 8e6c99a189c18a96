import { blockBytes } from './block-output.ts';

/** Bytes of an inode that hold the root of its tree. */
export const rootBytes = 60;
const headerBytes = 12;
const entryBytes = 12;
const magic = 0xf30a;
/** More blocks mean that they are not written yet. */
const longestExtent = 32_768;

interface Entry { readonly logical: number; readonly physical: number; readonly count: number }

/** A node of the tree: header and entries. `depth` 0 are extents, above are blocks of further nodes (kernel documentation, ext4, "Extent Tree"). */
const encodeNode = (entries: readonly Entry[], depth: number, bytes: number): Buffer => {
  const node = Buffer.alloc(bytes);
  node.writeUInt16LE(magic, 0);
  node.writeUInt16LE(entries.length, 2);
  node.writeUInt16LE(Math.floor((bytes - headerBytes) / entryBytes), 4);
  node.writeUInt16LE(depth, 6);
  for (const [index, { logical, physical, count }] of entries.entries()) {
    const at = headerBytes + index * entryBytes;
    node.writeUInt32LE(logical, at);
    if (depth === 0) {
      node.writeUInt16LE(count, at + 4);
      node.writeUInt32LE(physical, at + 8);
    } else {
      node.writeUInt32LE(physical, at + 4);
    }
  }
  return node;
};

/** The root of the tree for extents as `Ext4Node` has them. `place` keeps a block and answers its number. */
export const encodeExtents = (extents: readonly number[], place: (block: Buffer) => number): Buffer => {
  let entries: Entry[] = [];
  for (let index = 0; index < extents.length; index += 3) {
    const [logical = 0, physical = 0, total = 0] = extents.slice(index, index + 3);
    for (let done = 0; done < total; done += longestExtent) entries.push({ logical: logical + done, physical: physical + done, count: Math.min(longestExtent, total - done) });
  }
  const inRoot = (rootBytes - headerBytes) / entryBytes;
  const inBlock = Math.floor((blockBytes - headerBytes) / entryBytes);
  let depth = 0;
  for (; entries.length > inRoot; depth += 1) {
    const above: Entry[] = [];
    for (let index = 0; index < entries.length; index += inBlock) {
      const below = entries.slice(index, index + inBlock);
      above.push({ logical: below[0]?.logical ?? 0, physical: place(encodeNode(below, depth, blockBytes)), count: 0 });
    }
    entries = above;
  }
  return encodeNode(entries, depth, rootBytes);
};
