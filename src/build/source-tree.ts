import type { Stats } from 'node:fs';
import { SiloError } from '../base/index.ts';
import type { ContainedFolder } from './contained-folder.ts';
import { IgnorePatterns } from './ignore-patterns.ts';
import { readablePath, type ByteString } from '../layer/index.ts';
import { componentGlob, hasWildcards } from './wildcards.ts';

/** Something that COPY takes: where it really is, and the name it was asked for by. */
export interface SourceFile {
  readonly path: ByteString;
  /** Last component of the asked path; '' for the root. */
  readonly name: ByteString;
  /** The asked path, from the root. */
  readonly asked: ByteString;
  readonly stat: Stats;
}

export interface TreeEntry {
  /** From the source, '' for the source itself. */
  readonly relative: ByteString;
  /** From the root. */
  readonly path: ByteString;
  readonly stat: Stats;
}

const entryLimit = 1_000_000;

/** Files to copy from: a context with what .dockerignore leaves of it, or the root of another image. */
export class SourceTree {
  readonly folder: ContainedFolder;
  readonly #ignore: IgnorePatterns;

  constructor(folder: ContainedFolder, ignore: IgnorePatterns = IgnorePatterns.none) {
    this.folder = folder;
    this.#ignore = ignore;
  }

  /** What a source of COPY names; several where it has wildcards, none where nothing is there. */
  async find(pattern: ByteString): Promise<readonly SourceFile[]> {
    const parts: ByteString[] = [];
    for (const part of pattern.split('/')) {
      if (part === '' || part === '.') continue;
      // `..` stops at the root, as everywhere in a container.
      if (part === '..') parts.pop();
      else parts.push(part);
    }
    let asked: readonly ByteString[] = [''];
    for (const part of parts) {
      if (!hasWildcards(part)) {
        asked = asked.map((path) => join(path, part));
        continue;
      }
      const expression = componentGlob(readablePath(part));
      if (expression === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'source', reason: `'${readablePath(pattern)}' is no pattern` } });
      const next: ByteString[] = [];
      for (const path of asked) {
        const located = await this.folder.locate(path);
        if (located.stat?.isDirectory() !== true) continue;
        for (const name of await this.folder.names(located.path)) if (expression.test(readablePath(name))) next.push(join(path, name));
      }
      asked = next;
    }
    const found: SourceFile[] = [];
    for (const path of asked) {
      const located = await this.folder.locate(path);
      if (located.stat === undefined || !(await this.#holds(path, located.path, located.stat))) continue;
      found.push({ path: located.path, asked: path, name: path.slice(path.lastIndexOf('/') + 1), stat: located.stat });
    }
    return found;
  }

  /** Everything below a source, itself first, each folder before what is in it. */
  async *walk(source: SourceFile, excludes: IgnorePatterns): AsyncGenerator<TreeEntry> {
    let count = 0;
    const visit = async function* (this: SourceTree, entry: TreeEntry): AsyncGenerator<TreeEntry> {
      count += 1;
      if (count > entryLimit) throw new SiloError('ParameterInvalid', { args: { parameter: 'source', reason: `'${readablePath(source.asked)}' has more than ${entryLimit} files` } });
      yield entry;
      if (!entry.stat.isDirectory()) return;
      for (const name of await this.folder.names(entry.path)) {
        const path = join(entry.path, name);
        const relative = join(entry.relative, name);
        const stat = await this.folder.stat(path);
        if (stat === undefined || stat.isSocket()) continue;
        const text = readablePath(path);
        const left = readablePath(relative);
        if (stat.isDirectory() ? this.#ignore.ignoresAllBelow(text) || excludes.ignoresAllBelow(left) : this.#ignore.ignores(text) || excludes.ignores(left)) continue;
        const below = visit.call(this, { path, relative, stat });
        // A folder that is ignored itself stands only for what is taken back in below it.
        if (stat.isDirectory() && (this.#ignore.ignores(text) || excludes.ignores(left))) yield* withoutEmptyHead(below);
        else yield* below;
      }
    };
    yield* visit.call(this, { relative: '', path: source.path, stat: source.stat });
  }

  async #holds(asked: ByteString, path: ByteString, stat: Stats): Promise<boolean> {
    if (this.#ignore.isEmpty || path === '') return true;
    const ignored = (candidate: ByteString): boolean => (stat.isDirectory() ? this.#ignore.ignoresAllBelow(readablePath(candidate)) : this.#ignore.ignores(readablePath(candidate)));
    if (ignored(asked) || ignored(path)) return false;
    if (!stat.isDirectory() || !this.#ignore.ignores(readablePath(path))) return true;
    let entries = 0;
    for await (const _ of this.walk({ path, asked, name: '', stat }, IgnorePatterns.none)) {
      entries += 1;
      if (entries > 1) return true;
    }
    return false;
  }
}

async function* withoutEmptyHead(entries: AsyncGenerator<TreeEntry>): AsyncGenerator<TreeEntry> {
  let head: TreeEntry | undefined;
  let first = true;
  for await (const entry of entries) {
    if (first) {
      head = entry;
      first = false;
      continue;
    }
    if (head !== undefined) yield head;
    head = undefined;
    yield entry;
  }
}

const join = (folder: ByteString, name: ByteString): ByteString => (folder === '' ? name : `${folder}/${name}`);
