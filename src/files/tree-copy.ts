import { chmod, chown, mkdir, readdir, utimes } from 'node:fs/promises';
import { fromFileError, hasErrno, SiloError } from '../base/index.ts';
import type { Transferred, TransferOrder } from '../core/index.ts';
import { readablePath, type ByteString } from '../layer/index.ts';
import { copyAttributes } from './copy-attributes.ts';
import { copyFile, copyLink, type FileAccess, type Placement } from './copy-file.ts';
import { lastOf, linkText, notFound, pathOf, runScoped, type FileTree, type Way } from './file-tree.ts';

/** Names of skipped files that are told; more are left out. */
const toldNames = 100;

/** What is copied: a way in the source's tree. */
interface Entry { readonly folder: Way; readonly name: ByteString; readonly way: Way }

const invalid = (parameter: string, reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter, reason } });
const exists = (path: string): SiloError => new SiloError('PathExists', { args: { path }, target: { kind: 'path', id: path } });
const join = (folder: ByteString, name: ByteString): ByteString => `${folder.replace(/\/$/, '')}/${name}`;

/** One copy of a file or folder from one tree to another. */
export class TreeCopy {
  readonly #order: TransferOrder;
  readonly #source: FileTree;
  readonly #target: FileTree;
  #files = 0;
  #folders = 0;
  #links = 0;
  #sizeBytes = 0;
  readonly #skipped: string[] = [];
  /** Folders of the source on the way to what is being copied, and those of the target that are being filled. */
  readonly #open = new Set<string>();
  readonly #filling = new Set<string>();

  constructor(order: TransferOrder, source: FileTree, target: FileTree) {
    this.#order = order;
    this.#source = source;
    this.#target = target;
  }

  async run(sourcePath: ByteString, targetPath: ByteString): Promise<Transferred> {
    const path = await runScoped(async (scope) => {
      const from = await named(sourcePath, () => this.#source.locate(scope, sourcePath, this.#order.followLinks || sourcePath.endsWith('/')));
      if (from.found === undefined) throw notFound(sourcePath);
      const isFolder = lastOf(from.found).held.stat.isDirectory();
      if (isFolder && !this.#order.recurse) throw invalid('recurse', `'${readablePath(sourcePath)}' is a folder, and is copied with what is in it or not at all`);
      if (!isFolder && sourcePath.endsWith('/')) throw notFound(sourcePath);
      const to = await named(targetPath, () => this.#target.locate(scope, targetPath, true));
      const entry = { folder: from.folder, name: from.name, way: from.found };
      if (to.found === undefined || !lastOf(to.found).held.stat.isDirectory()) {
        if (!isFolder && targetPath.endsWith('/')) throw notFound(targetPath);
        await this.#entry(entry, to.folder, to.name);
        return join(pathOf(to.folder), to.name);
      }
      // The root has no name, and `folder/.` means what is in it.
      if (isFolder && (from.found.length === 1 || sourcePath.endsWith('/.'))) {
        await this.#fill(entry, to.found);
        return pathOf(to.found);
      }
      const name = lastName(sourcePath) ?? from.name;
      await this.#entry(entry, to.found, name);
      return join(pathOf(to.found), name);
    });
    return { path: readablePath(path), files: this.#files, folders: this.#folders, links: this.#links, sizeBytes: this.#sizeBytes, skipped: this.#skipped };
  }

  /** Copies to a name in a folder of the target's tree. */
  async #entry(entry: Entry, folder: Way, name: ByteString): Promise<void> {
    const { signal, replace } = this.#order;
    if (signal?.aborted) throw new SiloError('OperationCancelled');
    const path = join(pathOf(folder), name);
    const { stat } = lastOf(entry.way).held;
    await named(path, async () => {
      if (stat.isDirectory()) { await this.#folder(entry, folder, name); return; }
      if (!stat.isFile() && !stat.isSymbolicLink()) {
        if (this.#skipped.length < toldNames) this.#skipped.push(readablePath(pathOf(entry.way)));
        return;
      }
      if (stat.isSymbolicLink() && this.#order.followLinks) { await this.#behindLink(entry, folder, name); return; }
      if (lastOf(folder).readOnly) throw readOnly(path);
      // Seen from here it would be replaced, and what is mounted on it would go.
      if (replace && (await runScoped(async (scope) => (await this.#target.enter(scope, folder, name))?.mounted)) === true) throw mounted(path);
      const placement: Placement = { folder: lastOf(folder).held, name, replace };
      if (stat.isSymbolicLink()) { await this.#link(entry, placement); return; }
      await copyFile(lastOf(entry.way).held, placement, this.#access(entry), { signal, onBytes: (bytes) => { this.#count(bytes); } });
      this.#files += 1;
    });
  }

  async #behindLink(entry: Entry, folder: Way, name: ByteString): Promise<void> {
    await runScoped(async (scope) => {
      const { found, folder: around, name: last } = await this.#source.locate(scope, entry.name, true, entry.folder);
      if (found === undefined) throw notFound(pathOf(entry.way));
      // Exchanged for a link since it was followed.
      if (lastOf(found).held.stat.isSymbolicLink()) return;
      await this.#entry({ folder: around, name: last, way: found }, folder, name);
    });
  }

  async #link(entry: Entry, placement: Placement): Promise<void> {
    const text = await linkText(entry.folder, entry.name);
    if (text === undefined) throw notFound(pathOf(entry.way));
    await copyLink(text, placement, this.#access(entry), lastOf(entry.way).held.stat);
    this.#links += 1;
  }

  async #folder(entry: Entry, parent: Way, name: ByteString): Promise<void> {
    await runScoped(async (scope) => {
      const present = await this.#target.enter(scope, parent, name);
      const path = join(pathOf(parent), name);
      if (present !== undefined && (!this.#order.replace || !present.held.stat.isDirectory())) throw exists(readablePath(path));
      if (present === undefined && lastOf(parent).readOnly) throw readOnly(path);
      if (present === undefined) await mkdir(lastOf(parent).held.at(name), { mode: 0o700 });
      const step = present ?? (await this.#target.enter(scope, parent, name));
      if (step === undefined) throw notFound(path);
      // Exchanged since it was made.
      if (!step.held.stat.isDirectory()) throw exists(readablePath(path));
      await this.#fill(entry, [...parent, step]);
      if (present !== undefined) return;
      const { mode, uid, gid, keepOwners } = this.#access(entry);
      const { stat } = lastOf(entry.way).held;
      await chown(step.held.path, uid, gid);
      await chmod(step.held.path, mode);
      copyAttributes(lastOf(entry.way).held.path, step.held.path, keepOwners);
      await utimes(step.held.path, stat.atime, stat.mtime);
    });
    this.#folders += 1;
  }

  async #fill(entry: Entry, target: Way): Promise<void> {
    const source = lastOf(entry.way).held;
    if (this.#open.has(source.identity)) throw invalid('followLinks', `'${readablePath(pathOf(entry.way))}' leads back to a folder that holds it`);
    this.#filling.add(lastOf(target).held.identity);
    if (this.#filling.has(source.identity)) throw invalid('path', `'${readablePath(pathOf(entry.way))}' would be copied into itself`);
    this.#open.add(source.identity);
    for (const bytes of (await named(pathOf(entry.way), () => readdir(source.path, { encoding: 'buffer' })))) {
      const name: ByteString = bytes.toString('latin1');
      await runScoped(async (scope) => {
        const step = await named(join(pathOf(entry.way), name), () => this.#source.enter(scope, entry.way, name));
        // Gone since the folder was read.
        if (step === undefined) return;
        await this.#entry({ folder: entry.way, name, way: [...entry.way, step] }, target, name);
      });
    }
    this.#open.delete(source.identity);
    this.#filling.delete(lastOf(target).held.identity);
  }

  /** Without their owners, files lose what would give others their owner's rights. */
  #access({ way }: Entry): FileAccess {
    const { mode, uid, gid } = lastOf(way).held.stat;
    return this.#order.keepOwners ? { mode: mode & 0o7777, uid, gid, keepOwners: true } : { mode: mode & 0o1777, uid: 0, gid: 0, keepOwners: false };
  }

  #count(bytes: number): void {
    this.#sizeBytes += bytes;
    this.#order.onProgress?.(this.#sizeBytes);
  }
}

const lastName = (path: ByteString): ByteString | undefined => path.split('/').filter((part) => part !== '').at(-1)?.replace(/^\.{1,2}$/, '') || undefined;

const readOnly = (path: ByteString): SiloError => new SiloError('PathAccessDenied', { args: { path: readablePath(path) }, target: { kind: 'path', id: readablePath(path) } });

const mounted = (path: ByteString): SiloError => invalid('path', `'${readablePath(path)}' is mounted into the container by itself, and cannot be replaced there`);

/** What the file system says, with the path that it says it of. */
const named = async <T>(path: ByteString, body: () => Promise<T>): Promise<T> => {
  try {
    return await body();
  } catch (error) {
    if (hasErrno(error, 'EEXIST', 'EISDIR', 'ENOTEMPTY')) throw exists(readablePath(path));
    if (hasErrno(error, 'EBUSY')) throw mounted(path);
    throw fromFileError(error, readablePath(path));
  }
};
