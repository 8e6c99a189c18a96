import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, hasErrno } from '../base/index.ts';

/** Small files in a folder of their own, which is made on first use; nobody but the engine's account reads them. */
export class PrivateFiles {
  readonly #folder: string;

  constructor(folder: string) { this.#folder = folder; }

  /** A file has its name only when it is whole. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    const path = join(this.#folder, name);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, content, { mode: 0o600 });
      await rename(`${path}.new`, path);
    } catch (error) {
      throw fromFileError(error, path);
    }
  }

  /** Undefined where there is none. */
  async read(name: string): Promise<Buffer | undefined> {
    const path = join(this.#folder, name);
    try {
      return await readFile(path);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw fromFileError(error, path);
    }
  }

  async remove(name: string): Promise<void> {
    for (const file of [name, `${name}.new`]) await rm(join(this.#folder, file), { force: true });
  }

  /** Names, also of those that a kill left half written: `remove` takes them away. */
  async list(): Promise<readonly string[]> {
    try {
      return [...new Set((await readdir(this.#folder)).map((file) => file.replace(/\.new$/, '')))];
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return [];
      throw fromFileError(error, this.#folder);
    }
  }
}
