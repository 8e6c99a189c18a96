import { SiloError } from '../../base/index.ts';
import { archiveInvalid, readablePath, type ByteString } from '../../layer/index.ts';
import type { Ext4Entry } from './ext4/ext4-reader.ts';
import { encodeAttributes } from './ext4/attributes.ts';
import { makeNode, type Ext4Node, type NodeMetadata } from './ext4/ext4-node.ts';
import { longestName } from './ext4/folder-blocks.ts';
import { attributeRoomBytes } from './ext4/inode.ts';
import { isWhiteout, LowerLayers, opaqueAttribute } from './lower-layers.ts';

/** Linux gives up after as many links in one path (path_resolution(7)). */
const linkLimit = 40;
/** What an archive may make this process hold: names, targets and attributes, and what every file takes besides. A million files are within it. */
const heldLimitBytes = 512 * 1024 ** 2;
const heldByNode = 400;

/** What a folder gets of which nobody says anything. */
const defaultFolder: NodeMetadata = { mode: 0o755, uid: 0, gid: 0, mtime: 0, attributes: new Map() };
const whiteoutMetadata: NodeMetadata = { mode: 0, uid: 0, gid: 0, mtime: 0, attributes: new Map() };

const metadataOf = ({ mode, uid, gid, mtime, attributes }: Ext4Entry): NodeMetadata =>
  ({ mode, uid, gid, mtime, attributes: new Map([...attributes].filter(([name]) => !name.startsWith('trusted.overlay.'))) });

/** A folder with the way to it from the root, names and nodes. */
export interface Place { readonly names: readonly ByteString[]; readonly nodes: readonly Ext4Node[] }

const folderAt = ({ nodes }: Place): Ext4Node => nodes.at(-1) as Ext4Node;
const entriesOf = (node: Ext4Node): Map<ByteString, Ext4Node> => node.entries as Map<ByteString, Ext4Node>;

/**
 * The files of one layer while its archive is read, in the form that overlay mounts. Links are followed as the
 * container would see them, this layer over the ones below it; folders that only a lower layer has are made anew
 * with that folder's owner, mode and attributes, or the merged folder would have the wrong ones.
 */
export class LayerNodes {
  readonly root: Ext4Node;
  readonly #below: LowerLayers;
  readonly #opaque = new Set<Ext4Node>();
  /** Deleted from the layers below by this one, whatever it has there itself. */
  readonly #deleted = new Map<Ext4Node, Set<ByteString>>();
  #heldBytes = 0;

  constructor(below: LowerLayers) {
    this.#below = below;
    const { top } = below;
    this.root = makeNode('folder', top === undefined ? defaultFolder : metadataOf(top));
  }

  /** The real folder for `parts`, made where it is missing. Errors: ArchivePathUnsafe, ArchiveInvalid, ArchiveTooLarge. */
  folder(parts: readonly ByteString[], entry: ByteString): Place {
    const found = this.#resolve(parts, entry, true);
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  /** What this layer has at `parts`, links in the last place not followed; undefined where it has nothing. */
  find(parts: readonly ByteString[], entry: ByteString): Ext4Node | undefined {
    const name = parts.at(-1);
    if (name === undefined) return this.root;
    const place = this.#resolve(parts.slice(0, -1), entry, false);
    return place === undefined ? undefined : entriesOf(folderAt(place)).get(name);
  }

  addFolder(place: Place, name: ByteString, metadata: NodeMetadata): Ext4Node {
    const present = entriesOf(folderAt(place)).get(name);
    if (present?.kind === 'folder') {
      this.#hold(metadata);
      return Object.assign(present, metadata);
    }
    const made = this.put(place, name, makeNode('folder', metadata));
    if (this.#deleted.get(folderAt(place))?.has(name) === true) this.#opaque.add(made);
    return made;
  }

  /** What this layer has there already is replaced: the last entry of a name counts. */
  put(place: Place, name: ByteString, node: Ext4Node): Ext4Node {
    if (name.length > longestName) throw unsupported([...place.names, name], `with a name of more than ${longestName} bytes`);
    this.#hold(node, name.length);
    const entries = entriesOf(folderAt(place));
    // Deleted first: it comes to stand where the archive last said.
    entries.delete(name);
    entries.set(name, node);
    return node;
  }

  /** Deletes what the layers below have there. A file of this layer hides that by itself; a folder must be opaque, and anything yet to come there too. */
  whiteOut(place: Place, name: ByteString): void {
    const folder = folderAt(place);
    const deleted = this.#deleted.get(folder) ?? new Set();
    this.#deleted.set(folder, deleted.add(name));
    const present = entriesOf(folder).get(name);
    if (present === undefined) this.put(place, name, makeNode('characterDevice', whiteoutMetadata));
    else if (present.kind === 'folder') this.#opaque.add(present);
  }

  /** Hides everything that the layers below have in the folder. */
  setOpaque(place: Place): void { this.#opaque.add(folderAt(place)); }

  /** Says of opaque folders that they are. Errors: LayerEntryUnsupported. */
  finish(): void {
    for (const node of this.#opaque) {
      node.attributes = new Map([...node.attributes, [opaqueAttribute, Buffer.from('y')]]);
      if (encodeAttributes(node.attributes, attributeRoomBytes) === undefined) throw unsupported([], 'a folder that hides what is below it, and has more attributes beside that than ext4 keeps of one');
    }
  }

  /** Counts what is kept of an entry. */
  #hold({ attributes, target = '' }: Pick<Ext4Node, 'attributes'> & { readonly target?: ByteString }, nameBytes = 0): void {
    this.#heldBytes += heldByNode + nameBytes + target.length;
    for (const [name, value] of attributes) this.#heldBytes += name.length + value.length;
    if (this.#heldBytes > heldLimitBytes) throw new SiloError('ArchiveTooLarge', { args: { limitBytes: heldLimitBytes, reason: 'names and attributes alone' } });
  }

  #resolve(parts: readonly ByteString[], entry: ByteString, make: boolean): Place | undefined {
    const left = [...parts].reverse();
    const names: ByteString[] = [];
    const nodes: Ext4Node[] = [this.root];
    let links = 0;
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        // Only a link's target can bring one here.
        if (names.pop() === undefined) throw new SiloError('ArchivePathUnsafe', { args: { entry: readablePath(entry), reason: 'leads out of the layer through a symbolic link' } });
        nodes.pop();
        continue;
      }
      const place = { names, nodes };
      const own = entriesOf(folderAt(place)).get(part);
      let next = own?.kind === 'folder' ? own : undefined;
      let link = own?.kind === 'symbolicLink' ? own.target : undefined;
      if (own === undefined) {
        const below = this.#findBelow(place, part);
        if (below?.kind === 'symbolicLink') link = below.target;
        else if (!make) return undefined;
        else next = this.addFolder(place, part, below?.kind === 'folder' ? metadataOf(below) : defaultFolder);
      } else if (isWhiteout(own)) {
        if (!make) return undefined;
        next = this.addFolder(place, part, defaultFolder);
      }
      if (next !== undefined) {
        names.push(part);
        nodes.push(next);
        continue;
      }
      if (link === undefined) throw archiveInvalid(`'${readablePath(entry)}' lies below a file`);
      links += 1;
      if (links > linkLimit) throw new SiloError('ArchivePathUnsafe', { args: { entry: readablePath(entry), reason: 'lies behind too many symbolic links' } });
      if (link.startsWith('/')) {
        names.length = 0;
        nodes.length = 1;
      }
      left.push(...link.split('/').reverse());
    }
    return { names, nodes };
  }

  #findBelow({ names, nodes }: Place, name: ByteString): Ext4Entry | undefined {
    // What is opaque hides what lies below it.
    return nodes.some((node) => this.#opaque.has(node)) ? undefined : this.#below.find([...names, name]);
  }
}

const unsupported = (names: readonly ByteString[], reason: string): SiloError => new SiloError('LayerEntryUnsupported', { args: { entry: readablePath(names.join('/')), reason } });
