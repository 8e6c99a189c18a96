import type { ByteString } from '../../../layer/index.ts';
import { blockBytes } from './block-output.ts';
import type { NodeKind } from './ext4-node.ts';

const headBytes = 8;
export const longestName = 255;

/** As entries of folders say it. */
const typeCodes: Readonly<Record<NodeKind, number>> = { file: 1, folder: 2, characterDevice: 3, blockDevice: 4, fifo: 5, socket: 6, symbolicLink: 7 };

export interface FolderEntry { readonly name: ByteString; readonly inode: number; readonly kind: NodeKind }

/** The blocks of a folder: entries in their order, none across the end of a block (kernel documentation, ext4, "Linear (Classic) Directories"). */
export function* folderBlocks(entries: Iterable<FolderEntry>): Generator<Buffer> {
  let block = Buffer.alloc(blockBytes);
  let [at, last] = [0, 0];
  for (const { name, inode, kind } of entries) {
    const length = headBytes + Math.ceil(name.length / 4) * 4;
    if (at + length > blockBytes) {
      block.writeUInt16LE(blockBytes - last, last + 4);
      yield block;
      block = Buffer.alloc(blockBytes);
      [at, last] = [0, 0];
    }
    block.writeUInt32LE(inode, at);
    block.writeUInt16LE(length, at + 4);
    block.writeUInt8(name.length, at + 6);
    block.writeUInt8(typeCodes[kind], at + 7);
    block.write(name, at + headBytes, 'latin1');
    [last, at] = [at, at + length];
  }
  block.writeUInt16LE(blockBytes - last, last + 4);
  yield block;
}

/** The entries of a folder's block without those of itself and of the folder above. Blocks of an index look like empty ones. */
export function* readFolderBlock(block: Buffer): Generator<{ readonly name: ByteString; readonly inode: number }> {
  for (let at = 0; at + headBytes <= block.length;) {
    const [inode, length, nameBytes] = [block.readUInt32LE(at), block.readUInt16LE(at + 4), block.readUInt8(at + 6)];
    if (length < headBytes) return;
    const name = block.toString('latin1', at + headBytes, at + headBytes + nameBytes);
    if (inode !== 0 && name !== '.' && name !== '..') yield { name, inode };
    at += length;
  }
}
