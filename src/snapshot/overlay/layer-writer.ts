import { closeSync, constants, fchmodSync, fchownSync, ftruncateSync, futimesSync, lchownSync, linkSync, lutimesSync, openSync, symlinkSync, writeSync, chmodSync } from 'node:fs';
import { SiloError } from '../../base/index.ts';
import { makeNode, packDevice } from '../../../native/libc.ts';
import { archiveInvalid, bytePath, cPath, layerComponents, readablePath, SparseLayout, type TarEntry, type TarVisitor } from '../../layer/index.ts';
import { setAttribute } from './folder-metadata.ts';
import type { LayerTree } from './layer-tree.ts';
import { isWhiteout } from './lower-layers.ts';

const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';
/** AUFS's own files (plink folder, lock); docker passes over them too. */
const aufsPrefix = '.wh..wh.';
const nodeTypes = { characterDevice: constants.S_IFCHR, blockDevice: constants.S_IFBLK, fifo: constants.S_IFIFO } as const;
const setIdBits = 0o7000;

interface OpenFile {
  readonly fd: number;
  readonly path: string;
  readonly entry: TarEntry;
  readonly sparse: SparseLayout | undefined;
}

/**
 * Writes a layer's entries into its folder, in the form that overlay mounts: deletions
 * (`.wh.<name>`, `.wh..wh..opq`; OCI image specification, layer, "Whiteouts") become character devices
 * 0:0 and the opaque attribute. A deletion concerns the layers below only, wherever it stands in the archive.
 */
export class LayerWriter implements TarVisitor {
  readonly #tree: LayerTree;
  readonly #limitBytes: number;
  readonly #owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  readonly #umask = process.umask();
  #file: OpenFile | undefined;
  #sizeBytes = 0;
  #entries = 0;

  constructor(tree: LayerTree, limitBytes: number) {
    this.#tree = tree;
    this.#limitBytes = limitBytes;
  }

  get sizeBytes(): number { return this.#sizeBytes; }
  get entries(): number { return this.#entries; }

  entry(entry: TarEntry): void {
    this.#entries += 1;
    for (const attribute of entry.attributes.keys()) {
      if (attribute.startsWith('trusted.overlay.')) throw this.#unsupported(entry, `whose attribute ${attribute} is overlay's own`);
    }
    const parts = layerComponents(entry.name);
    const name = parts.pop();
    if (name === undefined) {
      if (entry.type !== 'folder') throw archiveInvalid('the root of the layer is not a folder');
      this.#tree.addFolder('', folderMetadata(entry));
      return;
    }
    if (parts.some((part) => part.startsWith(aufsPrefix)) || (name.startsWith(aufsPrefix) && name !== opaqueName)) return;
    if (parts.some((part) => part.startsWith(whiteoutPrefix))) throw this.#unsupported(entry, 'which lies below a deletion mark');
    const folder = this.#tree.folder(parts, entry.name);
    if (name === opaqueName) {
      this.#tree.setOpaque(folder);
    } else if (name.startsWith(whiteoutPrefix)) {
      this.#whiteOut(folder, name.slice(whiteoutPrefix.length), entry);
    } else {
      this.#write(this.#tree.path(folder, name), entry);
    }
  }

  data(piece: Buffer): void {
    const file = this.#file;
    if (file === undefined) return;
    if (file.sparse === undefined) writeAll(file.fd, piece, null);
    else file.sparse.push(piece);
  }

  end(): void {
    const file = this.#file;
    if (file === undefined) return;
    const { fd, entry, path } = file;
    file.sparse?.finish();
    if (file.sparse !== undefined) ftruncateSync(fd, file.sparse.realSizeBytes);
    const owned = entry.uid === this.#owner.uid && entry.gid === this.#owner.gid;
    if (!owned) fchownSync(fd, entry.uid, entry.gid);
    // chown takes setuid away, and open(2) what the umask names.
    if ((entry.mode & (setIdBits | this.#umask)) !== 0) fchmodSync(fd, entry.mode);
    this.#setAttributes(path, entry);
    futimesSync(fd, entry.mtime, entry.mtime);
    this.#file = undefined;
    closeSync(fd);
  }

  /** Closes what an error left open. */
  dispose(): void {
    if (this.#file !== undefined) closeSync(this.#file.fd);
    this.#file = undefined;
  }

  #write(path: string, entry: TarEntry): void {
    const absolute = `${this.#tree.root}/${path}`;
    switch (entry.type) {
      case 'folder':
        this.#tree.addFolder(path, folderMetadata(entry));
        return;
      case 'file':
        this.#openFile(path, absolute, entry);
        return;
      case 'hardLink':
        this.#link(path, absolute, entry);
        return;
      case 'symbolicLink':
        if (entry.linkName === '') throw archiveInvalid(`the symbolic link '${readablePath(entry.name)}' has no target`);
        this.#tree.place(path, () => symlinkSync(bytePath(entry.linkName), bytePath(absolute)));
        break;
      default: {
        if (entry.type === 'characterDevice' && entry.major === 0 && entry.minor === 0) throw this.#unsupported(entry, 'a character device 0:0, which overlay takes for a deletion');
        const node = nodeTypes[entry.type];
        const device = entry.type === 'fifo' ? 0n : packDevice(entry.major, entry.minor);
        this.#tree.place(path, () => makeNode(cPath(absolute), node | entry.mode, device));
        lchownSync(bytePath(absolute), entry.uid, entry.gid);
        chmodSync(bytePath(absolute), entry.mode);
      }
    }
    if (entry.type === 'symbolicLink' && (entry.uid !== this.#owner.uid || entry.gid !== this.#owner.gid)) lchownSync(bytePath(absolute), entry.uid, entry.gid);
    this.#setAttributes(absolute, entry);
    lutimesSync(bytePath(absolute), entry.mtime, entry.mtime);
  }

  #openFile(path: string, absolute: string, entry: TarEntry): void {
    const sizeBytes = entry.sparse?.realSizeBytes ?? entry.sizeBytes;
    this.#sizeBytes += sizeBytes;
    if (this.#sizeBytes > this.#limitBytes) {
      throw new SiloError('ArchiveTooLarge', { args: { limitBytes: this.#limitBytes, reason: `reached at '${readablePath(entry.name)}'` } });
    }
    const name = bytePath(absolute);
    // Never through a link, and never into a file that has another name too.
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const fd = this.#tree.place(path, () => openSync(name, flags, entry.mode & 0o777));
    const sparse = entry.sparse === undefined ? undefined : new SparseLayout(entry.sparse, (piece, position) => writeAll(fd, piece, position));
    this.#file = { fd, path: absolute, entry, sparse };
  }

  #link(path: string, absolute: string, entry: TarEntry): void {
    const parts = layerComponents(entry.linkName);
    const name = parts.pop();
    const folder = name === undefined ? undefined : this.#tree.existingFolder(parts, entry.name);
    const target = folder === undefined || name === undefined ? undefined : this.#tree.path(folder, name);
    const stat = target === undefined ? undefined : this.#tree.stat(target);
    if (target === undefined || stat === undefined || isWhiteout(stat)) throw this.#unsupported(entry, `a hard link to '${readablePath(entry.linkName)}', which this layer does not have`);
    if (stat.isDirectory()) throw archiveInvalid(`'${readablePath(entry.name)}' is a hard link to a folder`);
    if (target === path) return;
    this.#tree.place(path, () => linkSync(bytePath(`${this.#tree.root}/${target}`), bytePath(absolute)));
  }

  #whiteOut(folder: string, name: string, entry: TarEntry): void {
    if (name === '' || name === '.') throw archiveInvalid(`the deletion mark '${readablePath(entry.name)}' names nothing`);
    if (name === '..') throw new SiloError('ArchivePathUnsafe', { args: { entry: readablePath(entry.name), reason: 'leads out of the layer by ..' } });
    this.#tree.whiteOut(this.#tree.path(folder, name));
  }

  #setAttributes(absolute: string, entry: TarEntry): void {
    for (const [name, value] of entry.attributes) setAttribute(absolute, name, value);
  }

  #unsupported(entry: TarEntry, reason: string): SiloError {
    return new SiloError('LayerEntryUnsupported', { args: { entry: readablePath(entry.name), reason } });
  }
}

const folderMetadata = (entry: TarEntry) => ({ mode: entry.mode, uid: entry.uid, gid: entry.gid, mtime: entry.mtime, attributes: entry.attributes });

const writeAll = (fd: number, piece: Buffer, position: number | null): void => {
  let done = 0;
  while (done < piece.length) done += writeSync(fd, piece, done, piece.length - done, position === null ? null : position + done);
};
