import { SiloError } from '../../base/index.ts';
import { archiveInvalid, layerComponents, readablePath, SparseLayout, type TarEntry, type TarVisitor } from '../../layer/index.ts';
import { encodeAttributes } from './ext4/attributes.ts';
import { makeNode, type Ext4Node } from './ext4/ext4-node.ts';
import type { Ext4Image } from './ext4/ext4-image.ts';
import type { FileData } from './ext4/file-data.ts';
import { attributeRoomBytes, largestMajor, largestMinor, mostNames } from './ext4/inode.ts';
import type { LayerNodes, Place } from './layer-nodes.ts';
import { isWhiteout } from './lower-layers.ts';

const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';
/** AUFS's own files (plink folder, lock); docker passes over them too. */
const aufsPrefix = '.wh..wh.';
/** What 2^32 blocks hold. */
const largestFileBytes = 2 ** 44 - 4096;

interface OpenFile {
  readonly node: Ext4Node;
  readonly data: FileData;
  readonly sparse: SparseLayout | undefined;
  position: number;
}

/**
 * Writes a layer's entries into an ext4 image, in the form that overlay mounts: deletions (`.wh.<name>`,
 * `.wh..wh..opq`; OCI image specification, layer, "Whiteouts") become character devices 0:0 and the opaque attribute.
 * A deletion concerns the layers below only, wherever it stands in the archive.
 */
export class LayerWriter implements TarVisitor {
  readonly #nodes: LayerNodes;
  readonly #image: Ext4Image;
  readonly #limitBytes: number;
  readonly #linked = new Map<Ext4Node, number>();
  #file: OpenFile | undefined;
  #sizeBytes = 0;
  #entries = 0;

  constructor(nodes: LayerNodes, image: Ext4Image, limitBytes: number) {
    this.#nodes = nodes;
    this.#image = image;
    this.#limitBytes = limitBytes;
  }

  get sizeBytes(): number { return this.#sizeBytes; }
  get entries(): number { return this.#entries; }

  entry(entry: TarEntry): void {
    this.#entries += 1;
    for (const attribute of entry.attributes.keys()) {
      if (attribute.startsWith('trusted.overlay.')) throw unsupported(entry, `whose attribute ${attribute} is overlay's own`);
    }
    const parts = layerComponents(entry.name);
    const name = parts.pop();
    if (name === undefined) {
      if (entry.type !== 'folder') throw archiveInvalid('the root of the layer is not a folder');
      const { mode, uid, gid, mtime, attributes } = checked(entry);
      Object.assign(this.#nodes.root, { mode, uid, gid, mtime, attributes: kept(attributes) });
      return;
    }
    if (parts.some((part) => part.startsWith(aufsPrefix)) || (name.startsWith(aufsPrefix) && name !== opaqueName)) return;
    if (parts.some((part) => part.startsWith(whiteoutPrefix))) throw unsupported(entry, 'which lies below a deletion mark');
    const folder = this.#nodes.folder(parts, entry.name);
    if (name === opaqueName) this.#nodes.setOpaque(folder);
    else if (name.startsWith(whiteoutPrefix)) this.#whiteOut(folder, name.slice(whiteoutPrefix.length), entry);
    else this.#write(folder, name, entry);
  }

  data(piece: Buffer): void {
    const file = this.#file;
    if (file === undefined) return;
    if (file.sparse !== undefined) file.sparse.push(piece);
    else {
      file.data.write(piece, file.position);
      file.position += piece.length;
    }
  }

  end(): void {
    const file = this.#file;
    if (file === undefined) return;
    file.sparse?.finish();
    file.node.extents = file.data.finish();
    this.#file = undefined;
  }

  #write(folder: Place, name: string, entry: TarEntry): void {
    if (entry.type === 'hardLink') {
      this.#link(folder, name, entry);
      return;
    }
    const metadata = { ...checked(entry), attributes: kept(entry.attributes) };
    switch (entry.type) {
      case 'folder':
        this.#nodes.addFolder(folder, name, { mode: metadata.mode, uid: metadata.uid, gid: metadata.gid, mtime: metadata.mtime, attributes: metadata.attributes });
        return;
      case 'file': {
        const sizeBytes = entry.sparse?.realSizeBytes ?? entry.sizeBytes;
        this.#sizeBytes += sizeBytes;
        if (this.#sizeBytes > this.#limitBytes) throw new SiloError('ArchiveTooLarge', { args: { limitBytes: this.#limitBytes, reason: `reached at '${readablePath(entry.name)}'` } });
        if (sizeBytes > largestFileBytes) throw unsupported(entry, 'which is larger than a file of ext4 can be');
        const node = this.#nodes.put(folder, name, makeNode('file', metadata));
        const data = this.#image.beginFile();
        node.sizeBytes = sizeBytes;
        this.#file = { node, data, sparse: entry.sparse === undefined ? undefined : new SparseLayout(entry.sparse, (piece, position) => { data.write(piece, position); }), position: 0 };
        return;
      }
      case 'symbolicLink':
        if (entry.linkName === '') throw archiveInvalid(`the symbolic link '${readablePath(entry.name)}' has no target`);
        this.#nodes.put(folder, name, makeNode('symbolicLink', { ...metadata, mode: 0o777 }, { target: entry.linkName }));
        return;
      default: {
        const { major, minor } = entry;
        if (entry.type === 'characterDevice' && major === 0 && minor === 0) throw unsupported(entry, 'a character device 0:0, which overlay takes for a deletion');
        if (entry.type !== 'fifo' && (major > largestMajor || minor > largestMinor)) throw unsupported(entry, `a device ${major}:${minor}, which Linux has no number for`);
        this.#nodes.put(folder, name, makeNode(entry.type, metadata, entry.type === 'fifo' ? {} : { major, minor }));
      }
    }
  }

  #link(folder: Place, name: string, entry: TarEntry): void {
    const target = this.#nodes.find(layerComponents(entry.linkName), entry.name);
    if (target === undefined || isWhiteout(target)) throw unsupported(entry, `a hard link to '${readablePath(entry.linkName)}', which this layer does not have`);
    if (target.kind === 'folder') throw archiveInvalid(`'${readablePath(entry.name)}' is a hard link to a folder`);
    const names = (this.#linked.get(target) ?? 1) + 1;
    if (names > mostNames) throw unsupported(entry, `a file with more than ${mostNames} names`);
    this.#linked.set(target, names);
    this.#nodes.put(folder, name, target);
  }

  #whiteOut(folder: Place, name: string, entry: TarEntry): void {
    if (name === '' || name === '.') throw archiveInvalid(`the deletion mark '${readablePath(entry.name)}' names nothing`);
    if (name === '..') throw new SiloError('ArchivePathUnsafe', { args: { entry: readablePath(entry.name), reason: 'leads out of the layer by ..' } });
    this.#nodes.whiteOut(folder, name);
  }
}

const checked = (entry: TarEntry): TarEntry => {
  if (encodeAttributes(entry.attributes, attributeRoomBytes) === undefined) throw unsupported(entry, 'with more extended attributes than ext4 keeps of one file');
  return entry;
};

/** Copies: values are parts of what was read, and would keep all of that. */
const kept = (attributes: TarEntry['attributes']): TarEntry['attributes'] => (attributes.size === 0 ? attributes : new Map([...attributes].map(([name, value]) => [name, Uint8Array.from(value)])));

const unsupported = (entry: TarEntry, reason: string): SiloError => new SiloError('LayerEntryUnsupported', { args: { entry: readablePath(entry.name), reason } });
