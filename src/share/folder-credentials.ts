import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, hasErrno } from '../base/index.ts';
import type { ShareCredentials } from '../core/index.ts';

export interface FolderCredentialsOptions {
  readonly folder: string;
  /** What makes of a password the bytes of a file, and back; the bytes of its text where left out. */
  readonly seal?: (password: Uint8Array) => Uint8Array;
  readonly unseal?: (sealed: Uint8Array) => Uint8Array;
  readonly whyGone: string;
  readonly outliveHost: boolean;
}

const same = (bytes: Uint8Array): Uint8Array => bytes;

/** Passwords as files that only the engine's account may read: in memory, or sealed. */
export class FolderCredentials implements ShareCredentials {
  readonly whyGone: string;
  readonly outliveHost: boolean;
  readonly #folder: string;
  readonly #seal: (password: Uint8Array) => Uint8Array;
  readonly #unseal: (sealed: Uint8Array) => Uint8Array;

  constructor({ folder, seal = same, unseal = same, whyGone, outliveHost }: FolderCredentialsOptions) {
    this.#folder = folder;
    this.#seal = seal;
    this.#unseal = unseal;
    this.whyGone = whyGone;
    this.outliveHost = outliveHost;
  }

  async keep(id: string, password: string): Promise<void> {
    const path = join(this.#folder, id);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      // A file has its name only when it is whole.
      await writeFile(`${path}.new`, this.#seal(Buffer.from(password)), { mode: 0o600 });
      await rename(`${path}.new`, path);
    } catch (error) {
      throw fromFileError(error, path);
    }
  }

  async find(id: string): Promise<string | undefined> {
    const path = join(this.#folder, id);
    let sealed: Uint8Array;
    try {
      sealed = await readFile(path);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw fromFileError(error, path);
    }
    return Buffer.from(this.#unseal(sealed)).toString();
  }

  async forget(id: string): Promise<void> {
    for (const name of [id, `${id}.new`]) await rm(join(this.#folder, name), { force: true });
  }

  async list(): Promise<readonly string[]> {
    try {
      return [...new Set((await readdir(this.#folder)).map((name) => name.replace(/\.new$/, '')))];
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return [];
      throw fromFileError(error, this.#folder);
    }
  }
}
