import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { fromFileError, hasErrno, SiloError } from '../base/index.ts';
import { getLinkAttribute, listLinkAttributes } from '../../native/libc.ts';
import { readablePath, type ByteString } from '../layer/index.ts';
import { toBytes } from './layer-tar.ts';

/** Linux gives up after as many links in one path (path_resolution(7)). */
const linkLimit = 40;
const pieceBytes = 256 * 1024;

export interface Located {
  /** From the folder's root, links replaced; '' is the root. */
  readonly path: ByteString;
  /** Undefined where nothing is there. */
  readonly stat: Stats | undefined;
}

/**
 * A folder that stands for a root: a build context, or the root of an image. Links in it are followed
 * here, component by component, as a process with that root would see them; none is left to the kernel,
 * so no path leads out. (Nobody else changes a mounted image; a context that changes meanwhile belongs
 * to the one who builds.)
 */
export class ContainedFolder {
  readonly root: string;

  constructor(root: string) { this.root = root; }

  /** Where a path leads; `..` stops at the root. With `lastLink` false a link at its very end is not followed. */
  async locate(path: ByteString, lastLink = true): Promise<Located> {
    const left = path.split('/').reverse();
    let here: ByteString = '';
    let stat: Stats | undefined = await this.stat('');
    let links = 0;
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        here = here.slice(0, Math.max(0, here.lastIndexOf('/')));
        stat = await this.stat(here);
        continue;
      }
      const next: ByteString = here === '' ? part : `${here}/${part}`;
      const found = stat?.isDirectory() === true ? await this.stat(next) : undefined;
      const isLast = left.every((rest) => rest === '' || rest === '.');
      if (found?.isSymbolicLink() === true && (lastLink || !isLast)) {
        links += 1;
        if (links > linkLimit) throw new SiloError('ArchivePathUnsafe', { args: { entry: readablePath(path), reason: 'lies behind too many symbolic links' } });
        const target = await this.link(next);
        if (target.startsWith('/')) {
          here = '';
          stat = await this.stat('');
        }
        left.push(...target.split('/').reverse());
        continue;
      }
      here = next;
      stat = found;
    }
    return { path: here, stat };
  }

  /** Undefined where nothing is there. `path` must consist of real folders. */
  async stat(path: ByteString): Promise<Stats | undefined> {
    try {
      return await lstat(this.absolute(path));
    } catch (error) {
      if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw this.#named(error, path);
    }
  }

  async link(path: ByteString): Promise<ByteString> {
    try {
      return (await readlink(this.absolute(path), { encoding: 'buffer' })).toString('latin1');
    } catch (error) {
      throw this.#named(error, path);
    }
  }

  /** Names in a folder, in the order of their bytes. */
  async names(path: ByteString): Promise<readonly ByteString[]> {
    try {
      return (await readdir(this.absolute(path), { encoding: 'buffer' })).map((name) => name.toString('latin1')).sort();
    } catch (error) {
      throw this.#named(error, path);
    }
  }

  /** A file's bytes in pieces. The last link is never followed. */
  async *read(path: ByteString, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      const file = await open(this.absolute(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const buffer = Buffer.allocUnsafe(pieceBytes);
        for (;;) {
          if (signal?.aborted) throw new SiloError('OperationCancelled');
          const { bytesRead } = await file.read(buffer, 0, pieceBytes, null);
          if (bytesRead === 0) return;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      throw this.#named(error, path);
    }
  }

  async contentDigest(path: ByteString, signal?: AbortSignal): Promise<string> {
    const hash = createHash('sha256');
    for await (const piece of this.read(path, signal)) hash.update(piece);
    return hash.digest('hex');
  }

  /** A small text file, links followed; undefined where it is missing. */
  async text(path: ByteString, limitBytes: number): Promise<string | undefined> {
    const located = await this.locate(path);
    if (located.stat?.isFile() !== true) return undefined;
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of this.read(located.path)) {
      length += piece.length;
      if (length > limitBytes) throw new SiloError('ArchiveTooLarge', { args: { limitBytes, reason: `'${readablePath(path)}' alone` } });
      pieces.push(Buffer.from(piece));
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  /** Extended attributes that travel with a file: capabilities and what users set. */
  attributes(path: ByteString): ReadonlyMap<string, Uint8Array> {
    const place = this.absolute(path).toString('latin1');
    const ascii = /^[\0-\x7f]*$/.test(place) ? place : (Buffer.from(`${place}\0`, 'latin1') as unknown as string);
    const found = new Map<string, Uint8Array>();
    for (const name of listLinkAttributes(ascii)) {
      if (name.startsWith('trusted.overlay.') || name === 'security.selinux' || name.startsWith('system.')) continue;
      const value = getLinkAttribute(ascii, name);
      if (value !== undefined) found.set(name, value);
    }
    return found;
  }

  absolute(path: ByteString): Buffer {
    return path === '' ? Buffer.from(this.root) : Buffer.concat([Buffer.from(`${this.root}/`), toBytes(path)]);
  }

  #named(error: unknown, path: ByteString): unknown {
    return fromFileError(error, `${this.root}/${readablePath(path)}`);
  }
}

/** Bytes on the disk of everything below a folder; links are not followed. */
export const folderBytes = async (root: string): Promise<number> => {
  const folder = new ContainedFolder(root);
  let bytes = 0;
  const visit = async (path: ByteString): Promise<void> => {
    const stat = await folder.stat(path);
    if (stat === undefined) return;
    bytes += stat.blocks * 512;
    if (stat.isDirectory()) for (const name of await folder.names(path)) await visit(path === '' ? name : `${path}/${name}`);
  };
  await visit('');
  return bytes;
};
