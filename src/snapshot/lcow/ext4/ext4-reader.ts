import type { ByteString } from '../../../layer/index.ts';
import { decodeAttributes } from './attributes.ts';
import { blockBytes } from './block-output.ts';
import { magic, magicAt, rootInode, superblockAt } from './file-system.ts';
import { readFolderBlock } from './folder-blocks.ts';
import { decodeInode, type InodeFields } from './inode.ts';

/** Names in entries, extents and groups that are free in where they have their tables; what a kernel sets besides on a disk that this project made. */
const knownIncompatible = 0x2 | 0x40 | 0x200;
const extentMagic = 0xf30a;
const deepestTree = 5;
/** Longer extents are allocated and not written: zeros. */
const longestExtent = 32_768;
const pieceBlocks = 256;

export interface Ext4Entry extends Omit<InodeFields, 'root' | 'attributes' | 'attributeBlock' | 'hasExtents'> {
  readonly inode: number;
  readonly attributes: ReadonlyMap<ByteString, Uint8Array>;
  /** Of a symbolic link. */
  readonly target: ByteString;
}

export class Ext4Damaged extends Error {
  override readonly name = 'Ext4Damaged';
}

/** Reads ext4 file systems of this project's own form, whoever wrote to them since: what is not of that form is damage. Synchronous, for worker threads. @throws Ext4Damaged */
export class Ext4Reader {
  readonly root = rootInode;
  readonly #read: (position: number, length: number) => Buffer;
  readonly #descriptors: Buffer;
  readonly #inodesPerGroup: number;
  readonly #inodeBytes: number;
  readonly #blocks: number;

  /** @param read gives bytes of the disk, at places and in lengths that are whole blocks; a buffer of its own each time */
  constructor(read: (position: number, length: number) => Buffer) {
    this.#read = read;
    const superblock = read(0, blockBytes).subarray(superblockAt);
    if (superblock.readUInt16LE(magicAt) !== magic) throw new Ext4Damaged('there is no ext4 file system');
    const [incompatible, blockLog] = [superblock.readUInt32LE(96), superblock.readUInt32LE(24)];
    this.#inodesPerGroup = superblock.readUInt32LE(40);
    this.#inodeBytes = superblock.readUInt16LE(88);
    this.#blocks = superblock.readUInt32LE(4);
    const perGroup = superblock.readUInt32LE(32);
    if ((incompatible & ~knownIncompatible) !== 0 || blockLog !== 2 || perGroup === 0 || this.#inodesPerGroup === 0 || this.#inodeBytes < 160 || blockBytes % this.#inodeBytes !== 0) throw new Ext4Damaged('it is ext4 of another form');
    this.#descriptors = read(blockBytes, Math.ceil((Math.ceil(this.#blocks / perGroup) * 32) / blockBytes) * blockBytes);
  }

  entry(inode: number): Ext4Entry {
    const { root, attributes, attributeBlock, hasExtents, ...fields } = this.#inode(inode);
    const attributesElsewhere = attributeBlock === 0 ? undefined : this.#block(attributeBlock);
    let target = '';
    if (fields.kind === 'symbolicLink') target = (hasExtents ? Buffer.concat([...this.data(inode)].map(([, piece]) => piece)) : root).toString('latin1', 0, fields.sizeBytes);
    return { ...fields, inode, target, attributes: decodeAttributes(attributes, attributesElsewhere) };
  }

  /** What is in a folder. */
  folder(inode: number): Map<ByteString, number> {
    const found = new Map<ByteString, number>();
    for (const [, piece] of this.data(inode)) {
      for (let at = 0; at < piece.length; at += blockBytes) for (const { name, inode: child } of readFolderBlock(piece.subarray(at, at + blockBytes))) found.set(name, child);
    }
    return found;
  }

  /** The data of a file or folder by its position in it, ascending; holes are left out, and what lies behind its end is cut off. */
  *data(inode: number): Generator<readonly [position: number, piece: Buffer]> {
    const { root, hasExtents, sizeBytes } = this.#inode(inode);
    if (!hasExtents) return;
    for (const { logical, physical, count } of this.#extents(root, deepestTree)) {
      for (let done = 0; done < count; done += pieceBlocks) {
        const position = (logical + done) * blockBytes;
        const length = Math.min(Math.min(pieceBlocks, count - done) * blockBytes, sizeBytes - position);
        if (length <= 0) return;
        yield [position, this.#read((physical + done) * blockBytes, Math.ceil(length / blockBytes) * blockBytes).subarray(0, length)];
      }
    }
  }

  /** Where an inode stands on the disk, in bytes. */
  position(inode: number): number {
    const group = Math.floor((inode - 1) / this.#inodesPerGroup);
    if (inode < 1 || (group + 1) * 32 > this.#descriptors.length) throw new Ext4Damaged(`it has no inode ${inode}`);
    const at = ((inode - 1) % this.#inodesPerGroup) * this.#inodeBytes;
    return this.#descriptors.readUInt32LE(group * 32 + 8) * blockBytes + at;
  }

  #inode(inode: number): InodeFields {
    const position = this.position(inode);
    const block = this.#block(Math.floor(position / blockBytes));
    const fields = decodeInode(block.subarray(position % blockBytes, (position % blockBytes) + this.#inodeBytes));
    if (fields === undefined) throw new Ext4Damaged(`inode ${inode} is none of a file`);
    return fields;
  }

  #block(number: number): Buffer {
    if (number >= this.#blocks) throw new Ext4Damaged(`block ${number} is beyond its end`);
    return this.#read(number * blockBytes, blockBytes);
  }

  *#extents(node: Buffer, depthLeft: number): Generator<{ readonly logical: number; readonly physical: number; readonly count: number }> {
    const [count, depth] = [node.readUInt16LE(2), node.readUInt16LE(6)];
    if (node.readUInt16LE(0) !== extentMagic || depth > depthLeft || 12 + count * 12 > node.length) throw new Ext4Damaged('a tree of extents is none');
    for (let at = 12; at < 12 + count * 12; at += 12) {
      const logical = node.readUInt32LE(at);
      if (depth > 0) yield* this.#extents(this.#block(node.readUInt32LE(at + 4)), depth - 1);
      else {
        const [length, physical] = [node.readUInt16LE(at + 4), node.readUInt32LE(at + 8)];
        if (length > longestExtent) continue;
        if (physical + length > this.#blocks) throw new Ext4Damaged('an extent reaches beyond its end');
        yield { logical, physical, count: length };
      }
    }
  }
}
