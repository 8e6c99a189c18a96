import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { SiloError } from '../base/index.ts';
import { isTarArchive, plainName, tarEntries } from '../image/index.ts';
import type { ContainedFolder } from './contained-folder.ts';
import { dockerfileInvalid } from './dockerfile-invalid.ts';
import type { ModeChange } from './file-mode.ts';
import { IgnorePatterns } from './ignore-patterns.ts';
import type { Owner } from './image-users.ts';
import { readablePath, type ByteString, type TarType } from '../layer/index.ts';
import { fromText, type LayerEntry } from './layer-tar.ts';
import type { SourceFile, SourceTree } from './source-tree.ts';

/** A file that ADD got from a web address. */
export interface FetchedFile {
  readonly name: ByteString;
  /** Tells it from others: its digest, or what is known before it is fetched. */
  readonly identity: string;
  readonly sizeBytes: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** An archive is unpacked; others stay as they are. */
  readonly unpack: boolean;
  /** A local file with the bytes. */
  readonly path: string;
  readonly content: () => AsyncIterable<Uint8Array>;
}

/** COPY or ADD with its variables replaced. */
export interface CopyOrder {
  readonly line: number;
  /** Undefined where all sources are here-documents. */
  readonly tree: SourceTree | undefined;
  /** Patterns of files in the tree, and files of the web, in their order. */
  readonly sources: readonly (string | FetchedFile)[];
  readonly documents: readonly { readonly name: string; readonly content: string }[];
  /** Absolute; a slash at its end says that it is a folder. */
  readonly destination: string;
  /** Files of a context are root's; those of an image keep their owners. */
  readonly keepOwners: boolean;
  readonly keepParents: boolean;
  readonly excludes: IgnorePatterns;
  /** ADD: archives are unpacked. */
  readonly unpack: boolean;
}

interface FoundFile { readonly file: SourceFile; readonly kept: ByteString }

/** What the sources turned out to be. */
export interface FoundSources {
  /** Tells names, modes, owners and contents; times do not count. */
  readonly digest: string;
  readonly files: readonly (FoundFile | FetchedFile)[];
}

/** Digests of file contents within one build: a file that is copied twice is read once. */
export type ContentDigests = Map<string, string>;

/** Finds what a COPY takes, and its digest for the cache. Errors: DockerfileInvalid, PathAccessDenied, OperationCancelled. */
export const findSources = async (order: CopyOrder, digests: ContentDigests, signal?: AbortSignal): Promise<FoundSources> => {
  const hash = createHash('sha256');
  const files: (FoundFile | FetchedFile)[] = [];
  for (const document of order.documents) hash.update(JSON.stringify(['document', document.name, document.content]));
  for (const source of order.sources) {
    const { tree } = order;
    if (typeof source !== 'string') {
      hash.update(JSON.stringify(['fetched', source.name, source.identity, source.mtime, source.unpack]));
      files.push(source);
      continue;
    }
    if (tree === undefined) throw dockerfileInvalid(order.line, `there is nothing to take '${source}' from`);
    const pattern = fromText(source);
    const found = await tree.find(pattern);
    if (found.length === 0) throw dockerfileInvalid(order.line, `'${source}' is not there, or .dockerignore leaves it out`);
    const dropped = pattern.includes('/./') ? pattern.slice(0, pattern.indexOf('/./')).split('/').filter((part) => part !== '' && part !== '.').length : 0;
    for (const file of found) {
      const kept = file.asked.split('/').slice(dropped).join('/');
      hash.update(JSON.stringify(['source', file.name, kept, order.keepParents]));
      for await (const entry of tree.walk(file, order.excludes)) {
        if (signal?.aborted) throw new SiloError('OperationCancelled');
        hash.update(`${JSON.stringify(await describe(tree.folder, entry.path, entry.relative, entry.stat, order.keepOwners, digests, signal))}\n`);
      }
      files.push({ file, kept });
    }
  }
  return { digest: hash.digest('hex'), files };
};

const describe = async (folder: ContainedFolder, path: ByteString, relative: ByteString, stat: Stats, keepOwners: boolean, digests: ContentDigests, signal: AbortSignal | undefined): Promise<readonly unknown[]> => {
  const common = [relative, typeOf(stat), stat.mode & 0o7777, ...(keepOwners ? [stat.uid, stat.gid] : []), ...[...folder.attributes(path)].map(([name, value]) => [name, Buffer.from(value).toString('hex')])];
  if (stat.isSymbolicLink()) return [...common, await folder.link(path)];
  if (!stat.isFile()) return [...common, stat.isCharacterDevice() || stat.isBlockDevice() ? stat.rdev : 0];
  const key = [stat.dev, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(' ');
  let digest = digests.get(key);
  if (digest === undefined) {
    digest = await folder.contentDigest(path, signal);
    digests.set(key, digest);
  }
  return [...common, stat.size, digest];
};

const typeOf = (stat: Stats): TarType =>
  stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'symbolicLink' : stat.isFile() ? 'file' : stat.isFIFO() ? 'fifo' : stat.isCharacterDevice() ? 'characterDevice' : 'blockDevice';

export interface LayerTimes {
  /** Seconds since 1970, for what the build makes itself. */
  readonly now: number;
  /** No entry gets a later time. */
  readonly latest: number | undefined;
}

export interface CopyTarget {
  /** The root that the copy goes into, mounted. */
  readonly root: ContainedFolder;
  readonly owner: Owner | undefined;
  readonly mode: ModeChange | undefined;
  readonly times: LayerTimes;
  readonly signal?: AbortSignal | undefined;
}

/** The layer that a COPY or ADD makes. Errors: DockerfileInvalid, ArchivePathUnsafe, ArchiveInvalid, LayerEntryUnsupported, OperationCancelled. */
export const planCopy = (order: CopyOrder, found: FoundSources, target: CopyTarget): AsyncGenerator<LayerEntry> => new CopyPlan(order, found, target).entries();

/** The layer that WORKDIR makes; it yields nothing where the folder is there. */
export async function* planFolder(path: string, line: number, target: CopyTarget): AsyncGenerator<LayerEntry> {
  const located = await target.root.locate(fromText(path));
  if (located.stat?.isDirectory() === true) return;
  if (located.stat !== undefined) throw dockerfileInvalid(line, `'${path}' is a file in the image`);
  yield* new FolderWays(target, line).to(located.path);
}

/** Emits the folders on the way to something, each once: as they are in the image, or new. */
class FolderWays {
  readonly #target: CopyTarget;
  readonly #line: number;
  readonly #emitted = new Map<ByteString, TarType>();

  constructor(target: CopyTarget, line: number) {
    this.#target = target;
    this.#line = line;
  }

  note(path: ByteString, type: TarType): void { this.#emitted.set(path, type); }

  emitted(path: ByteString): TarType | undefined { return this.#emitted.get(path); }

  /** The folder itself, and all above it. */
  async *to(path: ByteString): AsyncGenerator<LayerEntry> {
    if (path === '') return;
    const known = this.#emitted.get(path);
    if (known === 'folder') return;
    if (known !== undefined) throw dockerfileInvalid(this.#line, `'/${readablePath(path)}' is no folder`);
    yield* this.to(parentOf(path));
    const { root, owner, times } = this.#target;
    const stat = await root.stat(path);
    if (stat !== undefined && !stat.isDirectory()) throw dockerfileInvalid(this.#line, `'/${readablePath(path)}' is no folder in the image`);
    this.#emitted.set(path, 'folder');
    yield stat === undefined
      ? { name: path, type: 'folder', mode: 0o755, uid: owner?.uid ?? 0, gid: owner?.gid ?? 0, mtime: times.now }
      : { name: path, type: 'folder', mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, mtime: entryTime(stat, times), attributes: root.attributes(path) };
  }
}

class CopyPlan {
  readonly #order: CopyOrder;
  readonly #found: FoundSources;
  readonly #target: CopyTarget;
  readonly #ways: FolderWays;
  /** First name of a file with several, by its inode. */
  readonly #linked = new Map<string, ByteString>();

  constructor(order: CopyOrder, found: FoundSources, target: CopyTarget) {
    this.#order = order;
    this.#found = found;
    this.#target = target;
    this.#ways = new FolderWays(target, order.line);
  }

  async *entries(): AsyncGenerator<LayerEntry> {
    const { destination, documents, keepParents } = this.#order;
    const { files } = this.#found;
    const located = await this.#target.root.locate(fromText(destination));
    const isFolder = located.stat?.isDirectory() === true || /(?:^|\/)\.?$/.test(destination) || documents.length + files.length > 1 || keepParents;
    if (isFolder && located.stat !== undefined && !located.stat.isDirectory()) throw this.#fail(`'${destination}' is no folder in the image`);
    const place = (name: ByteString): ByteString => (isFolder ? join(located.path, name) : located.path);
    for (const { name, content } of documents) {
      const bytes = Buffer.from(content);
      yield* this.#file(place(fromText(name)), { mode: 0o644, uid: 0, gid: 0, mtime: this.#target.times.now, sizeBytes: bytes.length, content: () => [bytes] });
    }
    for (const found of files) {
      if (!('file' in found)) {
        if (isFolder && found.name === '' && !found.unpack) throw this.#fail('the address gives no name to the file: name it at the destination');
        yield* this.#fetched(found, located.path, place);
        continue;
      }
      const { file, kept } = found;
      if (file.stat.isDirectory()) yield* this.#tree(file, keepParents ? join(located.path, kept) : located.path);
      else if (this.#order.unpack && file.stat.isFile() && (await isTarArchive(this.#absolute(file)))) yield* this.#archive(this.#absolute(file), located.path);
      else yield* this.#one(file.path, file.stat, place(keepParents ? kept : file.name));
    }
  }

  /** Only its owner may read it, as docker does it. */
  async *#fetched(file: FetchedFile, destination: ByteString, place: (name: ByteString) => ByteString): AsyncGenerator<LayerEntry> {
    const { sizeBytes, content, path } = file;
    if (file.unpack && (await isTarArchive(path))) yield* this.#archive(path, destination);
    else yield* this.#file(place(file.name), { mode: 0o600, uid: 0, gid: 0, mtime: clamp(file.mtime, this.#target.times), sizeBytes, content });
  }

  #absolute(file: SourceFile): string { return `${this.#order.tree?.folder.root ?? ''}/${readablePath(file.path)}`; }

  async *#tree(file: SourceFile, destination: ByteString): AsyncGenerator<LayerEntry> {
    const { tree, excludes } = this.#order;
    if (tree === undefined) return;
    for await (const entry of tree.walk(file, excludes)) {
      const name = join(destination, entry.relative);
      if (entry.relative === '') {
        // A folder that is there keeps its owner and mode; a new one takes those of the source.
        yield* this.#ways.to(parentOf(name));
        const present = name === '' || this.#ways.emitted(name) === 'folder' || (await this.#target.root.stat(name)) !== undefined;
        if (present) yield* this.#ways.to(name);
        else yield this.#folder(entry.path, entry.stat, name);
        continue;
      }
      if (!entry.stat.isDirectory()) {
        yield* this.#one(entry.path, entry.stat, name);
        continue;
      }
      yield* this.#ways.to(parentOf(name));
      const stat = await this.#target.root.stat(name);
      if (stat !== undefined && !stat.isDirectory()) throw this.#fail(`the folder '${readablePath(entry.relative)}' cannot be copied over '/${readablePath(name)}', which is no folder in the image`);
      yield this.#folder(entry.path, entry.stat, name);
    }
  }

  #folder(path: ByteString, stat: Stats, name: ByteString): LayerEntry {
    this.#ways.note(name, 'folder');
    return this.#checked({ name, type: 'folder', ...this.#metadata(path, stat), mode: this.#mode(stat.mode & 0o7777, true) });
  }

  async *#one(path: ByteString, stat: Stats, name: ByteString): AsyncGenerator<LayerEntry> {
    const { tree } = this.#order;
    if (tree === undefined) return;
    const { folder } = tree;
    const metadata = this.#metadata(path, stat);
    const type = typeOf(stat);
    if (type === 'file') {
      const inode = `${stat.dev}:${stat.ino}`;
      const first = this.#order.keepOwners && stat.nlink > 1 ? this.#linked.get(inode) : undefined;
      if (first !== undefined) {
        yield* this.#entry({ name, type: 'hardLink', ...metadata, linkName: first });
        return;
      }
      this.#linked.set(inode, name);
      yield* this.#file(name, { ...metadata, sizeBytes: stat.size, content: () => exactly(folder.read(path, this.#target.signal), stat.size, readablePath(path)) });
      return;
    }
    if (type === 'symbolicLink') yield* this.#entry({ name, type, ...metadata, mode: 0o777, linkName: await folder.link(path) });
    else if (this.#order.keepOwners) yield* this.#entry({ name, type, ...metadata, ...(type === 'fifo' ? {} : deviceOf(stat.rdev)) });
    else throw this.#fail(`'${readablePath(path)}' is neither a file, a folder nor a link`);
  }

  async *#file(name: ByteString, entry: Omit<LayerEntry, 'name' | 'type'>): AsyncGenerator<LayerEntry> {
    const { owner } = this.#target;
    yield* this.#entry({ ...entry, name, type: 'file', mode: this.#mode(entry.mode, false), uid: owner?.uid ?? entry.uid, gid: owner?.gid ?? entry.gid });
  }

  async *#entry(entry: LayerEntry): AsyncGenerator<LayerEntry> {
    if (entry.name === '') throw this.#fail('the destination is the root of the image, which is a folder');
    yield* this.#ways.to(parentOf(entry.name));
    const stat = await this.#target.root.stat(entry.name);
    if (stat?.isDirectory() === true || this.#ways.emitted(entry.name) === 'folder') throw this.#fail(`'/${readablePath(entry.name)}' is a folder in the image, and a file would take its place`);
    this.#ways.note(entry.name, entry.type);
    yield this.#checked(entry);
  }

  /** An archive that ADD unpacks. Its links are followed when the layer is applied, which keeps them inside. */
  async *#archive(path: string, destination: ByteString): AsyncGenerator<LayerEntry> {
    const { owner, root, signal, times } = this.#target;
    yield* this.#ways.to(destination);
    for await (const entry of tarEntries(path, { signal })) {
      const { header } = entry;
      const plain = plainName(header.name);
      if (plain === undefined) throw new SiloError('ArchivePathUnsafe', { args: { entry: header.name, reason: 'leads out of the archive by ..' }, target: { kind: 'archive', id: path } });
      const type = archiveTypes[header.type ?? 'file'];
      if (type === undefined) throw new SiloError('LayerEntryUnsupported', { args: { entry: header.name, reason: `whose type '${header.type ?? ''}' is not one of a file system` }, target: { kind: 'archive', id: path } });
      if (plain === '') { entry.resume(); continue; }
      const parts = join(destination, fromText(plain));
      const parent = (await root.locate(parentOf(parts))).path;
      const behindLink = this.#isBehindLink(parts);
      const name = behindLink ? parts : join(parent, parts.slice(parts.lastIndexOf('/') + 1));
      if (!behindLink) yield* this.#ways.to(parent);
      if (this.#ways.emitted(name) === undefined || type !== 'folder') this.#ways.note(name, type);
      const linkName = type === 'hardLink' ? join(destination, fromText(plainName(header.linkname ?? '') ?? '')) : fromText(header.linkname ?? '');
      // Of PAX headers tar-stream uses names and sizes only.
      const pax = (header.pax ?? {}) as Readonly<Record<string, string>>;
      const number = (key: string, fallback: number | undefined): number => { const value = Number(pax[key] || Number.NaN); return Number.isFinite(value) ? Math.floor(value) : fallback ?? 0; };
      const attributes = new Map<string, Uint8Array>();
      for (const [key, value] of Object.entries(pax)) {
        if (!key.startsWith('SCHILY.xattr.')) continue;
        // It gives texts, and these are bytes.
        if (value.includes('\uFFFD')) throw new SiloError('LayerEntryUnsupported', { args: { entry: header.name, reason: `whose attribute ${key.slice('SCHILY.xattr.'.length)} is no text` }, target: { kind: 'archive', id: path } });
        attributes.set(key.slice('SCHILY.xattr.'.length), Buffer.from(value));
      }
      yield this.#checked({
        name, type, mode: this.#mode((header.mode ?? 0o644) & 0o7777, type === 'folder'), uid: owner?.uid ?? number('uid', header.uid), gid: owner?.gid ?? number('gid', header.gid),
        mtime: clamp(number('mtime', Math.floor((header.mtime?.getTime() ?? 0) / 1000)), times), attributes, linkName,
        ...(type === 'characterDevice' || type === 'blockDevice' ? { major: header.devmajor ?? 0, minor: header.devminor ?? 0 } : {}),
        ...(type === 'file' ? { sizeBytes: header.size ?? 0, content: () => entry as AsyncIterable<Uint8Array> } : {}),
      });
      if (type !== 'file') entry.resume();
    }
  }

  #isBehindLink(path: ByteString): boolean {
    for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) if (this.#ways.emitted(parent) === 'symbolicLink') return true;
    return false;
  }

  #mode(mode: number, folder: boolean): number { return this.#target.mode?.(mode, folder) ?? mode; }

  #metadata(path: ByteString, stat: Stats): Pick<LayerEntry, 'mode' | 'uid' | 'gid' | 'mtime' | 'attributes'> & { readonly attributes: ReadonlyMap<string, Uint8Array> } {
    const { owner, times } = this.#target;
    const own = this.#order.keepOwners ? stat : { uid: 0, gid: 0 };
    return { mode: stat.mode & 0o7777, uid: owner?.uid ?? own.uid, gid: owner?.gid ?? own.gid, mtime: entryTime(stat, times), attributes: this.#order.tree?.folder.attributes(path) ?? new Map() };
  }

  /** A layer would take such a name for a deletion. */
  #checked(entry: LayerEntry): LayerEntry {
    if (entry.name.split('/').some((part) => part.startsWith('.wh.'))) throw new SiloError('LayerEntryUnsupported', { args: { entry: readablePath(entry.name), reason: 'whose name would be taken for a deletion' } });
    return entry;
  }

  #fail(reason: string): Error { return dockerfileInvalid(this.#order.line, reason); }
}

const archiveTypes: Readonly<Record<string, TarType | undefined>> = {
  'file': 'file', 'contiguous-file': 'file', 'link': 'hardLink', 'symlink': 'symbolicLink', 'directory': 'folder',
  'character-device': 'characterDevice', 'block-device': 'blockDevice', 'fifo': 'fifo',
};

const parentOf = (path: ByteString): ByteString => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const join = (folder: ByteString, name: ByteString): ByteString => (folder === '' ? name : name === '' ? folder : `${folder}/${name}`);
const clamp = (seconds: number, times: LayerTimes): number => (times.latest === undefined ? seconds : Math.min(seconds, times.latest));
const entryTime = (stat: Stats, times: LayerTimes): number => clamp(Math.floor(stat.mtimeMs / 1000), times);

/** The reverse of makedev(3), for numbers as Linux has them: 12 bits of major, 20 of minor. */
const deviceOf = (device: number): { readonly major: number; readonly minor: number } => ({
  major: Math.floor(device / 256) % 4096,
  minor: (device % 256) + Math.floor(device / 1_048_576) * 256,
});

/** A file that grows or shrinks while it is read is an error: what the cache remembers would be something else. */
async function* exactly(pieces: AsyncIterable<Uint8Array>, sizeBytes: number, name: string): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > sizeBytes) break;
    yield piece;
  }
  if (length !== sizeBytes) throw new SiloError('ParameterInvalid', { args: { parameter: 'path', reason: `'${name}' changed while it was read` }, retryable: true });
}
