import type { ByteString } from '../../layer/index.ts';
import type { Ext4Entry, Ext4Reader } from './ext4/ext4-reader.ts';

export const opaqueAttribute = 'trusted.overlay.opaque';

export const isWhiteout = ({ kind, major, minor }: Pick<Ext4Entry, 'kind' | 'major' | 'minor'>): boolean => kind === 'characterDevice' && major === 0 && minor === 0;

interface Found { readonly reader: Ext4Reader; readonly entry: Ext4Entry }

/** The layers below one that is made, all whole, as they look merged. Paths are components from the root. */
export class LowerLayers {
  /** Top first. */
  readonly #readers: readonly Ext4Reader[];
  readonly #merged = new Map<string, readonly Found[]>();

  constructor(readers: readonly Ext4Reader[]) { this.#readers = readers; }

  /** Root of the topmost one. */
  get top(): Ext4Entry | undefined {
    const [first] = this.#readers;
    return first?.entry(first.root);
  }

  /** What a mount of these layers would show there, links not followed. */
  find(path: readonly ByteString[]): Ext4Entry | undefined {
    const name = path.at(-1);
    if (name === undefined) return this.top;
    for (const folder of this.#mergedAt(path.slice(0, -1))) {
      const entry = childOf(folder, name);
      if (entry !== undefined) return isWhiteout(entry) ? undefined : entry;
    }
    return undefined;
  }

  /** Names that a mount of these layers would show in a folder. */
  names(path: readonly ByteString[]): readonly ByteString[] {
    const all = new Set(this.#mergedAt(path).flatMap(({ reader, entry }) => [...namesIn(reader, entry.inode).keys()]));
    return [...all].filter((name) => this.find([...path, name]) !== undefined);
  }

  /** The folders that are merged there, top first. */
  #mergedAt(path: readonly ByteString[]): readonly Found[] {
    const key = path.join('/');
    const known = this.#merged.get(key);
    if (known !== undefined) return known;
    const name = path.at(-1);
    const merged: Found[] = [];
    if (name === undefined) {
      merged.push(...this.#readers.map((reader) => ({ reader, entry: reader.entry(reader.root) })));
    } else {
      for (const folder of this.#mergedAt(path.slice(0, -1))) {
        const entry = childOf(folder, name);
        if (entry === undefined) continue;
        if (entry.kind !== 'folder') break;
        merged.push({ reader: folder.reader, entry });
        if (entry.attributes.has(opaqueAttribute)) break;
      }
    }
    this.#merged.set(key, merged);
    return merged;
  }
}

const foldersRead = new WeakMap<Ext4Reader, Map<number, ReadonlyMap<ByteString, number>>>();

/** A folder is read once for all that is looked for in it. */
const namesIn = (reader: Ext4Reader, inode: number): ReadonlyMap<ByteString, number> => {
  const known = foldersRead.get(reader) ?? new Map<number, ReadonlyMap<ByteString, number>>();
  foldersRead.set(reader, known);
  const names = known.get(inode) ?? reader.folder(inode);
  known.set(inode, names);
  return names;
};

const childOf = ({ reader, entry }: Found, name: ByteString): Ext4Entry | undefined => {
  const inode = namesIn(reader, entry.inode).get(name);
  return inode === undefined ? undefined : reader.entry(inode);
};
