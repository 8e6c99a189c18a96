import { linkSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BasicInformation } from '../../../native/kernel32-files.ts';
import { SiloError } from '../../base/index.ts';
import { archiveInvalid, readablePath, SparseLayout, type TarEntry, type TarVisitor } from '../../layer/index.ts';
import { streamHeader, streams } from './backup-stream.ts';
import { sameName, windowsParts } from './entry-names.ts';
import type { FileSink } from './file-sinks.ts';
import { isAreaName, type AreaName, type LayerAreas } from './layer-areas.ts';
import { realPlace, removePlace } from './layer-place.ts';
import type { LayerStorage } from './layer-storage.ts';
import { basicInformation, folderAttribute, metadataStreams } from './windows-metadata.ts';

const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';
const zeros = Buffer.alloc(64 * 1024);

interface OpenFile {
  readonly entry: TarEntry;
  readonly sink: FileSink;
  readonly sparse: SparseLayout | undefined;
}

interface Added {
  readonly parts: readonly string[];
  readonly kind: 'folder' | 'link' | 'file';
  readonly information: BasicInformation | undefined;
}

interface HardLink { readonly parts: readonly string[]; readonly target: readonly string[]; readonly name: string }

/**
 * Writes a layer's entries where `areas` wants them. Deletions, further names of files and the times of
 * folders wait for `finish`, when the layer stands over those below. Nothing is ever written below anything but
 * a folder that this layer made, so no link of an archive leads out of it.
 */
export class LayerWriter implements TarVisitor {
  readonly #storage: LayerStorage;
  readonly #areas: LayerAreas;
  readonly #limitBytes: number;
  readonly #allowsDeletions: boolean;
  readonly #added = new Map<string, Added>();
  readonly #deleted: (readonly string[])[] = [];
  readonly #opaque: (readonly string[])[] = [];
  readonly #links: HardLink[] = [];
  #file: OpenFile | undefined;
  #writesAlternate = false;
  #sizeBytes = 0;
  #entries = 0;

  constructor(storage: LayerStorage, areas: LayerAreas, options: { readonly limitBytes: number; readonly allowsDeletions: boolean }) {
    this.#storage = storage;
    this.#areas = areas;
    this.#limitBytes = options.limitBytes;
    this.#allowsDeletions = options.allowsDeletions;
  }

  get sizeBytes(): number { return this.#sizeBytes; }
  get entries(): number { return this.#entries; }
  get hasUtilityVm(): boolean { return this.#added.has(keyOf(['UtilityVM', 'Files'])); }

  entry(entry: TarEntry): void {
    this.#entries += 1;
    if (this.#alternate(entry)) return;
    this.#close();
    const parts = windowsParts(entry.name);
    const name = parts.at(-1);
    // The root of the layer says nothing.
    if (name === undefined) return;
    const [area] = parts;
    if (!isAreaName(area)) throw unsupported(entry, 'which is in neither Files, Hives nor UtilityVM: this is no layer of a Windows image');
    if (parts.slice(0, -1).some((part) => part.startsWith(whiteoutPrefix))) throw unsupported(entry, 'which lies below a deletion mark');
    if (name.startsWith(whiteoutPrefix)) this.#delete(parts, name, entry, area);
    else if (entry.type === 'hardLink') this.#link(parts, entry, area);
    else if (entry.type === 'file' || entry.type === 'folder' || entry.type === 'symbolicLink') this.#open(parts, entry, area);
    else throw unsupported(entry, 'which is of a kind that Windows does not have');
  }

  data(piece: Buffer): void {
    const file = this.#file;
    if (file === undefined) return;
    if (this.#writesAlternate || file.sparse === undefined) file.sink.write(piece);
    else file.sparse.push(piece);
  }

  end(): void {
    // The file stays open: its alternate streams follow as entries of their own.
    if (this.#writesAlternate) this.#writesAlternate = false;
    else this.#file?.sparse?.finish();
  }

  /** Closes what the last entry left open. */
  close(): void { this.#close(); }

  /** Closes what an error left open. */
  abandon(): void {
    this.#file?.sink.abandon();
    this.#file = undefined;
  }

  /** The layer at `root` is put together: deletes what it deletes of the layers below, adds further names, and gives folders their times. */
  finish(root: string, parents: readonly string[]): void {
    for (const parts of this.#deleted) {
      const place = realPlace(root, parts);
      if (place === undefined) continue;
      // A deletion concerns the layers below only.
      const added = this.#added.get(keyOf(parts));
      if (added === undefined) removePlace(place);
      else if (added.kind === 'folder') this.#clear(root, parts);
    }
    for (const parts of this.#opaque) this.#clear(root, parts);
    for (const link of this.#links) this.#makeLink(link, root, parents);
    for (const { parts, kind, information } of this.#added.values()) {
      const place = kind === 'folder' && information !== undefined && parts[0] !== 'Hives' ? realPlace(root, parts) : undefined;
      if (place === undefined || information === undefined || lstatSync(place, { throwIfNoEntry: false }) === undefined) continue;
      this.#storage.withFile(place, 'restore', (file) => this.#storage.files.setBasicInformation(file, information));
    }
  }

  /** A file's alternate stream follows it as `name:stream`. */
  #alternate(entry: TarEntry): boolean {
    const file = this.#file;
    if (file === undefined || entry.type !== 'file' || !entry.name.startsWith(`${file.entry.name.replace(/\/$/, '')}:`)) return false;
    const name = readablePath(entry.name.slice(file.entry.name.replace(/\/$/, '').length));
    if (!/^:[^:\\/]+$/.test(name) || entry.sparse !== undefined) throw unsupported(entry, 'whose stream has a name that Windows cannot have');
    this.#count(entry, entry.sizeBytes);
    this.#writesAlternate = true;
    file.sink.write(streamHeader(streams.alternate, entry.sizeBytes, `${name}:$DATA`));
    return true;
  }

  #open(parts: readonly string[], entry: TarEntry, area: AreaName): void {
    const isFolder = entry.type === 'folder' || (entry.type === 'symbolicLink' && (basicInformation(entry).attributes & folderAttribute) !== 0);
    const information = basicInformation(entry);
    this.#makeParents(parts, entry, area);
    const before = this.#added.get(keyOf(parts));
    if (before !== undefined && (before.kind !== 'folder' || entry.type !== 'folder')) this.#replace(parts, area);
    const sizeBytes = entry.sparse?.realSizeBytes ?? entry.sizeBytes;
    this.#count(entry, sizeBytes);
    const metadata = metadataStreams(entry, (sddl) => this.#storage.descriptorOf(sddl));
    const sink = this.#areas.sink(parts, area, information, isFolder);
    this.#file = { entry, sink, sparse: entry.sparse === undefined ? undefined : this.#sparse(sink, entry.sparse) };
    this.#added.set(keyOf(parts), { parts, kind: entry.type === 'folder' ? 'folder' : entry.type === 'symbolicLink' ? 'link' : 'file', information: entry.type === 'folder' ? information : undefined });
    // A file of the registry is its data alone.
    if (area === 'Hives') return;
    if (metadata.length > 0) sink.write(metadata);
    if (entry.type === 'file') sink.write(streamHeader(streams.data, sizeBytes));
  }

  /** Holes are written as zeros: a backup stream's data is all of a file. */
  #sparse(sink: FileSink, sparse: NonNullable<TarEntry['sparse']>): SparseLayout {
    let position = 0;
    const fill = (until: number): void => {
      for (; position < until; position += Math.min(zeros.length, until - position)) sink.write(zeros.subarray(0, Math.min(zeros.length, until - position)));
    };
    const layout = new SparseLayout(sparse, (piece, at) => {
      fill(at);
      sink.write(piece);
      position += piece.length;
    });
    const finish = layout.finish.bind(layout);
    layout.finish = () => {
      finish();
      fill(sparse.realSizeBytes);
    };
    return layout;
  }

  #makeParents(parts: readonly string[], entry: TarEntry, area: AreaName): void {
    this.#areas.prepare(area);
    for (let count = 1; count < parts.length; count += 1) {
      const above = parts.slice(0, count);
      const known = this.#added.get(keyOf(above));
      if (known !== undefined && known.kind !== 'folder') throw archiveInvalid(`'${readablePath(entry.name)}' lies below a ${known.kind}`);
      if (known !== undefined) continue;
      const place = realPlace(this.#areas.rootOf(area), above);
      const stat = place === undefined ? undefined : lstatSync(place, { throwIfNoEntry: false });
      if (place === undefined || (stat !== undefined && (!stat.isDirectory() || stat.isSymbolicLink()))) throw new SiloError('ArchivePathUnsafe', { args: { entry: readablePath(entry.name), reason: 'lies behind a link' } });
      if (stat === undefined) mkdirSync(place);
      this.#added.set(keyOf(above), { parts: above, kind: 'folder', information: undefined });
    }
  }

  #replace(parts: readonly string[], area: AreaName): void {
    const place = realPlace(this.#areas.rootOf(area), parts);
    if (place !== undefined) removePlace(place);
    const inside = `${keyOf(parts)}\\`;
    for (const key of this.#added.keys()) if (key === keyOf(parts) || key.startsWith(inside)) this.#added.delete(key);
  }

  #delete(parts: readonly string[], name: string, entry: TarEntry, area: AreaName): void {
    if (!this.#allowsDeletions) throw unsupported(entry, 'a deletion, though nothing lies below this layer');
    const folder = parts.slice(0, -1);
    if (name === opaqueName) {
      this.#opaque.push(folder);
      return;
    }
    const gone = name.slice(whiteoutPrefix.length);
    if (gone === '' || gone === '.' || folder.length === 0) throw archiveInvalid(`the deletion mark '${readablePath(entry.name)}' names nothing`);
    if (gone === '..') throw new SiloError('ArchivePathUnsafe', { args: { entry: readablePath(entry.name), reason: 'leads out of the layer by ..' } });
    if (area === 'Hives') throw unsupported(entry, 'a deletion in the registry');
    this.#deleted.push([...folder, gone]);
  }

  #link(parts: readonly string[], entry: TarEntry, area: AreaName): void {
    const target = windowsParts(entry.linkName);
    if (area === 'Hives' || target[0] !== area || target.length < 2) throw unsupported(entry, `a hard link to '${readablePath(entry.linkName)}', which lies elsewhere`);
    this.#makeParents(parts, entry, area);
    this.#added.set(keyOf(parts), { parts, kind: 'file', information: undefined });
    this.#links.push({ parts, target, name: readablePath(entry.name) });
  }

  #makeLink({ parts, target, name }: HardLink, root: string, parents: readonly string[]): void {
    if (keyOf(parts) === keyOf(target)) return;
    const place = realPlace(root, parts);
    // In a layer below where this one does not have it.
    const found = [root, ...parents].map((folder) => realPlace(folder, target)).find((candidate) => candidate !== undefined && lstatSync(candidate, { throwIfNoEntry: false })?.isFile() === true);
    if (place === undefined || found === undefined) throw new SiloError('LayerEntryUnsupported', { args: { entry: name, reason: `a hard link to '${target.join('/')}', which this layer does not have` } });
    removePlace(place);
    linkSync(found, place);
  }

  /** Takes away what the layers below have in a folder. */
  #clear(root: string, parts: readonly string[]): void {
    const folder = realPlace(root, parts);
    const stat = folder === undefined ? undefined : lstatSync(folder, { throwIfNoEntry: false });
    if (folder === undefined || stat?.isDirectory() !== true || stat.isSymbolicLink()) return;
    for (const name of readdirSync(folder)) {
      const inner = [...parts, name];
      const added = this.#added.get(keyOf(inner));
      if (added === undefined) removePlace(join(folder, name));
      else if (added.kind === 'folder') this.#clear(root, inner);
    }
  }

  #count(entry: TarEntry, sizeBytes: number): void {
    this.#sizeBytes += sizeBytes;
    if (this.#sizeBytes > this.#limitBytes) throw new SiloError('ArchiveTooLarge', { args: { limitBytes: this.#limitBytes, reason: `reached at '${readablePath(entry.name)}'` } });
  }

  #close(): void {
    const file = this.#file;
    this.#file = undefined;
    file?.sink.end();
  }
}

const keyOf = (parts: readonly string[]): string => sameName(parts.join('\\'));

const unsupported = (entry: TarEntry, reason: string): SiloError => new SiloError('LayerEntryUnsupported', { args: { entry: readablePath(entry.name), reason } });
