import { constants } from 'node:fs';
import { mkdir, open, readlink } from 'node:fs/promises';
import { hasErrno, SiloError } from '../base/index.ts';
import { readablePath, type ByteString } from '../layer/index.ts';
import { HeldPath } from './held-path.ts';

/** Linux gives up after as many links in one path (path_resolution(7)). */
const linkLimit = 40;

/** One component of a way from the root. */
export interface Step {
  readonly name: ByteString;
  readonly held: HeldPath;
  readonly readOnly: boolean;
  /** True where something is mounted just here. */
  readonly mounted: boolean;
}

/** From the root, which is the first. */
export type Way = readonly [Step, ...Step[]];

export const lastOf = (way: Way): Step => way.at(-1) ?? way[0];

export interface Located {
  /** The folder that it is in; the root for the root itself. */
  readonly folder: Way;
  readonly name: ByteString;
  /** The way to it; undefined where nothing is there. */
  readonly found: Way | undefined;
}

/** Closes what was opened in its time, the last first. */
export class Scope {
  readonly #held: HeldPath[] = [];

  keep(held: HeldPath): HeldPath {
    this.#held.push(held);
    return held;
  }

  async close(): Promise<void> {
    for (let held = this.#held.pop(); held !== undefined; held = this.#held.pop()) await held.close();
  }
}

export const runScoped = async <T>(body: (scope: Scope) => Promise<T>): Promise<T> => {
  const scope = new Scope();
  try {
    return await body(scope);
  } finally {
    await scope.close();
  }
};

export interface TreeMount { readonly source: string; readonly readOnly: boolean }

export const pathOf = (way: readonly Step[]): ByteString => `/${way.slice(1).map(({ name }) => name).join('/')}`;

/**
 * A root with what lies below. Links are followed here, component by component, as a process with that root
 * would: `..` goes back the way that was come, so nothing leads out, whatever is exchanged meanwhile.
 */
export class FileTree {
  readonly root: Step;
  readonly #mounts = new Map<ByteString, TreeMount>();

  constructor(root: HeldPath) { this.root = { name: '', held: root, readOnly: false, mounted: false }; }

  /**
   * Shows `mount` at a path of the tree, which leads through the links of the tree itself. Where nothing is
   * there an empty file or folder is made, as the runtime does before it mounts. A source that is gone is shown by nothing.
   */
  async addMount(target: ByteString, mount: TreeMount): Promise<void> {
    const place = await runScoped(async (scope) => {
      let source: HeldPath;
      try {
        source = scope.keep(await HeldPath.open(mount.source));
      } catch (error) {
        if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
        throw error;
      }
      const parts = target.split('/').filter((part) => part !== '' && part !== '.');
      let found: Way | undefined = [this.root];
      for (const [index, part] of parts.entries()) {
        const located: Located = await this.locate(scope, part, true, found);
        if (located.found !== undefined) { found = located.found; continue; }
        const { held } = lastOf(located.folder);
        if (index < parts.length - 1 || source.stat.isDirectory()) await mkdir(held.at(located.name), { mode: 0o755 });
        else await (await open(held.at(located.name), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o644)).close();
        found = (await this.locate(scope, located.name, false, located.folder)).found;
        if (found === undefined) throw notFound(target);
      }
      return pathOf(found);
    });
    if (place !== undefined) this.#mounts.set(place, mount);
  }

  /** Where a path leads, seen from `from`. With `lastLink` false a link at its very end is not followed. Errors: PathNotFound, ParameterInvalid. */
  async locate(scope: Scope, path: ByteString, lastLink: boolean, from: Way = [this.root]): Promise<Located> {
    let here: Way = path.startsWith('/') ? [this.root] : from;
    const left = path.split('/').reverse();
    let links = 0;
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        here = parentOf(here);
        continue;
      }
      const isLast = left.every((rest) => rest === '' || rest === '.');
      const next = await this.enter(scope, here, part);
      if (next === undefined) {
        if (!isLast) throw notFound(`${pathOf(here).replace(/\/$/, '')}/${part}`);
        return { folder: here, name: part, found: undefined };
      }
      if (!next.held.stat.isSymbolicLink() || (isLast && !lastLink)) {
        here = [...here, next];
        continue;
      }
      links += 1;
      if (links > linkLimit) throw new SiloError('ParameterInvalid', { args: { parameter: 'path', reason: `'${readablePath(path)}' lies behind too many symbolic links` } });
      const target = await linkText(here, part);
      // No link any more: looked at again.
      if (target === undefined) { left.push(part); continue; }
      if (target.startsWith('/')) here = [this.root];
      left.push(...target.split('/').reverse());
    }
    return { folder: parentOf(here), name: lastOf(here).name, found: here };
  }

  /** One step further; undefined where nothing has that name. Errors: PathNotFound where `here` is no folder. */
  async enter(scope: Scope, here: Way, name: ByteString): Promise<Step | undefined> {
    const last = lastOf(here);
    if (!last.held.stat.isDirectory()) throw notFound(`${pathOf(here)}/${name}`);
    const mount = this.#mounts.size === 0 ? undefined : this.#mounts.get(`${pathOf(here).replace(/\/$/, '')}/${name}`);
    try {
      const held = scope.keep(mount === undefined ? await last.held.child(name) : await HeldPath.open(mount.source));
      return { name, held, readOnly: mount?.readOnly ?? last.readOnly, mounted: mount !== undefined || (await held.mountId()) !== (await last.held.mountId()) };
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}

const parentOf = (way: Way): Way => (way.length === 1 ? way : (way.slice(0, -1) as unknown as Way));

/** Undefined where it is no link. */
export const linkText = async (folder: Way, name: ByteString): Promise<ByteString | undefined> => {
  try {
    return (await readlink(lastOf(folder).held.at(name), { encoding: 'buffer' })).toString('latin1');
  } catch (error) {
    if (hasErrno(error, 'EINVAL', 'ENOENT')) return undefined;
    throw error;
  }
};

export const notFound = (path: ByteString): SiloError => {
  const readable = readablePath(path);
  return new SiloError('PathNotFound', { args: { path: readable }, target: { kind: 'path', id: readable } });
};
