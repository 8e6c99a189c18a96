import { constants, type Stats } from 'node:fs';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { oPath } from '../../native/libc.ts';
import type { ByteString } from '../layer/index.ts';

/**
 * Something of a file system that is held by an open descriptor: it stays what it is, whoever renames or
 * exchanges what had its path. What lies in it is reached by one name at a time, so no link is ever left to
 * the kernel.
 */
export class HeldPath {
  readonly stat: Stats;
  readonly #handle: FileHandle;
  #mountId: string | undefined;

  private constructor(handle: FileHandle, stat: Stats) {
    this.#handle = handle;
    this.stat = stat;
  }

  /** Links of `path` are followed; only for what the host itself names. */
  static open(path: string | Buffer, flags = 0): Promise<HeldPath> { return HeldPath.#held(path, flags); }

  static async #held(path: string | Buffer, flags: number): Promise<HeldPath> {
    const handle = await open(path, oPath | flags);
    try {
      return new HeldPath(handle, await handle.stat());
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** What has a name in this folder: the link itself where it is one. */
  child(name: ByteString): Promise<HeldPath> { return HeldPath.#held(this.at(name), constants.O_NOFOLLOW); }

  /** The kernel's own name of what is held. */
  get path(): string { return `/proc/self/fd/${this.#handle.fd}`; }

  /** Path of a name in this folder, for calls that do not follow a link at the end. */
  at(name: ByteString): Buffer { return Buffer.concat([Buffer.from(`${this.path}/`), Buffer.from(name, 'latin1')]); }

  /** Tells whether two are one folder. */
  get identity(): string { return `${this.stat.dev}:${this.stat.ino}`; }

  /** Number of the mount that it is on (proc(5), fdinfo). */
  async mountId(): Promise<string | undefined> {
    this.#mountId ??= /^mnt_id:\s*(\d+)$/m.exec(await readFile(`/proc/self/fdinfo/${this.#handle.fd}`, 'latin1'))?.[1];
    return this.#mountId;
  }

  close(): Promise<void> { return this.#handle.close(); }
}
