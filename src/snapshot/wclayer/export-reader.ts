import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, readSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { SiloError } from '../../base/index.ts';
import type { DiffSummary } from '../../core/index.ts';
import { archiveEnd, paddingAfter, PieceWriter, tarEntryHeader, type ByteString, type WrittenEntry } from '../../layer/index.ts';
import { folderSide } from './file-sinks.ts';
import { readTransportFile, type TransportFile } from './transport-file.ts';
import { folderAttribute, paxKeys } from './windows-metadata.ts';

const whiteoutPrefix = '.wh.';
const tombstonesName = 'tombstones.txt';
const tombstonesVersion = 'Version 1.0';
const recycleBin = 'files/$recycle.bin';

export interface DiffOutput {
  cancelled(): boolean;
  /** Takes a piece; comes back when the next one may be made. */
  piece(bytes: Uint8Array<ArrayBuffer>): void;
}

export interface ExportOptions {
  readonly mountPoints: readonly string[];
  /** Seconds since 1970. */
  readonly latestTime: number | undefined;
}

interface Folder { readonly place: string; readonly path: string }

/**
 * Writes the transport form that HcsExportLayer made as a layer: deletions first in their folder, then
 * everything else in the order of its bytes. Times are whole seconds, and those of reading, creation and change of
 * metadata are left out, so that the same changes give the same bytes.
 */
export class ExportReader {
  readonly #root: string;
  readonly #options: ExportOptions;
  readonly #output: DiffOutput;
  readonly #pieces: PieceWriter;
  readonly #mountPoints: ReadonlySet<string>;
  readonly #ways = new Set<string>();
  readonly #tombstones = new Map<string, string[]>();
  /** First name of files with several, by inode. */
  readonly #linked = new Map<bigint, ByteString>();
  /** Headers of folders that only count where something in them does. */
  readonly #held: WrittenEntry[] = [];
  #entries = 0;
  #sizeBytes = 0;
  #newest: number | undefined;

  constructor(root: string, options: ExportOptions, output: DiffOutput) {
    this.#root = root;
    this.#options = options;
    this.#output = output;
    this.#pieces = new PieceWriter((bytes) => {
      output.piece(bytes);
      if (output.cancelled()) throw new SiloError('OperationCancelled');
    });
    // Without a drive letter, with slashes, as layers write paths.
    const points = options.mountPoints.map((path) => sameCase(`Files/${path.replace(/^[A-Za-z]:/, '').replaceAll('\\', '/').replace(/^\/+|\/+$/g, '')}`));
    this.#mountPoints = new Set(points);
    for (const point of points) for (let slash = point.lastIndexOf('/'); slash > 'files'.length; slash = point.lastIndexOf('/', slash - 1)) this.#ways.add(point.slice(0, slash));
  }

  run(): DiffSummary {
    this.#readTombstones();
    // Both folders belong to a layer, whatever is in them; they count where one of them holds something.
    for (const area of ['Files', 'Hives']) this.#held.push({ name: `${area}/`, type: 'folder', mode: 0o755, uid: 0, gid: 0, mtime: 0 });
    this.#visit({ place: join(this.#root, 'Files'), path: 'Files' });
    this.#hives();
    this.#pieces.write(archiveEnd);
    this.#pieces.flush();
    return { entries: this.#entries, sizeBytes: this.#sizeBytes, newestTime: this.#newest };
  }

  /** One path a line, seen from Files, after a line that names the version. */
  #readTombstones(): void {
    const [version, ...lines] = readFileSync(join(this.#root, tombstonesName), 'utf8').replace(/^\ufeff/, '').split(/\r?\n/);
    if (version !== tombstonesVersion) throw damaged(this.#root, `its ${tombstonesName} is of another version`);
    for (const line of lines) {
      if (line === '') continue;
      const path = `Files/${line.replaceAll('\\', '/').replace(/^\//, '')}`;
      const slash = path.lastIndexOf('/');
      const folder = sameCase(path.slice(0, slash));
      this.#tombstones.set(folder, [...this.#tombstones.get(folder) ?? [], path.slice(slash + 1)]);
    }
  }

  #visit(folder: Folder): void {
    for (const name of (this.#tombstones.get(sameCase(folder.path)) ?? []).sort(byBytes)) {
      this.#emit({ name: byteString(`${folder.path}/${whiteoutPrefix}${name}`), type: 'file', mode: 0o600, uid: 0, gid: 0, mtime: 0 }, false);
    }
    for (const name of readdirSync(folder.place).filter((candidate) => !candidate.endsWith(folderSide)).sort(byBytes)) {
      if (this.#output.cancelled()) throw new SiloError('OperationCancelled');
      const path = `${folder.path}/${name}`;
      const place = join(folder.place, name);
      if (name.startsWith(whiteoutPrefix)) throw unsupported(path, 'whose name would be taken for a deletion');
      if (sameCase(path) === recycleBin) continue;
      const stat = lstatSync(place, { bigint: true });
      if (stat.isDirectory()) this.#folder({ place, path }, stat);
      else this.#file(path, place);
    }
  }

  #folder(folder: Folder, stat: BigIntStats): void {
    const { path } = folder;
    const side = lstatSync(`${folder.place}${folderSide}`, { bigint: true, throwIfNoEntry: false });
    const said = side === undefined ? undefined : withFile(`${folder.place}${folderSide}`, (fd, bytes) => this.#read(path, fd, bytes));
    const entry = this.#entry(`${path}/`, 'folder', said, side ?? stat);
    if (said?.reparse !== undefined) {
      this.#emit({ ...this.#link(path, said, side ?? stat), name: byteString(path) });
      return;
    }
    const idle = this.#ways.has(sameCase(path)) || this.#mountPoints.has(sameCase(path));
    const held = this.#held.length;
    if (idle) this.#held.push(entry);
    else this.#emit(entry);
    if (said !== undefined && !idle) this.#alternates(path, `${folder.place}${folderSide}`, said, entry);
    this.#visit(folder);
    if (idle) this.#held.length = Math.min(this.#held.length, held);
  }

  #file(path: string, place: string): void {
    withFile(place, (fd, bytes) => {
      const stat = fstatSync(fd, { bigint: true });
      const first = stat.nlink > 1n ? this.#linked.get(stat.ino) : undefined;
      if (first !== undefined) {
        this.#emit({ ...this.#entry(path, 'hardLink', undefined, stat), linkName: first });
        return;
      }
      const said = this.#read(path, fd, bytes);
      // What the runtime makes to mount a file on.
      if (this.#mountPoints.has(sameCase(path)) && said.sizeBytes === 0) return;
      if (said.reparse === undefined) this.#data(path, fd, said, stat);
      else this.#emit(this.#link(path, said, stat));
      if (stat.nlink > 1n) this.#linked.set(stat.ino, byteString(path));
    });
  }

  #data(path: string, fd: number, said: TransportFile, stat: BigIntStats): void {
    const entry = this.#entry(path, 'file', said, stat);
    this.#emit({ ...entry, sizeBytes: said.sizeBytes });
    this.#sizeBytes += said.sizeBytes;
    let written = 0;
    for (const { offset, position, sizeBytes } of said.data) {
      this.#pieces.zeros(offset - written);
      this.#copy(fd, position, sizeBytes);
      written = offset + sizeBytes;
    }
    this.#pieces.zeros(said.sizeBytes - written + paddingAfter(said.sizeBytes));
    this.#streams(fd, said, entry, path);
  }

  #alternates(path: string, place: string, said: TransportFile, entry: WrittenEntry): void {
    if (said.alternates.length > 0) withFile(place, (fd) => { this.#streams(fd, said, entry, path); });
  }

  /** They follow their file; who unpacks knows them by their names. */
  #streams(fd: number, said: TransportFile, entry: WrittenEntry, path: string): void {
    for (const { name, position, sizeBytes } of said.alternates) {
      this.#emit({ name: byteString(`${path}${name}`), type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: entry.mtime, sizeBytes });
      this.#sizeBytes += sizeBytes;
      this.#copy(fd, position, sizeBytes);
      this.#pieces.zeros(paddingAfter(sizeBytes));
    }
  }

  #copy(fd: number, position: number, sizeBytes: number): void {
    for (let done = 0; done < sizeBytes;) {
      const count = this.#pieces.fill(sizeBytes - done, (buffer, offset, length) => readSync(fd, buffer, offset, length, position + done));
      if (count === 0) throw damaged(this.#root, 'a file of it became shorter');
      done += count;
    }
  }

  /** Files of the registry are as they are. */
  #hives(): void {
    const folder = join(this.#root, 'Hives');
    for (const name of readdirSync(folder).sort(byBytes)) {
      withFile(join(folder, name), (fd, bytes) => {
        const mtime = this.#time(fstatSync(fd, { bigint: true }));
        this.#emit({ name: byteString(`Hives/${name}`), type: 'file', mode: 0o644, uid: 0, gid: 0, mtime, sizeBytes: bytes });
        this.#sizeBytes += bytes;
        this.#copy(fd, 0, bytes);
        this.#pieces.zeros(paddingAfter(bytes));
      });
    }
  }

  #read(path: string, fd: number, bytes: number): TransportFile {
    const said = readTransportFile(fd, bytes);
    if (said === undefined) throw damaged(this.#root, `'${path}' is not of the transport form`);
    return said;
  }

  #link(path: string, said: TransportFile, stat: BigIntStats): WrittenEntry {
    const { reparse } = said;
    if (reparse === undefined || reparse === 'unknown') throw unsupported(path, 'a reparse point that is neither a link nor a mount point');
    return { ...this.#entry(path, 'symbolicLink', said, stat), linkName: byteString(reparse.target.replaceAll('\\', '/')) };
  }

  #entry(path: string, type: WrittenEntry['type'], said: TransportFile | undefined, stat: BigIntStats): WrittenEntry {
    const records = new Map<ByteString, Uint8Array>();
    if (said !== undefined) records.set(paxKeys.attributes, Buffer.from(String(said.attributes)));
    else if (type === 'folder') records.set(paxKeys.attributes, Buffer.from(String(folderAttribute)));
    if (said?.security !== undefined) records.set(paxKeys.security, Buffer.from(said.security.toString('base64')));
    for (const [name, value] of said?.extended ?? []) records.set(`${paxKeys.extendedPrefix}${name}`, Buffer.from(value.toString('base64')));
    if (type === 'symbolicLink' && typeof said?.reparse === 'object' && said.reparse.isMountPoint) records.set(paxKeys.mountPoint, Buffer.from('1'));
    return { name: byteString(path), type, mode: type === 'folder' ? 0o755 : 0o644, uid: 0, gid: 0, mtime: this.#time(stat), records };
  }

  #time(stat: BigIntStats): number {
    const mtime = Number(stat.mtimeMs / 1000n);
    const { latestTime } = this.#options;
    return latestTime === undefined ? mtime : Math.min(mtime, latestTime);
  }

  #emit(entry: WrittenEntry, timed = true): void {
    for (const held of this.#held.splice(0)) this.#write(held, held.mtime > 0);
    this.#write(entry, timed);
  }

  #write(entry: WrittenEntry, timed: boolean): void {
    this.#entries += 1;
    if (timed && (this.#newest === undefined || entry.mtime > this.#newest)) this.#newest = entry.mtime;
    this.#pieces.write(tarEntryHeader(entry));
  }
}

const byteString = (text: string): ByteString => Buffer.from(text).toString('latin1');
const sameCase = (path: string): string => path.toLowerCase();
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const withFile = <T>(place: string, work: (fd: number, bytes: number) => T): T => {
  const fd = openSync(place, constants.O_RDONLY);
  try {
    return work(fd, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
};

const unsupported = (path: string, reason: string): SiloError => new SiloError('LayerEntryUnsupported', { args: { entry: path, reason } });

const damaged = (path: string, reason: string): SiloError => new SiloError('LayerDamaged', { args: { path, reason } });
