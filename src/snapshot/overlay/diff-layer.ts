import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { fromFileError, hasErrno, SiloError } from '../../base/index.ts';
import type { DiffSummary } from '../../core/index.ts';
import { getLinkAttribute, listLinkAttributes } from '../../../native/libc.ts';
import { archiveEnd, bytePath, cPath, paddingAfter, PieceWriter, readablePath, tarEntryHeader, type ByteString, type TarType, type WrittenEntry } from '../../layer/index.ts';
import type { DiffJob } from './layer-job.ts';
import { isWhiteout } from './lower-layers.ts';

const overlayPrefix = 'trusted.overlay.';
/** Labels of the host's policy; on another host they mean nothing, or the wrong thing. */
const hostAttributes: ReadonlySet<string> = new Set(['security.selinux']);
export const whiteoutPrefix = '.wh.';
export const opaqueName = '.wh..wh..opq';

export interface DiffOutput {
  cancelled(): boolean;
  /** Takes a piece; comes back when the next one may be made. */
  piece(bytes: Uint8Array<ArrayBuffer>): void;
}

interface Folder {
  /** Descriptor, by which everything in it is reached. */
  readonly fd: number;
  /** Path within the layer; '' is its root, others end with a slash. */
  readonly path: ByteString;
  /** The folders below that it is merged with, top first; looked up only where they are needed. */
  readonly lowers: () => readonly string[];
}

/**
 * Writes the changes of a writable snapshot as a layer (OCI image specification, layer.md, "Creating"),
 * in a worker thread: deletions of overlay become `.wh.` entries. Deletions come first in their folder,
 * then everything else in the order of its bytes, so that the same changes give the same archive; times
 * are whole seconds, as in every other builder's layers.
 *
 * A container may be writing meanwhile, and its root is no friend: everything is reached through the
 * descriptor of its folder, so a folder that is replaced by a link leads nowhere else.
 */
export const diffLayer = (job: DiffJob, output: DiffOutput): DiffSummary => {
  try {
    return new LayerDiff(job, output).run();
  } catch (error) {
    throw fromFileError(error, job.folder);
  }
};

type Changed = Pick<DiffJob, 'folder' | 'chain' | 'mountPoints'> & { readonly latestTime?: number | undefined };

/** Tells what `diffLayer` would write, without reading a file. */
export const tellEntries = (job: Changed, cancelled: () => boolean, tell: (entry: WrittenEntry) => void): void => {
  try {
    new LayerDiff(job, { cancelled, piece: () => undefined }, tell).run();
  } catch (error) {
    throw fromFileError(error, job.folder);
  }
};

class LayerDiff {
  readonly #job: Changed;
  readonly #output: DiffOutput;
  readonly #mountPoints: ReadonlySet<ByteString>;
  /** Folders on the way to a mount point. */
  readonly #ways = new Set<ByteString>();
  /** First name of files with several, by inode. */
  readonly #linked = new Map<number, ByteString>();
  /** Headers of folders that only count where something in them does. */
  readonly #held: WrittenEntry[] = [];
  readonly #pieces: PieceWriter;
  /** Where it is given nothing is written. */
  readonly #tell: ((entry: WrittenEntry) => void) | undefined;
  #entries = 0;
  #sizeBytes = 0;
  #newest: number | undefined;

  constructor(job: Changed, output: DiffOutput, tell?: (entry: WrittenEntry) => void) {
    this.#job = job;
    this.#tell = tell;
    this.#output = output;
    this.#pieces = new PieceWriter((bytes) => {
      output.piece(bytes);
      if (output.cancelled()) throw new SiloError('OperationCancelled');
    });
    const points = job.mountPoints.map((path) => Buffer.from(path).toString('latin1').replace(/^\/+|\/+$/g, ''));
    this.#mountPoints = new Set(points);
    for (const point of points) {
      for (let slash = point.lastIndexOf('/'); slash > 0; slash = point.lastIndexOf('/', slash - 1)) this.#ways.add(point.slice(0, slash));
    }
  }

  run(): DiffSummary {
    const { folder, chain } = this.#job;
    const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      this.#root(fstatSync(fd), folder, chain[0]);
      this.#visit({ fd, path: '', lowers: () => chain });
    } finally {
      closeSync(fd);
    }
    this.#pieces.write(archiveEnd);
    this.#pieces.flush();
    return { entries: this.#entries, sizeBytes: this.#sizeBytes, newestTime: this.#newest };
  }

  /** The root itself is only told of where the container changed more than its time, as every start does. */
  #root(stat: Stats, folder: string, below: string | undefined): void {
    const attributes = attributesOf(folder);
    const unchanged = below === undefined
      ? (stat.mode & 0o7777) === 0o755 && stat.uid === 0 && stat.gid === 0 && attributes.size === 0
      : sameMetadata(stat, attributes, below);
    if (!unchanged) this.#emit({ name: './', type: 'folder', ...this.#owner(stat), attributes });
  }

  #visit(folder: Folder): void {
    const here = `/proc/self/fd/${folder.fd}`;
    const deleted: ByteString[] = [];
    const present: (readonly [ByteString, Stats])[] = [];
    for (const name of readdirSync(here, { encoding: 'latin1' })) {
      const stat = lstatSync(bytePath(`${here}/${name}`), { throwIfNoEntry: false });
      if (stat === undefined) continue;
      if (isWhiteout(stat)) deleted.push(name);
      else present.push([name, stat]);
    }
    for (const name of deleted.sort()) this.#emit({ name: `${folder.path}${whiteoutPrefix}${name}`, type: 'file', mode: 0o600, uid: 0, gid: 0, mtime: 0 }, false);
    for (const [name, stat] of present.sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (this.#output.cancelled()) throw new SiloError('OperationCancelled');
      try {
        this.#entry(folder, name, stat, `${here}/${name}`);
      } catch (error) {
        // Removed, or replaced by a link, by a container that runs meanwhile.
        if (!hasErrno(error, 'ENOENT', 'ELOOP', 'ENOTDIR')) throw error;
      }
    }
  }

  #entry(folder: Folder, name: ByteString, stat: Stats, place: string): void {
    const path = `${folder.path}${name}`;
    if (name.startsWith(whiteoutPrefix)) throw unsupported(path, 'whose name would be taken for a deletion');
    if (stat.isSocket()) return;
    if (stat.isDirectory()) {
      this.#folder(folder, name, stat, place);
      return;
    }
    // What the runtime makes to mount a file on; the container never sees what it holds.
    if (this.#mountPoints.has(path) && stat.isFile() && stat.size === 0) return;
    const first = stat.nlink > 1 ? this.#linked.get(stat.ino) : undefined;
    if (first !== undefined) {
      this.#emit({ name: path, type: 'hardLink', linkName: first, ...this.#owner(stat) });
      return;
    }
    const type: TarType = stat.isFile() ? 'file' : stat.isSymbolicLink() ? 'symbolicLink' : stat.isCharacterDevice() ? 'characterDevice' : stat.isBlockDevice() ? 'blockDevice' : 'fifo';
    if (type === 'file') {
      this.#file(path, stat, place);
    } else {
      const linkName = type === 'symbolicLink' ? readlinkSync(bytePath(place), { encoding: 'latin1' }) : '';
      const device = type === 'characterDevice' || type === 'blockDevice' ? deviceOf(stat.rdev) : {};
      this.#emit({ name: path, type, linkName, ...this.#owner(stat), ...device, attributes: attributesOf(place, path) });
    }
    if (stat.nlink > 1) this.#linked.set(stat.ino, path);
  }

  #file(path: ByteString, seen: Stats, place: string): void {
    const fd = openSync(bytePath(place), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile() || stat.ino !== seen.ino) return;
      this.#emit({ name: path, type: 'file', ...this.#owner(stat), sizeBytes: stat.size, attributes: attributesOf(place, path) });
      this.#sizeBytes += stat.size;
      if (this.#tell !== undefined) return;
      let left = stat.size;
      while (left > 0) {
        const read = this.#pieces.fill(left, (buffer, offset, length) => readSync(fd, buffer, offset, length, null));
        if (read === 0) break;
        left -= read;
      }
      // It became shorter meanwhile; its header is written already.
      this.#pieces.zeros(left + paddingAfter(stat.size));
    } finally {
      closeSync(fd);
    }
  }

  #folder(parent: Folder, name: ByteString, stat: Stats, place: string): void {
    const path = `${parent.path}${name}`;
    const fd = openSync(bytePath(place), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      const opaque = isOpaque(place);
      if (getLinkAttribute(cPath(place), `${overlayPrefix}redirect`) !== undefined) throw unsupported(path, 'a folder that was renamed by a reference to a lower layer');
      const attributes = attributesOf(place, path);
      const onTheWay = this.#ways.has(path);
      const lowers = opaque ? () => [] : onTheWay || this.#mountPoints.has(path) ? remembered(() => mergedBelow(parent.lowers(), name)) : () => [];
      const entry: WrittenEntry = { name: `${path}/`, type: 'folder', ...this.#owner(stat), attributes };
      const idle = !opaque && (onTheWay || this.#mountPoints.has(path)) && madeForMount(stat, attributes, lowers()[0]);
      const held = this.#held.length;
      if (idle) this.#held.push(entry);
      else this.#emit(entry);
      if (opaque) this.#emit({ name: `${path}/${opaqueName}`, type: 'file', mode: 0o600, uid: 0, gid: 0, mtime: 0 }, false);
      this.#visit({ fd, path: `${path}/`, lowers });
      if (idle) this.#held.length = Math.min(this.#held.length, held);
    } finally {
      closeSync(fd);
    }
  }

  #owner(stat: Stats): { readonly mode: number; readonly uid: number; readonly gid: number; readonly mtime: number } {
    const mtime = Math.floor(stat.mtimeMs / 1000);
    const { latestTime } = this.#job;
    return { mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, mtime: latestTime === undefined ? mtime : Math.min(mtime, latestTime) };
  }

  #emit(entry: WrittenEntry, timed = true): void {
    for (const held of this.#held.splice(0)) this.#write(held, true);
    this.#write(entry, timed);
  }

  #write(entry: WrittenEntry, timed: boolean): void {
    this.#entries += 1;
    if (timed && (this.#newest === undefined || entry.mtime > this.#newest)) this.#newest = entry.mtime;
    if (this.#tell === undefined) this.#pieces.write(tarEntryHeader(entry));
    else this.#tell(entry);
  }
}

const unsupported = (path: ByteString, reason: string): SiloError => new SiloError('LayerEntryUnsupported', { args: { entry: readablePath(path), reason } });

const isOpaque = (place: string): boolean => {
  const value = getLinkAttribute(cPath(place), `${overlayPrefix}opaque`);
  return value !== undefined && Buffer.from(value).toString('latin1') === 'y';
};

const attributesOf = (place: string, path: ByteString = ''): ReadonlyMap<ByteString, Uint8Array> => {
  const attributes = new Map<ByteString, Uint8Array>();
  for (const name of listLinkAttributes(cPath(place))) {
    if (name === `${overlayPrefix}metacopy`) throw unsupported(path, 'a file whose content is in a lower layer');
    if (name.startsWith(overlayPrefix) || hostAttributes.has(name)) continue;
    if (name.includes('=')) throw unsupported(path, `whose attribute '${name}' has a name that archives cannot hold`);
    const value = getLinkAttribute(cPath(place), name);
    if (value !== undefined) attributes.set(Buffer.from(name).toString('latin1'), value);
  }
  return attributes;
};

const sameMetadata = (stat: Stats, attributes: ReadonlyMap<ByteString, Uint8Array>, lower: string): boolean => {
  const below = lstatSync(bytePath(lower));
  const theirs = attributesOf(lower);
  return (stat.mode & 0o7777) === (below.mode & 0o7777) && stat.uid === below.uid && stat.gid === below.gid && attributes.size === theirs.size
    && [...attributes].every(([name, value]) => Buffer.compare(value, theirs.get(name) ?? new Uint8Array()) === 0);
};

/** A folder at or above a mount point, as the runtime makes it where it is missing, or as it was below but for its time. */
const madeForMount = (stat: Stats, attributes: ReadonlyMap<ByteString, Uint8Array>, lower: string | undefined): boolean =>
  lower === undefined ? (stat.mode & 0o7777) === 0o755 && stat.uid === 0 && stat.gid === 0 && attributes.size === 0 : sameMetadata(stat, attributes, lower);

/** The folders of that name in the layers below which overlay merges with this one. */
const mergedBelow = (lowers: readonly string[], name: ByteString): readonly string[] => {
  const merged: string[] = [];
  for (const lower of lowers) {
    const place = `${lower}/${name}`;
    const stat = lstatSync(bytePath(place), { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (!stat.isDirectory()) break;
    merged.push(place);
    if (isOpaque(place)) break;
  }
  return merged;
};

const remembered = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** The reverse of makedev(3), for numbers as Linux has them: 12 bits of major, 20 of minor. */
const deviceOf = (device: number): { readonly major: number; readonly minor: number } => ({
  major: Math.floor(device / 256) % 4096,
  minor: (device % 256) + Math.floor(device / 1_048_576) * 256,
});
