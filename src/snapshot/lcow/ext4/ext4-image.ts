import type { ByteString } from '../../../layer/index.ts';
import { encodeAttributes } from './attributes.ts';
import { blockBytes, BlockOutput } from './block-output.ts';
import type { Ext4Node } from './ext4-node.ts';
import { encodeExtents } from './extent-tree.ts';
import { FileData } from './file-data.ts';
import { blocksPerGroup, descriptorBlocks, firstInode, inodeTableAt, markUsed, rootInode, shapeFor, tableBlocks, writeFileSystem } from './file-system.ts';
import { folderBlocks, type FolderEntry } from './folder-blocks.ts';
import { attributeRoomBytes, encodeInode, inodeBytes, longestShortTarget, type InodePlaces } from './inode.ts';

/** What is placed beside an inode before its table is written. */
interface Placed {
  readonly extentRoot: Buffer | undefined;
  readonly attributeBlock: number;
  readonly folderBlocks: number;
  readonly treeBlocks: number;
}

/**
 * Writes a read-only ext4 image in one pass: the data of files as it comes, then folders, and the tables at the end,
 * for only then is it known how large they are. What the descriptors of groups may need is left free at the
 * front. No journal, no copies, no gaps: nobody changes it any more.
 */
export class Ext4Image {
  readonly #output: BlockOutput;
  readonly #firstBlock: number;

  /** @param mostBytes that the image may have; room is left for the descriptors of so many */
  constructor(fd: number, mostBytes: number) {
    this.#firstBlock = 1 + descriptorBlocks(Math.ceil(mostBytes / blockBytes / blocksPerGroup));
    this.#output = new BlockOutput(fd, this.#firstBlock);
  }

  /** In bytes, so far. */
  get position(): number { return this.#output.position; }

  /** For one file at a time. */
  beginFile(): FileData { return new FileData(this.#output); }

  /** Writes the tree below `root` and everything else; answers the size of the image in bytes. `id`: 16 bytes. */
  finish(root: Ext4Node, id: Uint8Array): number {
    const { nodes, numbers, names, parents } = numbered(root);
    const used: [first: number, count: number][] = [];
    const place = (block: Buffer): number => {
      const number = this.#output.nextBlock();
      this.#output.write(block);
      used.push([number, 1]);
      return number;
    };
    const placed = nodes.map((node) => this.#place(node, place, folderEntries(node, numbers, parents)));
    const dataBlocks = this.#output.nextBlock();
    const shape = shapeFor(dataBlocks, firstInode - 1 + nodes.length - 1);
    const plan = {
      ...shape, tablesAt: dataBlocks, usedBlocks: new Uint8Array(shape.groups * blockBytes), usedInodes: firstInode - 1 + nodes.length - 1,
      isFolder: (inode: number) => (inode === rootInode ? root : inode < firstInode ? undefined : nodes[inode - firstInode + 1])?.kind === 'folder', readOnly: true, id,
    };
    if (1 + descriptorBlocks(shape.groups) > this.#firstBlock) throw new RangeError('The image is larger than it was said to become.');
    markUsed(plan.usedBlocks, 0, 1 + descriptorBlocks(shape.groups));
    markUsed(plan.usedBlocks, dataBlocks, tableBlocks(shape));
    for (const [first, count] of used) markUsed(plan.usedBlocks, first, count);
    for (const { extents } of nodes) for (let index = 0; index < extents.length; index += 3) markUsed(plan.usedBlocks, extents[index + 1] ?? 0, extents[index + 2] ?? 0);
    this.#writeInodes(inodeTableAt(plan), nodes, placed, names);
    writeFileSystem(this.#output, plan);
    return shape.blocks * blockBytes;
  }

  #place(node: Ext4Node, place: (block: Buffer) => number, entries: Iterable<FolderEntry> | undefined): Placed {
    let [extentRoot, treeBlocks, folders]: [Buffer | undefined, number, number] = [undefined, 0, 0];
    const placeTree = (block: Buffer): number => {
      treeBlocks += 1;
      return place(block);
    };
    if (entries !== undefined) {
      const first = this.#output.nextBlock();
      for (const block of folderBlocks(entries)) {
        place(block);
        folders += 1;
      }
      extentRoot = encodeExtents([0, first, folders], placeTree);
    } else if (node.kind === 'symbolicLink' && node.target.length > longestShortTarget) {
      const block = Buffer.alloc(blockBytes);
      block.write(node.target, 'latin1');
      folders = 1;
      extentRoot = encodeExtents([0, place(block), 1], placeTree);
    } else if (node.kind === 'file') {
      extentRoot = encodeExtents(node.extents, placeTree);
    }
    const { block } = encodeAttributes(node.attributes, attributeRoomBytes) ?? { block: undefined };
    return { extentRoot, treeBlocks, folderBlocks: folders, attributeBlock: block === undefined ? 0 : place(block) };
  }

  #writeInodes(tableAt: number, nodes: readonly Ext4Node[], placed: readonly Placed[], names: ReadonlyMap<Ext4Node, number>): void {
    const encoded = (index: number): Buffer => {
      const [node, place] = [nodes[index] as Ext4Node, placed[index] as Placed];
      let blocks = place.folderBlocks + place.treeBlocks + (place.attributeBlock === 0 ? 0 : 1);
      for (let at = 2; at < node.extents.length; at += 3) blocks += node.extents[at] ?? 0;
      const places: InodePlaces = {
        links: node.entries === undefined ? names.get(node) ?? 0 : folderLinks(node.entries),
        extentRoot: place.extentRoot,
        sizeBytes: node.kind === 'folder' ? place.folderBlocks * blockBytes : node.kind === 'symbolicLink' ? node.target.length : node.sizeBytes,
        blocks,
        attributeBlock: place.attributeBlock,
        attributes: encodeAttributes(node.attributes, attributeRoomBytes)?.inInode,
      };
      return encodeInode(node, places);
    };
    this.#output.skipTo(tableAt);
    this.#output.zeros((rootInode - 1) * inodeBytes);
    this.#output.write(encoded(0));
    this.#output.zeros((firstInode - 1 - rootInode) * inodeBytes);
    for (let index = 1; index < nodes.length; index += 1) this.#output.write(encoded(index));
    this.#output.nextBlock();
    this.#output.flush();
  }
}

/** The entries that point to a folder: its name, its own, and those of the folders in it. */
const folderLinks = (entries: NonNullable<Ext4Node['entries']>): number => {
  let links = 2;
  for (const child of entries.values()) links += child.kind === 'folder' ? 1 : 0;
  return links;
};

interface Numbered {
  /** In the order of their inodes, the root first. */
  readonly nodes: readonly Ext4Node[];
  readonly numbers: ReadonlyMap<Ext4Node, number>;
  /** How many names each has. */
  readonly names: ReadonlyMap<Ext4Node, number>;
  readonly parents: ReadonlyMap<Ext4Node, Ext4Node>;
}

const numbered = (root: Ext4Node): Numbered => {
  const nodes = [root];
  const numbers = new Map([[root, rootInode]]);
  const names = new Map<Ext4Node, number>();
  const parents = new Map([[root, root]]);
  for (const node of nodes) {
    for (const child of node.entries?.values() ?? []) {
      names.set(child, (names.get(child) ?? 0) + 1);
      if (numbers.has(child)) continue;
      numbers.set(child, firstInode - 1 + nodes.length);
      nodes.push(child);
      if (child.entries !== undefined) parents.set(child, node);
    }
  }
  return { nodes, numbers, names, parents };
};

const folderEntries = (node: Ext4Node, numbers: ReadonlyMap<Ext4Node, number>, parents: ReadonlyMap<Ext4Node, Ext4Node>): Iterable<FolderEntry> | undefined => {
  const { entries } = node;
  if (entries === undefined) return undefined;
  const entry = (name: ByteString, of: Ext4Node): FolderEntry => ({ name, inode: numbers.get(of) ?? 0, kind: of.kind });
  return (function* all() {
    yield entry('.', node);
    yield entry('..', parents.get(node) ?? node);
    for (const [name, child] of entries) yield entry(name, child);
  })();
};
