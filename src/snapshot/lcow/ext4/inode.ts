import type { Ext4Node, NodeKind } from './ext4-node.ts';
import { rootBytes } from './extent-tree.ts';

export const inodeBytes = 256;
/** What of it has fields of its own; the rest is room for attributes. */
const fieldBytes = 160;
export const attributeRoomBytes = inodeBytes - fieldBytes;
const extraBytes = 32;
const extentsFlag = 0x80000;
const firstSecond = -(2 ** 31);
const lastSecond = 2 ** 34 + firstSecond - 1;
/** A folder that has more folders says that it does not count them. */
const mostFolderLinks = 65_000;

const kindBits: Readonly<Record<NodeKind, number>> = { fifo: 0x1000, characterDevice: 0x2000, folder: 0x4000, blockDevice: 0x6000, file: 0x8000, symbolicLink: 0xa000, socket: 0xc000 };
const kinds = new Map((Object.entries(kindBits) as [NodeKind, number][]).map(([kind, bits]) => [bits, kind]));

/** Targets up to here stand in the inode itself. */
export const longestShortTarget = rootBytes - 1;
export const mostNames = 65_000;
/** What the device numbers of Linux hold. */
export const largestMajor = 0xfff;
export const largestMinor = 0xfffff;

/** Where the parts of a node lie that its inode only points to. */
export interface InodePlaces {
  readonly links: number;
  /** The root of its extents; undefined where it has no data outside of the inode. */
  readonly extentRoot: Buffer | undefined;
  readonly sizeBytes: number;
  /** Of data, trees and attributes. */
  readonly blocks: number;
  readonly attributeBlock: number;
  readonly attributes: Buffer | undefined;
}

/** Seconds below 2^31 as they always were; beyond, two bits more beside the nanoseconds. */
const writeTime = (inode: Buffer, time: number, at: number, extraAt: number): void => {
  const seconds = Math.min(Math.max(Math.floor(time), firstSecond), lastSecond);
  const nanoseconds = seconds === Math.floor(time) ? Math.min(Math.round((time - seconds) * 1e9), 999_999_999) : 0;
  inode.writeInt32LE(seconds | 0, at);
  inode.writeUInt32LE(((nanoseconds << 2) | (((seconds - (seconds | 0)) / 2 ** 32) & 3)) >>> 0, extraAt);
};

const readTime = (inode: Buffer, at: number, extraAt: number): number => {
  const extra = inode.readUInt32LE(extraAt);
  return inode.readInt32LE(at) + (extra & 3) * 2 ** 32 + (extra >>> 2) / 1e9;
};

/** Old numbers fit in two bytes; others stand in the second word (kernel, fs/ext4/inode.c). */
const writeDevice = (inode: Buffer, major: number, minor: number): void => {
  if (major < 256 && minor < 256) inode.writeUInt32LE((major << 8) | minor, 40);
  else inode.writeUInt32LE(((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0, 44);
};

/** An inode (kernel documentation, ext4, "Index Nodes"). */
export const encodeInode = (node: Ext4Node, { links, extentRoot, sizeBytes, blocks, attributeBlock, attributes }: InodePlaces): Buffer => {
  const inode = Buffer.alloc(inodeBytes);
  inode.writeUInt16LE(kindBits[node.kind] | node.mode, 0);
  inode.writeUInt16LE(node.uid & 0xffff, 2);
  inode.writeUInt32LE(sizeBytes % 2 ** 32, 4);
  writeTime(inode, node.mtime, 8, 140);
  writeTime(inode, node.mtime, 12, 132);
  writeTime(inode, node.mtime, 16, 136);
  writeTime(inode, node.mtime, 144, 148);
  inode.writeUInt16LE(node.gid & 0xffff, 24);
  inode.writeUInt16LE(node.kind === 'folder' && links > mostFolderLinks ? 1 : links, 26);
  const sectors = blocks * 8;
  inode.writeUInt32LE(sectors % 2 ** 32, 28);
  inode.writeUInt16LE(Math.floor(sectors / 2 ** 32), 116);
  if (extentRoot !== undefined) {
    inode.writeUInt32LE(extentsFlag, 32);
    extentRoot.copy(inode, 40);
  } else if (node.kind === 'symbolicLink') {
    inode.write(node.target, 40, 'latin1');
  } else {
    writeDevice(inode, node.major, node.minor);
  }
  inode.writeUInt32LE(attributeBlock, 104);
  inode.writeUInt32LE(Math.floor(sizeBytes / 2 ** 32), 108);
  inode.writeUInt16LE(node.uid >>> 16, 120);
  inode.writeUInt16LE(node.gid >>> 16, 122);
  inode.writeUInt16LE(extraBytes, 128);
  attributes?.copy(inode, fieldBytes);
  return inode;
};

/** What an inode says; its data and attributes are where it points to. */
export interface InodeFields {
  readonly kind: NodeKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly links: number;
  readonly sizeBytes: number;
  readonly hasExtents: boolean;
  /** The root of its extents, or what stands there in its place. */
  readonly root: Buffer;
  readonly major: number;
  readonly minor: number;
  readonly attributeBlock: number;
  readonly attributes: Buffer;
}

/** Undefined where the bytes are none of a file. */
export const decodeInode = (inode: Buffer): InodeFields | undefined => {
  const kind = kinds.get(inode.readUInt16LE(0) & 0xf000);
  if (kind === undefined) return undefined;
  const [old, recent] = [inode.readUInt32LE(40), inode.readUInt32LE(44)];
  return {
    kind,
    mode: inode.readUInt16LE(0) & 0o7777,
    uid: inode.readUInt16LE(2) + inode.readUInt16LE(120) * 2 ** 16,
    gid: inode.readUInt16LE(24) + inode.readUInt16LE(122) * 2 ** 16,
    mtime: readTime(inode, 16, 136),
    links: inode.readUInt16LE(26),
    sizeBytes: inode.readUInt32LE(4) + inode.readUInt32LE(108) * 2 ** 32,
    hasExtents: (inode.readUInt32LE(32) & extentsFlag) !== 0,
    root: inode.subarray(40, 40 + rootBytes),
    major: old === 0 ? (recent >>> 8) & 0xfff : old >>> 8,
    minor: old === 0 ? (recent & 0xff) | ((recent >>> 12) & 0xfff00) : old & 0xff,
    attributeBlock: inode.readUInt32LE(104),
    attributes: inode.subarray(128 + inode.readUInt16LE(128)),
  };
};

/** Gives an inode, as it stands in its table, another owner and mode, and attributes as far as it has room. */
export const changeInode = (inode: Buffer, { mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number }, attributes: Buffer | undefined): void => {
  inode.writeUInt16LE((inode.readUInt16LE(0) & 0xf000) | mode, 0);
  inode.writeUInt16LE(uid & 0xffff, 2);
  inode.writeUInt16LE(gid & 0xffff, 24);
  inode.writeUInt16LE(uid >>> 16, 120);
  inode.writeUInt16LE(gid >>> 16, 122);
  attributes?.copy(inode, fieldBytes);
};
