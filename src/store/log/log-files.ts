import { open, readdir, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fromFileError, hasErrno } from '../../base/index.ts';

interface Segment { readonly file: FileHandle; readonly inode: bigint; readonly begin: number; size: number }

const openIfThere = async (path: string): Promise<FileHandle | undefined> => {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw fromFileError(error, path);
  }
};

/** Numbers of the files that were turned over, the oldest first; 0 is the one that is being written. */
const numbersOf = async (path: string): Promise<readonly number[]> => {
  const name = basename(path);
  const found = (await readdir(dirname(path)).catch((error: unknown) => { if (hasErrno(error, 'ENOENT')) return [] as string[]; throw fromFileError(error, path); }))
    .map((entry) => (entry === name ? 0 : entry.startsWith(`${name}.`) && /^[1-9]\d{0,3}$/.test(entry.slice(name.length + 1)) ? Number(entry.slice(name.length + 1)) : -1))
    .filter((number) => number >= 0);
  return found.sort((a, b) => b - a);
};

/**
 * The files of a log, `log.N` to `log.1` and `log`, as one. It holds them open: a file that is turned over
 * or deleted while it is read stays readable to its end.
 */
export class LogFiles {
  readonly #path: string;
  readonly #segments: Segment[] = [];

  private constructor(path: string) { this.#path = path; }

  /** Opens what is there; nothing for a container that has written nothing. Files whose last line is older than `since` are left out. */
  static async open(path: string, since: Date | undefined): Promise<LogFiles> {
    const files = new LogFiles(path);
    try {
      for (let attempt = 0; !(await files.#openAll(since)) && attempt < 100; attempt += 1) await files.close();
      return files;
    } catch (error) {
      await files.close();
      throw error;
    }
  }

  /** Bytes that were there at the last look. */
  get size(): number {
    const last = this.#segments.at(-1);
    return last === undefined ? 0 : last.begin + last.size;
  }

  /** Looks how far the newest file has grown. */
  async measure(): Promise<number> {
    const last = this.#segments.at(-1);
    if (last !== undefined) last.size = Math.max(last.size, (await last.file.stat()).size);
    return this.size;
  }

  /** Reads up to `length` bytes at `position` of the whole; 0 at its end, as far as it was written and opened. */
  async read(buffer: Buffer, length: number, position: number): Promise<number> {
    let done = 0;
    for (const [index, segment] of this.#segments.entries()) {
      const at = position + done - segment.begin;
      const isLast = index === this.#segments.length - 1;
      if (at < 0 || (!isLast && at >= segment.size)) continue;
      const { bytesRead } = await segment.file.read(buffer, done, isLast ? length - done : Math.min(length - done, segment.size - at), at);
      done += bytesRead;
      if (isLast) segment.size = Math.max(segment.size, at + bytesRead);
      if (done === length) break;
    }
    return done;
  }

  /**
   * Opens what was begun since; true where there is something new. A file is complete once there is a newer
   * one: its writer closes it before it opens the next.
   */
  async advance(): Promise<boolean> {
    const last = this.#segments.at(-1);
    const current = await openIfThere(this.#path);
    if (current === undefined) return false;
    const { ino } = await current.stat({ bigint: true });
    await current.close();
    if (last !== undefined && ino === last.inode) return false;
    if (last !== undefined) last.size = Math.max(last.size, (await last.file.stat()).size);
    const next: FileHandle[] = [];
    let found = last === undefined;
    for (const number of await numbersOf(this.#path)) {
      const file = await openIfThere(this.#nameOf(number));
      if (file === undefined) continue;
      if (!found && (await file.stat({ bigint: true })).ino === last?.inode) {
        found = true;
        for (const older of next.splice(0)) await older.close();
        await file.close();
        continue;
      }
      next.push(file);
    }
    // Where its name is gone already, all that are left are newer.
    for (const file of next) await this.#add(file);
    return next.length > 0;
  }

  async close(): Promise<void> {
    for (const { file } of this.#segments.splice(0).reverse()) await file.close();
  }

  /** False where a file was turned over meanwhile, so that one could be missing or be there twice. */
  async #openAll(since: Date | undefined): Promise<boolean> {
    const numbers = await numbersOf(this.#path);
    for (const number of numbers) {
      const file = await openIfThere(this.#nameOf(number));
      if (file === undefined) return false;
      if (number > 0 && since !== undefined && (await file.stat()).mtime < since) { await file.close(); continue; }
      await this.#add(file);
    }
    const inodes = new Set(this.#segments.map(({ inode }) => inode));
    return inodes.size === this.#segments.length && (await numbersOf(this.#path)).join() === numbers.join();
  }

  async #add(file: FileHandle): Promise<void> {
    const stats = await file.stat({ bigint: true });
    // Windows opens a folder as if it were an empty file.
    if (stats.isDirectory()) {
      await file.close();
      throw fromFileError(Object.assign(new Error(`${this.#path} is a folder`), { code: 'EISDIR' }), this.#path);
    }
    const { ino, size } = stats;
    this.#segments.push({ file, inode: ino, begin: this.size, size: Number(size) });
  }

  #nameOf(number: number): string { return number === 0 ? this.#path : join(dirname(this.#path), `${basename(this.#path)}.${number}`); }
}
