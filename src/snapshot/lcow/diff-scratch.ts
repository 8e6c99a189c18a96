import { SiloError } from '../../base/index.ts';
import type { DiffSummary } from '../../core/index.ts';
import { archiveEnd, paddingAfter, PieceWriter, readablePath, tarEntryHeader, type ByteString, type WrittenEntry } from '../../layer/index.ts';
import { upperName } from './ext4/blank-file-system.ts';
import type { Ext4Reader, Ext4Entry } from './ext4/ext4-reader.ts';
import type { DiffJob } from './layer-job.ts';
import { isWhiteout, LowerLayers, opaqueAttribute } from './lower-layers.ts';

const overlayPrefix = 'trusted.overlay.';
/** Labels of the machine's policy; elsewhere they mean nothing, or the wrong thing. */
const hostAttributes: ReadonlySet<string> = new Set(['security.selinux']);
const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';

export interface DiffOutput {
  cancelled(): boolean;
  /** Takes a piece; comes back when the next one may be made. */
  piece(bytes: Uint8Array<ArrayBuffer>): void;
}

/** A folder of the changes: its names from the root, and whether it hides what is below it. */
interface Folder { readonly inode: number; readonly names: readonly ByteString[]; readonly hides: boolean }

/**
 * Writes the changes on a container's disk as a layer, as the snapshotter for Linux hosts does it with folders: deletions first
 * in their folder, then everything else in the order of its bytes, in whole seconds.
 */
export class ScratchDiff {
  readonly #reader: Ext4Reader;
  readonly #below: LowerLayers;
  readonly #latestTime: number | undefined;
  readonly #output: DiffOutput;
  readonly #pieces: PieceWriter;
  readonly #mountPoints: ReadonlySet<ByteString>;
  /** Folders on the way to a mount point. */
  readonly #ways = new Set<ByteString>();
  /** First name of files with several, by inode. */
  readonly #linked = new Map<number, ByteString>();
  /** Headers of folders that only count where something in them does. */
  readonly #held: WrittenEntry[] = [];
  #entries = 0;
  #sizeBytes = 0;
  #newest: number | undefined;

  constructor(reader: Ext4Reader, below: LowerLayers, { mountPoints, latestTime }: Pick<DiffJob, 'mountPoints' | 'latestTime'>, output: DiffOutput) {
    this.#reader = reader;
    this.#below = below;
    this.#latestTime = latestTime;
    this.#output = output;
    this.#pieces = new PieceWriter((bytes) => {
      output.piece(bytes);
      if (output.cancelled()) throw new SiloError('OperationCancelled');
    });
    const points = mountPoints.map((path) => Buffer.from(path).toString('latin1').replace(/^\/+|\/+$/g, ''));
    this.#mountPoints = new Set(points);
    for (const point of points) {
      for (let slash = point.lastIndexOf('/'); slash > 0; slash = point.lastIndexOf('/', slash - 1)) this.#ways.add(point.slice(0, slash));
    }
  }

  run(): DiffSummary {
    const upper = this.#reader.folder(this.#reader.root).get(upperName);
    if (upper !== undefined) {
      const root = this.#reader.entry(upper);
      const { top } = this.#below;
      if (top === undefined ? !isPlain(root) : !sameMetadata(root, top)) this.#emit({ name: './', type: 'folder', ...this.#owner(root), attributes: attributesOf(root, '') });
      this.#visit({ inode: upper, names: [], hides: false });
    }
    this.#pieces.write(archiveEnd);
    this.#pieces.flush();
    return { entries: this.#entries, sizeBytes: this.#sizeBytes, newestTime: this.#newest };
  }

  #visit(folder: Folder): void {
    const deleted: ByteString[] = [];
    const present: (readonly [ByteString, Ext4Entry])[] = [];
    for (const [name, inode] of this.#reader.folder(folder.inode)) {
      const entry = this.#reader.entry(inode);
      if (isWhiteout(entry)) deleted.push(name);
      else present.push([name, entry]);
    }
    const path = folder.names.map((name) => `${name}/`).join('');
    for (const name of deleted.sort()) this.#emit({ name: `${path}${whiteoutPrefix}${name}`, type: 'file', mode: 0o600, uid: 0, gid: 0, mtime: 0 }, false);
    for (const [name, entry] of present.sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (this.#output.cancelled()) throw new SiloError('OperationCancelled');
      this.#entry(folder, `${path}${name}`, name, entry);
    }
  }

  #entry(folder: Folder, path: ByteString, name: ByteString, entry: Ext4Entry): void {
    if (name.startsWith(whiteoutPrefix)) throw unsupported(path, 'whose name would be taken for a deletion');
    const { kind, inode, links, major, minor, sizeBytes } = entry;
    if (kind === 'socket') return;
    if (kind === 'folder') {
      this.#folder(folder, path, name, entry);
      return;
    }
    // What the agent makes to mount a file on; the container never sees what it holds.
    if (this.#mountPoints.has(path) && kind === 'file' && sizeBytes === 0) return;
    const first = links > 1 ? this.#linked.get(inode) : undefined;
    if (first !== undefined) {
      this.#emit({ name: path, type: 'hardLink', linkName: first, ...this.#owner(entry) });
      return;
    }
    const attributes = attributesOf(entry, path);
    if (kind === 'file') {
      this.#emit({ name: path, type: 'file', ...this.#owner(entry), sizeBytes, attributes });
      this.#sizeBytes += sizeBytes;
      this.#content(inode, sizeBytes);
    } else {
      this.#emit({ name: path, type: kind, linkName: entry.target, ...this.#owner(entry), ...(kind === 'characterDevice' || kind === 'blockDevice' ? { major, minor } : {}), attributes });
    }
    if (links > 1) this.#linked.set(inode, path);
  }

  #content(inode: number, sizeBytes: number): void {
    let written = 0;
    for (const [position, piece] of this.#reader.data(inode)) {
      this.#pieces.zeros(position - written);
      this.#pieces.write(piece);
      written = position + piece.length;
    }
    this.#pieces.zeros(sizeBytes - written + paddingAfter(sizeBytes));
  }

  #folder(parent: Folder, path: ByteString, name: ByteString, entry: Ext4Entry): void {
    const opaque = Buffer.from(entry.attributes.get(opaqueAttribute) ?? []).toString('latin1') === 'y';
    if (entry.attributes.has(`${overlayPrefix}redirect`)) throw unsupported(path, 'a folder that was renamed by a reference to a lower layer');
    const names = [...parent.names, name];
    const hides = parent.hides || opaque;
    const attributes = attributesOf(entry, path);
    const written: WrittenEntry = { name: `${path}/`, type: 'folder', ...this.#owner(entry), attributes };
    const idle = !opaque && (this.#ways.has(path) || this.#mountPoints.has(path)) && this.#madeForMount(entry, hides ? undefined : this.#below.find(names));
    const held = this.#held.length;
    if (idle) this.#held.push(written);
    else this.#emit(written);
    if (opaque) this.#emit({ name: `${path}/${opaqueName}`, type: 'file', mode: 0o600, uid: 0, gid: 0, mtime: 0 }, false);
    this.#visit({ inode: entry.inode, names, hides });
    if (idle) this.#held.length = Math.min(this.#held.length, held);
  }

  /** A folder at or above a mount point, as the agent makes it where it is missing, or as it was below but for its time. */
  #madeForMount(entry: Ext4Entry, below: Ext4Entry | undefined): boolean {
    return below?.kind === 'folder' ? sameMetadata(entry, below) : isPlain(entry);
  }

  #owner({ mode, uid, gid, mtime }: Ext4Entry): { readonly mode: number; readonly uid: number; readonly gid: number; readonly mtime: number } {
    const seconds = Math.floor(mtime);
    return { mode, uid, gid, mtime: this.#latestTime === undefined ? seconds : Math.min(seconds, this.#latestTime) };
  }

  #emit(entry: WrittenEntry, timed = true): void {
    for (const held of this.#held.splice(0)) this.#write(held, true);
    this.#write(entry, timed);
  }

  #write(entry: WrittenEntry, timed: boolean): void {
    this.#entries += 1;
    if (timed && (this.#newest === undefined || entry.mtime > this.#newest)) this.#newest = entry.mtime;
    this.#pieces.write(tarEntryHeader(entry));
  }
}

const unsupported = (path: ByteString, reason: string): SiloError => new SiloError('LayerEntryUnsupported', { args: { entry: readablePath(path), reason } });

const attributesOf = ({ attributes }: Ext4Entry, path: ByteString): ReadonlyMap<ByteString, Uint8Array> => {
  if (attributes.has(`${overlayPrefix}metacopy`)) throw unsupported(path, 'a file whose content is in a lower layer');
  const told = [...attributes].filter(([name]) => !name.startsWith(overlayPrefix) && !hostAttributes.has(name));
  for (const [name] of told) if (name.includes('=')) throw unsupported(path, `whose attribute '${readablePath(name)}' has a name that archives cannot hold`);
  return new Map(told);
};

const isPlain = (entry: Ext4Entry): boolean => entry.mode === 0o755 && entry.uid === 0 && entry.gid === 0 && attributesOf(entry, '').size === 0;

const sameMetadata = (one: Ext4Entry, other: Ext4Entry): boolean => {
  const [mine, theirs] = [attributesOf(one, ''), attributesOf(other, '')];
  return one.mode === other.mode && one.uid === other.uid && one.gid === other.gid && mine.size === theirs.size
    && [...mine].every(([name, value]) => Buffer.compare(value, theirs.get(name) ?? new Uint8Array()) === 0);
};
