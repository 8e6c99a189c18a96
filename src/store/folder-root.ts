import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream, type Stats } from 'node:fs';
import { lstat, mkdir, open, opendir, readdir, readFile, readlink, realpath, rename, rm, rmdir, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fromFileError, hasErrno, SiloError } from '../base/index.ts';
import type { Lock, MoveOptions, Space, StateRoot } from '../core/index.ts';
import { syncFileSystem } from '../../native/libc.ts';
import type { FileLocks } from './file-locks.ts';
import { movedFile } from './moved-root.ts';
import { syncFolder } from './sync-folder.ts';

/** Every open engine holds it shared. */
const lockName = 'root';
const patienceMs = 8_000;
/** The engine's log stays: it is open while this runs, and speaks of the old place. Locks belong to whoever is alive. */
const notMoved: ReadonlySet<string> = new Set(['log', 'locks', movedFile]);

/** Parts of the run folder that nobody could make again: passwords of shares, and secrets of applications, which no disk may have. */
const heldInMemory = ['share-credentials', 'placed'] as const;

/** A folder of the local file system as state root. */
export class FolderRoot implements StateRoot {
  readonly whyNoMove: string | undefined;
  readonly #root: string;
  readonly #locks: FileLocks;
  readonly #runFolderOf: (root: string) => string;
  #presence: Lock | undefined;

  private constructor(root: string, locks: FileLocks, runFolderOf: (root: string) => string, presence: Lock, whyNoMove: string | undefined) {
    this.whyNoMove = whyNoMove;
    this.#root = root;
    this.#locks = locks;
    this.#runFolderOf = runFolderOf;
    this.#presence = presence;
  }

  /** Becomes a user of the root. `runFolderOf` says where what ends with the boot lies, of this root or of another. Errors: StoreBusy while it is being moved. */
  static async use(root: string, locks: FileLocks, runFolderOf: (root: string) => string, whyNoMove?: string): Promise<FolderRoot> {
    return new FolderRoot(root, locks, runFolderOf, await locks.acquire(lockName, { shared: true, timeoutMs: patienceMs }), whyNoMove);
  }

  async leave(): Promise<void> {
    const presence = this.#presence;
    this.#presence = undefined;
    await presence?.release();
  }

  async space(): Promise<Space> {
    const [{ blocks, bavail, bsize }, root, mounts] = await Promise.all([statfs(this.#root), realpath(this.#root), mountsHere()]);
    // What was mounted last covers what was there before.
    const holder = mounts.filter(({ point }) => point === '/' || root === point || root.startsWith(`${point}/`)).reduce<Mount | undefined>((best, mount) => (best === undefined || mount.point.length >= best.point.length ? mount : best), undefined);
    return { fileSystem: holder?.fileSystem, capacityBytes: blocks * bsize, freeBytes: bavail * bsize };
  }

  async measure(): Promise<number> {
    let bytes = 0;
    for (const name of await this.#parts()) await walk(byteString(join(this.#root, name)), '', (_, found) => { bytes += found.blocks * 512; });
    return bytes;
  }

  async takeAlone(): Promise<Lock> {
    await this.leave();
    try {
      // The supervisor is a user too; it ends soon after the last container that needed it.
      return await this.#locks.acquire(lockName, { timeoutMs: patienceMs });
    } catch (error) {
      this.#presence = await this.#locks.acquire(lockName, { shared: true, timeoutMs: patienceMs });
      throw error;
    }
  }

  async moveTo(path: string, { signal, onProgress }: MoveOptions = {}): Promise<number> {
    const prefix = `.${basename(path)}.silo-partial-`;
    const partial = join(dirname(path), `${prefix}${randomBytes(6).toString('hex')}`);
    try {
      await this.#checkTarget(path);
      // A copy that an engine which was killed had begun may still be going on: nobody takes its name again.
      for (const name of await readdir(dirname(path))) if (name.startsWith(prefix)) await rm(join(dirname(path), name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
      await mkdir(partial, { mode: (await stat(this.#root)).mode & 0o777 });
      const totalBytes = await this.measure();
      // Within one file system nothing need be read: every file gets a second name, and then loses the first.
      const linked = (await stat(partial)).dev === (await stat(this.#root)).dev;
      let doneBytes = 0;
      for (const name of await this.#parts()) {
        await copy(join(this.#root, name), join(partial, name), linked, signal);
        doneBytes += await compare(byteString(join(this.#root, name)), byteString(join(partial, name)), linked, signal);
        onProgress?.(Math.min(doneBytes, totalBytes), totalBytes);
      }
      await flush(partial);
      await this.#carry(path, signal);
      await rename(partial, path);
      await syncFolder(dirname(path));
      await this.#switchTo(path);
      await dropHeld(this.#runFolder);
      return totalBytes;
    } catch (error) {
      await rm(partial, { recursive: true, force: true }).catch(() => undefined);
      throw fromFileError(error, path);
    }
  }

  async clear(): Promise<void> {
    const folders = [this.#root, this.#runFolder];
    const mounts = (await mountsHere()).map(({ point }) => point).filter((point) => folders.some((folder) => point.startsWith(`${folder}/`)));
    // Removing goes through mounts: what a volume shows of the host would be lost.
    if (mounts.length > 0) throw new SiloError('StoreMounted', { args: { path: this.#root, mounts: mounts.slice(0, 5).join(', ') }, target: { kind: 'store', id: this.#root } });
    try {
      await rm(this.#runFolder, { recursive: true, force: true });
      // The log is open, and locks keep others out until all the rest is gone.
      const last = ['log', 'locks'];
      const names = (await readdir(this.#root)).filter((name) => !last.includes(name));
      for (const name of names) await rm(join(this.#root, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
      for (const name of last) await rm(join(this.#root, name), { recursive: true, force: true }).catch(ignoreOpenFiles);
      await rmdir(this.#root).catch(ignoreOpenFiles);
    } catch (error) {
      throw fromFileError(error, this.#root);
    }
  }

  get #runFolder(): string { return this.#runFolderOf(this.#root); }

  /** From memory to memory. What a kill leaves there goes with the next try, or with the boot. */
  async #carry(path: string, signal: AbortSignal | undefined): Promise<void> {
    const target = this.#runFolderOf(path);
    await dropHeld(target);
    const found: readonly string[] = await readdir(this.#runFolder).catch((error: unknown) => { if (hasErrno(error, 'ENOENT')) return []; throw error; });
    const names = heldInMemory.filter((name) => found.includes(name));
    if (names.length > 0) await mkdir(target, { recursive: true, mode: 0o700 });
    for (const name of names) await copy(join(this.#runFolder, name), join(target, name), false, signal);
  }

  async #parts(): Promise<readonly string[]> { return (await readdir(this.#root)).filter((name) => !notMoved.has(name)); }

  async #checkTarget(path: string): Promise<void> {
    const names = await readdir(path).catch((error: unknown) => {
      if (hasErrno(error, 'ENOENT')) return [];
      if (hasErrno(error, 'ENOTDIR')) return [''];
      throw error;
    });
    if (names.length > 0) throw new SiloError('PathExists', { args: { path }, target: { kind: 'path', id: path } });
    await mkdir(dirname(path), { recursive: true });
  }

  /** From the rename on the new root counts. What of the old one is still there then is only waste; whoever opens it takes it away. */
  async #switchTo(path: string): Promise<void> {
    const file = join(this.#root, movedFile);
    await writeFile(`${file}.new`, `${path}\n`, { flush: true });
    await rename(`${file}.new`, file);
    await syncFolder(this.#root);
    await clearMovedRoot(this.#root);
  }
}

const dropHeld = async (runFolder: string): Promise<void> => {
  for (const name of heldInMemory) await rm(join(runFolder, name), { recursive: true, force: true });
};

/** Windows keeps files that are open, and Linux a folder that is mounted; both are empty or nearly so. */
const ignoreOpenFiles = (error: unknown): void => {
  if (!hasErrno(error, 'EBUSY', 'EPERM', 'EACCES', 'ENOTEMPTY', 'EEXIST')) throw error;
};

interface Mount { readonly point: string; readonly fileSystem: string }

/** Of this mount namespace; none where the system has no such file. Space, tab, newline and backslash are octal there (proc_pid_mountinfo(5)). */
const mountsHere = async (): Promise<readonly Mount[]> => {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return '';
    throw error;
  });
  return text.split('\n').filter((line) => line !== '').map((line) => ({
    point: (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
    fileSystem: / - (\S+)/.exec(line)?.[1] ?? '',
  }));
};

/** Takes away what an engine left of a root that was moved. */
export const clearMovedRoot = async (root: string): Promise<void> => {
  for (const name of await readdir(root)) if (!notMoved.has(name)) await rm(join(root, name), { recursive: true, force: true });
};

const flush = async (folder: string): Promise<void> => {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await syncFileSystem(handle.fd);
  } finally {
    await handle.close();
  }
};

/** cp(1) of coreutils keeps what Node's own copy loses: attributes, hard links, holes, device nodes, owners. */
const copy = (from: string, to: string, linked: boolean, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const args = ['--archive', '--no-target-directory', ...(linked ? ['--link'] : ['--sparse=auto']), '--', from, to];
    execFile('cp', args, { env: { ...process.env, LC_ALL: 'C' }, ...(signal === undefined ? {} : { signal }) }, (error, _, told) => {
      if (error === null) resolve();
      else if (signal?.aborted) reject(new SiloError('OperationCancelled', { cause: signal.reason }));
      else if (/No space left on device|Disk quota exceeded/.test(told)) reject(new SiloError('DiskFull', { args: { path: to }, target: { kind: 'path', id: to }, cause: error, retryable: true }));
      else reject(new Error(`cp failed: ${told.trim().slice(0, 1000)}`, { cause: error }));
    });
  });

/** One character for each byte: names need not be UTF-8. */
const byteString = (path: string): string => Buffer.from(path).toString('latin1');

/** Bytes of a part whose copy is the same as itself. */
const compare = async (from: string, to: string, linked: boolean, signal: AbortSignal | undefined): Promise<number> => {
  let bytes = 0;
  await walk(from, '', async (path, found) => {
    if (signal?.aborted) throw new SiloError('OperationCancelled', { cause: signal.reason });
    const [one, other] = [`${from}${path}`, `${to}${path}`];
    const copied = await lstat(Buffer.from(other, 'latin1'));
    const same = sameEntry(found, copied) && (!found.isSymbolicLink() || (await linkTarget(one)) === (await linkTarget(other)))
      && (!found.isFile() || linked || (await contentOf(one)) === (await contentOf(other)));
    if (!same) throw new Error(`The copy of ${one} is not the same.`);
    bytes += found.blocks * 512;
  });
  return bytes;
};

const sameEntry = (one: Stats, other: Stats): boolean =>
  one.mode === other.mode && one.uid === other.uid && one.gid === other.gid && one.rdev === other.rdev && (one.isDirectory() || (one.size === other.size && one.mtimeMs === other.mtimeMs));

const linkTarget = (path: string): Promise<string> => readlink(Buffer.from(path, 'latin1'), { encoding: 'latin1' });

const contentOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(Buffer.from(path, 'latin1'), { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
};

/** Everything below a path, itself first; names are byte strings. */
const walk = async (root: string, path: string, visit: (path: string, found: Stats) => void | Promise<void>): Promise<void> => {
  const place = Buffer.from(`${root}${path}`, 'latin1');
  const found = await lstat(place);
  await visit(path, found);
  if (!found.isDirectory()) return;
  const names: string[] = [];
  for await (const entry of await opendir(place, { encoding: 'latin1' })) names.push(entry.name);
  for (const name of names) await walk(root, `${path}/${name}`, visit);
};
