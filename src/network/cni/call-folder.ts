import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../base/index.ts';

/** What plugins were told, a file each: whoever finds one can tell the plugin to undo it. */
export class CallFolder {
  readonly #path: string;

  constructor(path: string) { this.#path = path; }

  /** Ids that there are files of. */
  async list(kind: 'network' | 'endpoint'): Promise<readonly string[]> {
    try {
      return (await readdir(this.#path)).filter((name) => name.startsWith(`${kind}-`) && !name.endsWith('.new')).map((name) => name.slice(kind.length + 1));
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return [];
      throw error;
    }
  }

  /** The file is there whole, or not at all. */
  async write(name: string, content: object): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    const path = join(this.#path, name);
    await writeFile(`${path}.new`, JSON.stringify(content), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  async read<T>(name: string): Promise<T | undefined> {
    try {
      return JSON.parse(await readFile(join(this.#path, name), 'utf8')) as T;
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  remove(name: string): Promise<void> { return rm(join(this.#path, name), { force: true }); }
}
